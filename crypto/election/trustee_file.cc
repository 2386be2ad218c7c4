#include "crypto/election/trustee_file.h"

#include <openssl/evp.h>

#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "crypto/openssl.h"
#include "crypto/random.h"
#include "crypto/sealed_box.h"

namespace votum::election {
namespace {

// Three lines: this one, salt and box in Base64.
constexpr absl::string_view kHeader = "votum trustee secret v1";
constexpr absl::string_view kNothing = "-";
constexpr size_t kSaltSize = 16;
constexpr size_t kMaxBytes = size_t{1} << 20;
// As key files have them (crypto/pkcs8.cc).
constexpr uint64_t kScryptN = 1 << 14;
constexpr uint64_t kScryptR = 8;
constexpr uint64_t kScryptP = 5;
constexpr uint64_t kScryptMemory = uint64_t{64} << 20;

absl::Status NotATrusteeFile(const std::string& path) {
  return RefuseArgument("NOT_A_TRUSTEE_FILE",
                        absl::StrCat(path,
                                     " is not a trustee's secret file; votum election "
                                     "trustee certify (or generate) makes one"));
}

crypto::SecretBytes KeyOf(const crypto::SecretBytes& passphrase, absl::string_view salt) {
  crypto::SecretBytes key(32);
  crypto::CheckOpenSsl(EVP_PBE_scrypt(passphrase.Reveal().data(), passphrase.size(),
                                      crypto::Data(salt), salt.size(), kScryptN, kScryptR, kScryptP,
                                      kScryptMemory, key.MutableReveal().data(), key.size()) == 1,
                       "derive a key");
  return key;
}

// size, threshold and index of the ceremony, signing key, decryption key, secret, and for each
// election that was decrypted its fingerprint and the tally's hash; "-" for what is not there.
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
  const absl::Status malformed = RefuseArgument("NOT_A_TRUSTEE_FILE", "malformed");
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
  if (passphrase.empty()) {
    return RefuseArgument("PASSPHRASE_MISSING",
                          "a trustee's secret is encrypted under a passphrase; give one");
  }
  const std::string salt = crypto::RandomBytes(kSaltSize);
  ASSIGN_OR_RETURN(const std::string box,
                   crypto::SealBox(KeyOf(passphrase, salt), Plaintext(secrets).Reveal(), kHeader));
  const std::string file = absl::StrCat(kHeader, "\n", crypto::Base64Encode(salt), "\n",
                                        crypto::Base64Encode(box), "\n");
  return replace ? WriteFile(path, file, 0600) : WriteNewFile(path, file, 0600);
}

absl::StatusOr<TrusteeSecrets> LoadTrusteeFile(const std::string& path,
                                               const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const std::string file, ReadFile(path, kMaxBytes));
  const std::vector<absl::string_view> lines = absl::StrSplit(file, '\n');
  if (lines.size() != 4 || lines[0] != kHeader || !lines[3].empty()) return NotATrusteeFile(path);
  const absl::StatusOr<std::string> salt = crypto::Base64Decode(lines[1]);
  const absl::StatusOr<std::string> box = crypto::Base64Decode(lines[2]);
  if (!salt.ok() || !box.ok()) return NotATrusteeFile(path);
  const absl::StatusOr<crypto::SecretBytes> text =
      crypto::OpenBox(KeyOf(passphrase, *salt), *box, kHeader);
  if (!text.ok()) {
    return RefuseArgument("WRONG_PASSPHRASE", absl::StrCat("the passphrase does not open ", path));
  }
  absl::StatusOr<TrusteeSecrets> secrets = ParsePlaintext(text->Reveal());
  return secrets.ok() ? std::move(secrets) : NotATrusteeFile(path);
}

}  // namespace votum::election
