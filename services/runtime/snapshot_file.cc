#include "services/runtime/snapshot_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/sealed_box.h"

namespace votum {
namespace {

constexpr size_t kMostBytes = size_t{64} << 30;
constexpr char kKeyPlace[] = "votum snapshot";

std::string PlaceOf(size_t part, size_t parts) {
  return absl::StrCat("part ", part, " of ", parts);
}

size_t PartsOf(size_t bytes, size_t part_bytes) { return (bytes + part_bytes - 1) / part_bytes; }

}  // namespace

absl::StatusOr<SnapshotFile> SnapshotFile::Open(std::string folder, crypto::SecretBytes key,
                                                size_t part_bytes) {
  SnapshotFile file(std::move(folder), std::move(key), part_bytes);
  std::error_code error;
  std::filesystem::create_directories(file.folder_, error);
  if (error || chmod(file.folder_.c_str(), 0700) != 0)
    return absl::UnavailableError(absl::StrCat("cannot make the folder ", file.folder_));
  for (const auto& entry : std::filesystem::directory_iterator(file.folder_, error)) {
    std::error_code ignored;
    if (entry.path() != file.path()) std::filesystem::remove(entry.path(), ignored);
  }
  if (error) return absl::UnavailableError(absl::StrCat("cannot read the folder ", file.folder_));
  return file;
}

absl::StatusOr<std::string> SnapshotFile::Read() const {
  ASSIGN_OR_RETURN(const std::string sealed, ReadFile(path(), kMostBytes));
  absl::string_view rest = sealed;
  const absl::string_view key_box = rest.substr(0, crypto::kSealingKeyBytes + crypto::kBoxBytes);
  rest.remove_prefix(key_box.size());
  ASSIGN_OR_RETURN(const crypto::SecretBytes key, crypto::OpenBox(key_, key_box, kKeyPlace));
  const size_t parts = PartsOf(rest.size(), part_bytes_ + crypto::kBoxBytes);
  std::string bytes;
  bytes.reserve(rest.size());
  for (size_t part = 0; part < parts; ++part) {
    const absl::string_view box = rest.substr(0, part_bytes_ + crypto::kBoxBytes);
    rest.remove_prefix(box.size());
    ASSIGN_OR_RETURN(const crypto::SecretBytes plain,
                     crypto::OpenBox(key, box, PlaceOf(part, parts)));
    absl::StrAppend(&bytes, plain.Reveal());
  }
  return bytes;
}

absl::Status SnapshotFile::Write(absl::string_view bytes) const {
  const crypto::SecretBytes key = crypto::NewSealingKey();
  const size_t parts = PartsOf(bytes.size(), part_bytes_);
  ASSIGN_OR_RETURN(std::string sealed, crypto::SealBox(key_, key.Reveal(), kKeyPlace));
  sealed.reserve(sealed.size() + bytes.size() + parts * crypto::kBoxBytes);
  for (size_t part = 0; part < parts; ++part) {
    ASSIGN_OR_RETURN(
        const std::string box,
        crypto::SealBox(key, bytes.substr(part * part_bytes_, part_bytes_), PlaceOf(part, parts)));
    sealed += box;
  }
  return WriteFile(path(), sealed, 0600);
}

}  // namespace votum
