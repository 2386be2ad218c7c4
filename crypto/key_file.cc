// PrivateKey's functions for files.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/keys.h"
#include "crypto/openssl.h"
#include "crypto/pkcs8.h"

namespace votum::crypto {
namespace {

constexpr size_t kMaxKeyFileBytes = 16384;
constexpr mode_t kOwnerOnly = 0600;

// PostgreSQL's rule for server keys: a file owned by us must be readable only by us; a file owned
// by root may also be readable by a group, because service managers hand out keys in that way.
absl::Status CheckNotExposed(const struct stat& file, const std::string& path) {
  const bool of_root = file.st_uid == 0 && geteuid() != 0;
  const mode_t forbidden = of_root ? 0027 : 0077;
  if ((file.st_mode & forbidden) == 0) return absl::OkStatus();
  return Refuse(Reason::kKeyFileExposed,
                absl::StrCat("others may read the private key ", path, "; run: chmod ",
                             of_root ? "0640 " : "0600 ", path));
}

absl::StatusOr<SecretBytes> ReadKeyFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open private key ", path));
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  struct stat file;
  if (fstat(fd, &file) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("stat ", path));
  if (!S_ISREG(file.st_mode)) {
    return Refuse(Reason::kNotAKeyFile, absl::StrCat(path, " is not a regular file"));
  }
  RETURN_IF_ERROR(CheckNotExposed(file, path));
  // Not base/file.h, whose growing buffer would leave copies of the key in memory.
  SecretBytes buffer(kMaxKeyFileBytes);
  size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t count = read(fd, buffer.MutableReveal().data() + size, buffer.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, absl::StrCat("read private key ", path));
    if (count == 0) return SecretBytes::CopyOf(buffer.Reveal().substr(0, size));
    size += static_cast<size_t>(count);
  }
  return Refuse(Reason::kNotAKeyFile, absl::StrCat(path, " is too large for a private key"));
}

absl::Status WriteKeyFile(const std::string& path, const SecretBytes& pem) {
  const absl::Status written = WriteNewFile(path, pem.Reveal(), kOwnerOnly);
  if (!absl::IsAlreadyExists(written)) return written;
  return Refuse(Reason::kKeyFileExists,
                absl::StrCat("there is already a file ", path,
                             "; a key is never overwritten: move it away or choose another name"));
}

// `status` with a message that names the file.
absl::Status About(const std::string& path, const absl::Status& status) {
  return Reworded(status, absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::StatusOr<PrivateKey> PrivateKey::FromPkcs8Pem(absl::string_view pem,
                                                    const SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(OwnedPkey key, DecodePkcs8Pem(pem, passphrase));
  return FromOpenSsl(std::shared_ptr<EVP_PKEY>(std::move(key)));
}

absl::StatusOr<PrivateKey> PrivateKey::LoadPkcs8File(const std::string& path,
                                                     const SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const SecretBytes pem, ReadKeyFile(path));
  absl::StatusOr<PrivateKey> key = FromPkcs8Pem(pem.Reveal(), passphrase);
  if (!key.ok()) return About(path, key.status());
  return key;
}

absl::Status PrivateKey::SavePkcs8File(const std::string& path,
                                       const SecretBytes& passphrase) const {
  ASSIGN_OR_RETURN(const SecretBytes pem, EncodeEncryptedPkcs8Pem(key_.get(), passphrase));
  return WriteKeyFile(path, pem);
}

absl::Status PrivateKey::SavePkcs8FileUnencrypted(const std::string& path) const {
  ASSIGN_OR_RETURN(const SecretBytes pem, ToPkcs8Pem());
  return WriteKeyFile(path, pem);
}

absl::StatusOr<SecretBytes> PrivateKey::ToPkcs8Pem() const { return EncodePkcs8Pem(key_.get()); }

}  // namespace votum::crypto
