#include "clients/cli/election/trustee_work.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/tally.h"
#include "crypto/election/trustee_file.h"
#include "crypto/hash.h"

namespace votum::cli {
namespace {

using election::CertificateContext;
using election::Contribution;
using election::SignedMessage;
using election::TrusteeSecrets;

// The identity of a trustee in a ceremony, from the secret file.
absl::StatusOr<TrusteeSecrets> LoadIdentity(const TrusteeFile& file) {
  ASSIGN_OR_RETURN(TrusteeSecrets secrets, election::LoadTrusteeFile(file.path, file.passphrase));
  if (secrets.identity) return secrets;
  return Refuse(Reason::kWrongIdentity, absl::StrCat(file.path,
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
  return Refuse(Reason::kUnknownTrustee, "the secret file belongs to no trustee of this election");
}

// Records the election's tally in the secret file before decrypting it; refuses a different tally
// of the same election.
absl::Status RememberTally(const TrusteeFile& file, const election::VerifiedTally& verified,
                           TrusteeSecrets* secrets) {
  const std::string hash = election::HashBase64(election::FormatTally(verified.tally));
  const auto [known, is_new] = secrets->decrypted.emplace(verified.election.fingerprint(), hash);
  if (known->second != hash) {
    return Refuse(Reason::kOtherTallyDecrypted,
                  "another tally of this election was decrypted before; the two "
                  "together could open single ballots");
  }
  return is_new ? election::SaveTrusteeFile(file.path, *secrets, file.passphrase, /*replace=*/true)
                : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> Certify(const TrusteeFile& file, const CertificateContext& context,
                                    bool again) {
  RETURN_IF_ERROR(election::CheckContext(context));
  absl::StatusOr<TrusteeSecrets> secrets = absl::NotFoundError("");
  if (again) secrets = election::LoadTrusteeFile(file.path, file.passphrase);
  if (absl::IsNotFound(secrets.status())) {
    secrets = TrusteeSecrets{context, election::MakeTrusteeIdentity(), {}, {}};
    RETURN_IF_ERROR(
        election::SaveTrusteeFile(file.path, *secrets, file.passphrase, /*replace=*/false));
  }
  RETURN_IF_ERROR(secrets.status());
  if (!secrets->identity || !(secrets->ceremony == context)) {
    return Refuse(Reason::kWrongIdentity, absl::StrCat(file.path,
                                                       " belongs to another ceremony; name a new "
                                                       "file"));
  }
  ASSIGN_OR_RETURN(const SignedMessage certificate,
                   election::MakeCertificate(*secrets->identity, context));
  return election::FormatSignedMessage(certificate);
}

absl::StatusOr<std::string> ContributeTo(const TrusteeFile& file,
                                         absl::Span<const SignedMessage> certificates) {
  ASSIGN_OR_RETURN(const TrusteeSecrets secrets, LoadIdentity(file));
  ASSIGN_OR_RETURN(const Contribution contribution,
                   election::Contribute(*secrets.identity, secrets.ceremony.index, certificates,
                                        secrets.ceremony.threshold));
  return election::FormatContribution(contribution);
}

absl::StatusOr<std::string> Finish(const TrusteeFile& file,
                                   absl::Span<const SignedMessage> certificates,
                                   absl::Span<const Contribution> contributions) {
  ASSIGN_OR_RETURN(TrusteeSecrets secrets, LoadIdentity(file));
  ASSIGN_OR_RETURN(const election::TrusteeShare share,
                   election::FinishShare(*secrets.identity, secrets.ceremony.index, certificates,
                                         secrets.ceremony.threshold, contributions));
  secrets.secret = share.secret;
  RETURN_IF_ERROR(election::SaveTrusteeFile(file.path, secrets, file.passphrase, /*replace=*/true));
  return election::FormatShareMessage(share.message);
}

absl::StatusOr<OwnedDecryption> DecryptArchive(const TrusteeFile& file, absl::string_view archive,
                                               election::VerifyOptions options) {
  ASSIGN_OR_RETURN(TrusteeSecrets secrets, election::LoadTrusteeFile(file.path, file.passphrase));
  if (!secrets.secret) {
    return Refuse(Reason::kCeremonyNotFinished,
                  absl::StrCat(file.path, " has no share yet; see votum trustee finish"));
  }
  options.threads = std::max(1u, std::thread::hardware_concurrency());
  ASSIGN_OR_RETURN(const election::VerifiedTally verified,
                   election::VerifyUpToTally(archive, options));
  ASSIGN_OR_RETURN(const uint64_t owner, OwnerOf(verified.trustees, *secrets.secret));
  RETURN_IF_ERROR(RememberTally(file, verified, &secrets));
  return OwnedDecryption{owner, election::FormatDecryption(election::Decrypt(
                                    verified.election, verified.tally, *secrets.secret))};
}

std::string CertificateName(const SignedMessage& certificate) {
  return crypto::ToHex(crypto::Sha256(certificate.message));
}

}  // namespace votum::cli
