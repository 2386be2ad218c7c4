#include "crypto/election/secret_file.h"

#include <openssl/evp.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "crypto/openssl.h"
#include "crypto/random.h"
#include "crypto/sealed_box.h"

namespace votum::election {
namespace {

// Three lines: the header, salt and box in Base64.
constexpr size_t kSaltSize = 16;
constexpr size_t kMaxBytes = size_t{4} << 20;
// As key files have them (crypto/pkcs8.cc).
constexpr uint64_t kScryptN = 1 << 14;
constexpr uint64_t kScryptR = 8;
constexpr uint64_t kScryptP = 5;
constexpr uint64_t kScryptMemory = uint64_t{64} << 20;

crypto::SecretBytes KeyOf(const crypto::SecretBytes& passphrase, absl::string_view salt) {
  crypto::SecretBytes key(32);
  crypto::CheckOpenSsl(EVP_PBE_scrypt(passphrase.Reveal().data(), passphrase.size(),
                                      crypto::Data(salt), salt.size(), kScryptN, kScryptR, kScryptP,
                                      kScryptMemory, key.MutableReveal().data(), key.size()) == 1,
                       "derive a key");
  return key;
}

}  // namespace

absl::Status NotOfKind(const std::string& path, const SecretFileKind& kind) {
  return Refuse(kind.reason, absl::StrCat(path, " ", kind.otherwise));
}

absl::Status SaveSecretFile(const std::string& path, const SecretFileKind& kind,
                            const crypto::SecretBytes& plaintext,
                            const crypto::SecretBytes& passphrase, bool replace) {
  if (passphrase.empty()) {
    return Refuse(Reason::kPassphraseMissing,
                  absl::StrCat(path, " is encrypted under a passphrase; give one"));
  }
  const std::string salt = crypto::RandomBytes(kSaltSize);
  ASSIGN_OR_RETURN(const std::string box,
                   crypto::SealBox(KeyOf(passphrase, salt), plaintext.Reveal(), kind.header));
  const std::string file = absl::StrCat(kind.header, "\n", crypto::Base64Encode(salt), "\n",
                                        crypto::Base64Encode(box), "\n");
  return replace ? WriteFile(path, file, 0600) : WriteNewFile(path, file, 0600);
}

absl::StatusOr<crypto::SecretBytes> LoadSecretFile(const std::string& path,
                                                   const SecretFileKind& kind,
                                                   const crypto::SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const std::string file, ReadFile(path, kMaxBytes));
  const std::vector<absl::string_view> lines = absl::StrSplit(file, '\n');
  if (lines.size() != 4 || lines[0] != kind.header || !lines[3].empty()) {
    return NotOfKind(path, kind);
  }
  const absl::StatusOr<std::string> salt = crypto::Base64Decode(lines[1]);
  const absl::StatusOr<std::string> box = crypto::Base64Decode(lines[2]);
  if (!salt.ok() || !box.ok()) return NotOfKind(path, kind);
  absl::StatusOr<crypto::SecretBytes> text =
      crypto::OpenBox(KeyOf(passphrase, *salt), *box, kind.header);
  if (text.ok()) return text;
  return Refuse(Reason::kWrongPassphrase, absl::StrCat("the passphrase does not open ", path));
}

}  // namespace votum::election
