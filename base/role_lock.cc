#include "base/role_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum {
namespace {

constexpr size_t kLongestNumber = 20;

// " (process 4711)" as the holder has written it, or nothing.
std::string HolderOf(int fd) {
  char bytes[kLongestNumber];
  const ssize_t count = pread(fd, bytes, sizeof(bytes), 0);
  if (count <= 0) return "";
  const absl::string_view number =
      absl::StripAsciiWhitespace(absl::string_view(bytes, static_cast<size_t>(count)));
  const bool is_number = !number.empty() && std::all_of(number.begin(), number.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  return is_number ? absl::StrCat(" (process ", number, ")") : "";
}

// Whether the file at `path` is the open one: it may have been replaced before it was locked.
bool IsAt(const std::string& path, int fd) {
  struct stat open_file;
  struct stat named;
  return fstat(fd, &open_file) == 0 && stat(path.c_str(), &named) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

}  // namespace

absl::StatusOr<RoleLock> RoleLock::Take(const std::string& path, absl::string_view folder) {
  for (;;) {
    RoleLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.fd_ < 0) {
      if (errno == ENOENT) {
        return Refuse(Reason::kFileMissing, absl::StrCat("there is no folder for ", path,
                                                         "; mount its disk, or restore "
                                                         "it from the newest backup"));
      }
      return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
    }
    if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) return absl::ErrnoToStatus(errno, absl::StrCat("lock ", path));
      return Refuse(
          Reason::kDeploymentInUse,
          absl::StrCat("another process", HolderOf(lock.fd_), " uses the deployment in ", folder,
                       ": it has locked ", path, "; stop it first, or name another folder"));
    }
    if (!IsAt(path, lock.fd_)) continue;
    // For people only: a lock without the number is as good.
    const std::string number = absl::StrCat(getpid(), "\n");
    if (ftruncate(lock.fd_, 0) == 0 && pwrite(lock.fd_, number.data(), number.size(), 0) < 0)
      errno = 0;
    return lock;
  }
}

RoleLock::~RoleLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace votum
