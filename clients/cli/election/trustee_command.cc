#include "clients/cli/election/trustee_command.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/tally.h"
#include "crypto/election/trustee_file.h"
#include "crypto/election/verify_archive.h"

namespace votum::cli {
namespace {

using election::CertificateContext;
using election::Contribution;
using election::ShareMessage;
using election::SignedMessage;
using election::TrusteeKey;
using election::TrusteeSecrets;

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
      return Refuse(
          item.status().code(), ReasonOf(item.status()),
          absl::StrCat("line ", items.size() + 1, " of ", path, ": ", item.status().message()));
    }
    items.push_back(*std::move(item));
  }
  return items;
}

absl::Status CheckNumber(const TrusteeArguments& arguments, size_t count) {
  if (arguments.index >= 1 && arguments.index <= count) return absl::OkStatus();
  return RefuseArgument("BAD_TRUSTEES", absl::StrCat("there is no trustee ", arguments.index,
                                                     " among ", count, "; see --number"));
}

// The identity of a trustee in a ceremony, from his secret file.
absl::StatusOr<TrusteeSecrets> LoadIdentity(const TrusteeArguments& arguments,
                                            const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(TrusteeSecrets secrets,
                   election::LoadTrusteeFile(arguments.secret_file, passphrase));
  if (secrets.identity) return secrets;
  return RefuseArgument("WRONG_IDENTITY", absl::StrCat(arguments.secret_file,
                                                       " is a single trustee's, who takes no "
                                                       "part in a ceremony"));
}

// The number of the trustee with this secret.
absl::StatusOr<uint64_t> OwnerOf(const election::Trustees& trustees,
                                 const election::Scalar& secret) {
  const election::Element key = election::PowerTable::OfGenerator().SecretPower(secret);
  for (uint64_t owner = 1; owner <= trustees.count(); ++owner) {
    if (trustees.KeyOf(owner) == key) return owner;
  }
  return RefuseArgument("UNKNOWN_TRUSTEE", "the secret file is of no trustee of this election");
}

// Notes in the secret file, before it is decrypted, which tally of the election that is; refuses
// another one of the same election.
absl::Status RememberTally(const std::string& path, const crypto::SecretBytes& passphrase,
                           const election::VerifiedTally& verified, TrusteeSecrets* secrets) {
  const std::string hash = election::HashBase64(election::FormatTally(verified.tally));
  const auto [known, is_new] = secrets->decrypted.emplace(verified.election.fingerprint(), hash);
  if (known->second != hash) {
    return RefusePrecondition("OTHER_TALLY_DECRYPTED",
                              "another tally of this election was decrypted before; the two "
                              "together could open single ballots");
  }
  return is_new ? election::SaveTrusteeFile(path, *secrets, passphrase, /*replace=*/true)
                : absl::OkStatus();
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
  const election::TrusteeIdentity identity = election::MakeTrusteeIdentity();
  const CertificateContext ceremony{arguments.size, arguments.threshold, arguments.index};
  ASSIGN_OR_RETURN(const SignedMessage certificate, election::MakeCertificate(identity, ceremony));
  RETURN_IF_ERROR(election::SaveTrusteeFile(arguments.secret_file, {ceremony, identity, {}, {}},
                                            passphrase, /*replace=*/false));
  return election::FormatSignedMessage(certificate);
}

absl::StatusOr<std::string> ContributeTrustee(const TrusteeArguments& arguments,
                                              const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const TrusteeSecrets secrets, LoadIdentity(arguments, passphrase));
  ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates,
                   ReadLines(arguments.certificates, election::ParseSignedMessage));
  ASSIGN_OR_RETURN(const Contribution contribution,
                   election::Contribute(*secrets.identity, secrets.ceremony.index, certificates,
                                        secrets.ceremony.threshold));
  return election::FormatContribution(contribution);
}

absl::StatusOr<std::string> FinishTrustee(const TrusteeArguments& arguments,
                                          const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(TrusteeSecrets secrets, LoadIdentity(arguments, passphrase));
  ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates,
                   ReadLines(arguments.certificates, election::ParseSignedMessage));
  ASSIGN_OR_RETURN(const std::vector<Contribution> contributions,
                   ReadLines(arguments.contributions, election::ParseContribution));
  ASSIGN_OR_RETURN(const election::TrusteeShare share,
                   election::FinishShare(*secrets.identity, secrets.ceremony.index, certificates,
                                         secrets.ceremony.threshold, contributions));
  secrets.secret = share.secret;
  RETURN_IF_ERROR(election::SaveTrusteeFile(arguments.secret_file, secrets, passphrase,
                                            /*replace=*/true));
  return election::FormatShareMessage(share.message);
}

absl::StatusOr<std::string> ShareInputOfTrustee(const TrusteeArguments& arguments) {
  ASSIGN_OR_RETURN(const std::vector<SignedMessage> certificates,
                   ReadLines(arguments.certificates, election::ParseSignedMessage));
  ASSIGN_OR_RETURN(const std::vector<Contribution> contributions,
                   ReadLines(arguments.contributions, election::ParseContribution));
  RETURN_IF_ERROR(election::CheckCertificates(certificates, arguments.threshold).status());
  RETURN_IF_ERROR(CheckNumber(arguments, contributions.size()));
  if (contributions.size() != certificates.size()) {
    return RefuseArgument("BAD_TRUSTEES", absl::StrCat(certificates.size(), " certificates and ",
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
  ASSIGN_OR_RETURN(TrusteeSecrets secrets,
                   election::LoadTrusteeFile(arguments.secret_file, passphrase));
  if (!secrets.secret) {
    return RefusePrecondition("CEREMONY_NOT_FINISHED",
                              absl::StrCat(arguments.secret_file,
                                           " has no share yet; see votum election trustee finish"));
  }
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(arguments.archive));
  election::VerifyOptions options;
  options.threads = std::max(1u, std::thread::hardware_concurrency());
  options.known_event = arguments.known_event;
  options.known_ballots = arguments.known_ballots;
  ASSIGN_OR_RETURN(const election::VerifiedTally verified,
                   election::VerifyUpToTally(bytes, options));
  ASSIGN_OR_RETURN(const uint64_t owner, OwnerOf(verified.trustees, *secrets.secret));
  RETURN_IF_ERROR(RememberTally(arguments.secret_file, passphrase, verified, &secrets));
  return absl::StrCat(owner, " ",
                      election::FormatDecryption(
                          election::Decrypt(verified.election, verified.tally, *secrets.secret)));
}

}  // namespace votum::cli
