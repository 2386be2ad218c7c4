#include "services/gateway/nameless_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace votum::gateway {

absl::StatusOr<NamelessFile> NamelessFile::Create(const std::string& folder) {
  std::string path = folder + "/mirror.XXXXXX";
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) {
    return absl::UnavailableError(absl::StrCat("cannot make a file in ", folder, ": ",
                                               absl::ErrnoToStatus(errno, "").message()));
  }
  unlink(path.c_str());
  return NamelessFile(fd);
}

NamelessFile::NamelessFile(NamelessFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

NamelessFile::~NamelessFile() {
  if (fd_ >= 0) close(fd_);
}

absl::Status NamelessFile::WriteAt(absl::string_view bytes, uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return absl::ResourceExhaustedError(absl::StrCat("the mirror of the log cannot be written: ",
                                                       absl::ErrnoToStatus(errno, "").message()));
    }
    bytes.remove_prefix(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

std::string NamelessFile::ReadAt(uint64_t offset, size_t size) const {
  std::string bytes(size, '\0');
  size_t have = 0;
  while (have < size) {
    const ssize_t count =
        pread(fd_, bytes.data() + have, size - have, static_cast<off_t>(offset + have));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    have += static_cast<size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace votum::gateway
