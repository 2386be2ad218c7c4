#include "services/votumd/bound_key.h"

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "crypto/sealed_box.h"
#include "services/votumd/deployment.h"

namespace votum {
namespace {

std::string CheckValue(absl::string_view purpose, absl::string_view log_vkey,
                       absl::string_view key) {
  const crypto::Digest digest =
      crypto::Sha256({"votum key file\n", purpose, "\n", log_vkey, "\n", key});
  return std::string(crypto::AsBytes(digest));
}

}  // namespace

absl::Status MakeBoundKey(const std::string& path, absl::string_view purpose,
                          absl::string_view log_vkey) {
  const crypto::SecretBytes key = crypto::NewSealingKey();
  std::string bytes = absl::StrCat(key.Reveal(), CheckValue(purpose, log_vkey, key.Reveal()));
  absl::Status written = WriteNewFile(path, bytes, 0600);
  crypto::WipeString(&bytes);
  return written;
}

absl::StatusOr<crypto::SecretBytes> LoadBoundKey(const std::string& path, absl::string_view purpose,
                                                 absl::string_view log_vkey) {
  ASSIGN_OR_RETURN(std::string bytes, ReadOwnFile(path));
  const crypto::SecretBytes whole = crypto::SecretBytes::TakeFrom(&bytes);
  const absl::string_view key = whole.Reveal().substr(0, crypto::kSealingKeyBytes);
  if (whole.size() <= crypto::kSealingKeyBytes ||
      whole.Reveal().substr(crypto::kSealingKeyBytes) != CheckValue(purpose, log_vkey, key)) {
    return Refuse(Reason::kForeignFile,
                  absl::StrCat(path, " is not the ", purpose,
                               " key of this deployment, or was changed; what is sealed with "
                               "another key is lost, so put the right file in its place"));
  }
  return crypto::SecretBytes::CopyOf(key);
}

}  // namespace votum
