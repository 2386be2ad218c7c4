#include "crypto/election/trustee_file.h"

#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/secret_file.h"

namespace votum::election {
namespace {

constexpr SecretFileKind kKind = {
    "votum trustee secret v1", Reason::kNotATrusteeFile,
    "is not a trustee's secret file; votum trustee certify (or votum election trustee generate) "
    "makes one"};
constexpr absl::string_view kNothing = "-";

// size, threshold and index of the ceremony, signing key, decryption key, secret, and for each
// election that was decrypted its fingerprint and the tally's hash; "-" for absent fields.
crypto::SecretBytes Plaintext(const TrusteeSecrets& secrets) {
  std::string signing(kNothing);
  std::string decryption(kNothing);
  std::string secret(kNothing);
  if (secrets.identity) {
    signing = secrets.identity->signing.ToDecimal();
    decryption = secrets.identity->decryption.ToDecimal();
  }
  if (secrets.secret) secret = secrets.secret->ToDecimal();
  std::string decrypted;
  for (const auto& [election, tally] : secrets.decrypted) {
    absl::StrAppend(&decrypted, " ", election, " ", tally);
  }
  // In one go, so that no copy is left behind by growth.
  std::string text =
      absl::StrCat(secrets.ceremony.size, " ", secrets.ceremony.threshold, " ",
                   secrets.ceremony.index, " ", signing, " ", decryption, " ", secret, decrypted);
  for (std::string* copy : {&signing, &decryption, &secret}) crypto::WipeString(copy);
  return crypto::SecretBytes::TakeFrom(&text);
}

absl::StatusOr<TrusteeSecrets> ParsePlaintext(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
  const absl::Status malformed = Refuse(Reason::kNotATrusteeFile, "malformed");
  if (parts.size() < 6 || parts.size() % 2 != 0) return malformed;
  TrusteeSecrets secrets;
  uint64_t* const numbers[] = {&secrets.ceremony.size, &secrets.ceremony.threshold,
                               &secrets.ceremony.index};
  for (size_t i = 0; i < std::size(numbers); ++i) {
    const std::optional<uint64_t> number = ParseDecimal(parts[i]);
    if (!number) return malformed;
    *numbers[i] = *number;
  }
  if (parts[3] != kNothing) {
    TrusteeIdentity& identity = secrets.identity.emplace();
    ASSIGN_OR_RETURN(identity.signing, Scalar::FromDecimal(parts[3]));
    ASSIGN_OR_RETURN(identity.decryption, Scalar::FromDecimal(parts[4]));
  }
  if (parts[5] != kNothing) {
    ASSIGN_OR_RETURN(secrets.secret, Scalar::FromDecimal(parts[5]));
  }
  for (size_t i = 6; i < parts.size(); i += 2) {
    secrets.decrypted.emplace(std::string(parts[i]), std::string(parts[i + 1]));
  }
  return secrets;
}

}  // namespace

absl::Status SaveTrusteeFile(const std::string& path, const TrusteeSecrets& secrets,
                             const crypto::SecretBytes& passphrase, bool replace) {
  return SaveSecretFile(path, kKind, Plaintext(secrets), passphrase, replace);
}

absl::StatusOr<TrusteeSecrets> LoadTrusteeFile(const std::string& path,
                                               const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const crypto::SecretBytes text, LoadSecretFile(path, kKind, passphrase));
  absl::StatusOr<TrusteeSecrets> secrets = ParsePlaintext(text.Reveal());
  return secrets.ok() ? std::move(secrets) : NotOfKind(path, kKind);
}

}  // namespace votum::election
