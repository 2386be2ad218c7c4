#include "clients/cli/election/trustee_command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/election/trustee_work.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/trustee_file.h"
#include "crypto/election/trustees.h"

namespace votum::cli {
namespace {

using election::Contribution;
using election::ShareMessage;
using election::SignedMessage;
using election::TrusteeKey;

constexpr size_t kMaxCeremonyBytes = size_t{16} << 20;

// Each line of a file, by `parse`.
template <typename T>
absl::StatusOr<std::vector<T>> ReadLines(const std::string& path,
                                         absl::StatusOr<T> (*parse)(absl::string_view)) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxCeremonyBytes));
  std::vector<T> items;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    absl::StatusOr<T> item = parse(line);
    if (!item.ok()) {
      return Reworded(item.status(), absl::StrCat("line ", items.size() + 1, " of ", path, ": ",
                                                  item.status().message()));
    }
    items.push_back(*std::move(item));
  }
  return items;
}

absl::Status CheckNumber(const TrusteeArguments& arguments, size_t count) {
  if (arguments.index >= 1 && arguments.index <= count) return absl::OkStatus();
  return Refuse(Reason::kBadTrustees, absl::StrCat("there is no trustee ", arguments.index,
                                                   " among ", count, "; see --number"));
}

}  // namespace

absl::StatusOr<std::string> GenerateTrustee(const TrusteeArguments& arguments,
                                            const crypto::SecretBytes& passphrase) {
  const election::TrusteeKeyPair pair = election::MakeTrusteeKey();
  RETURN_IF_ERROR(election::SaveTrusteeFile(arguments.secret_file, {{}, {}, pair.secret, {}},
                                            passphrase,
                                            /*replace=*/false));
  return election::FormatTrusteeKey(pair.public_part);
}

absl::StatusOr<std::string> CertifyTrustee(const TrusteeArguments& arguments,
                                           const crypto::SecretBytes& passphrase) {
  return Certify({arguments.secret_file, passphrase},
                 {arguments.size, arguments.threshold, arguments.index}, /*again=*/false);
}

absl::StatusOr<std::string> ContributeTrustee(const TrusteeArguments& arguments,
                                              const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates,
                   ReadLines(arguments.certificates, election::ParseSignedMessage));
  return ContributeTo({arguments.secret_file, passphrase}, certificates);
}

absl::StatusOr<std::string> FinishTrustee(const TrusteeArguments& arguments,
                                          const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates,
                   ReadLines(arguments.certificates, election::ParseSignedMessage));
  ASSIGN_OR_RETURN(const std::vector<Contribution> contributions,
                   ReadLines(arguments.contributions, election::ParseContribution));
  return Finish({arguments.secret_file, passphrase}, certificates, contributions);
}

absl::StatusOr<std::string> ShareInputOfTrustee(const TrusteeArguments& arguments) {
  ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates,
                   ReadLines(arguments.certificates, election::ParseSignedMessage));
  ASSIGN_OR_RETURN(const std::vector<Contribution> contributions,
                   ReadLines(arguments.contributions, election::ParseContribution));
  RETURN_IF_ERROR(election::CheckCertificates(certificates, arguments.threshold).status());
  RETURN_IF_ERROR(CheckNumber(arguments, contributions.size()));
  if (contributions.size() != certificates.size()) {
    return Refuse(Reason::kBadTrustees, absl::StrCat(certificates.size(), " certificates and ",
                                                     contributions.size(), " contributions"));
  }
  for (uint64_t index = 1; index <= contributions.size(); ++index) {
    RETURN_IF_ERROR(election::CheckContribution(certificates, arguments.threshold, index,
                                                contributions[index - 1]));
  }
  return election::FormatShareInput(contributions, arguments.index);
}

absl::StatusOr<std::string> DecryptionKeyOfTrustee(const TrusteeArguments& arguments) {
  ASSIGN_OR_RETURN(const std::vector<ShareMessage> shares,
                   ReadLines(arguments.keys, election::ParseShareMessage));
  RETURN_IF_ERROR(CheckNumber(arguments, shares.size()));
  return shares[arguments.index - 1].sealed_secret;
}

absl::StatusOr<std::string> AssembleAllTrustees(const TrusteeArguments& arguments) {
  std::vector<TrusteeKey> singles;
  for (const std::string& path : arguments.singles) {
    ASSIGN_OR_RETURN(const std::vector<TrusteeKey> keys,
                     ReadLines(path, election::ParseTrusteeKey));
    singles.insert(singles.end(), keys.begin(), keys.end());
  }
  std::vector<election::ThresholdTrustees> thresholds;
  if (!arguments.certificates.empty()) {
    ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates,
                     ReadLines(arguments.certificates, election::ParseSignedMessage));
    ASSIGN_OR_RETURN(const std::vector<Contribution> contributions,
                     ReadLines(arguments.contributions, election::ParseContribution));
    ASSIGN_OR_RETURN(const std::vector<ShareMessage> shares,
                     ReadLines(arguments.keys, election::ParseShareMessage));
    std::vector<TrusteeKey> keys;
    keys.reserve(shares.size());
    for (const ShareMessage& share : shares) keys.push_back(share.key);
    ASSIGN_OR_RETURN(
        thresholds.emplace_back(),
        election::AssembleTrustees(certificates, arguments.threshold, contributions, keys));
  }
  std::string json = election::Trustees::Format(singles, thresholds);
  RETURN_IF_ERROR(election::Trustees::Parse(json).status());
  return json;
}

absl::StatusOr<std::string> DecryptTally(const TrusteeArguments& arguments,
                                         const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(arguments.archive));
  election::VerifyOptions options;
  options.known_event = arguments.known_event;
  options.known_ballots = arguments.known_ballots;
  ASSIGN_OR_RETURN(const OwnedDecryption part,
                   DecryptArchive({arguments.secret_file, passphrase}, bytes, options));
  return absl::StrCat(part.owner, " ", part.decryption);
}

}  // namespace votum::cli
