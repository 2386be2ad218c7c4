#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum {
namespace {

absl::Status IoError(absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(doing, " ", path));
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Why nothing could be written at `path`, by errno.
absl::Status NotWritten(const std::string& path) {
  const std::error_code error(errno, std::generic_category());
  std::error_code unknown;
  const std::string folder = FolderOf(path);
  const bool no_folder =
      error == std::errc::no_such_file_or_directory && !std::filesystem::exists(folder, unknown);
  return Refuse(Reason::kNotWritten,
                absl::StrCat("cannot write ", path, ": ",
                             no_folder ? absl::StrCat("there is no folder ", folder, "; make it")
                                       : error.message()));
}

absl::Status SyncFolderOf(const std::string& path) {
  const int fd = open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return NotWritten(path);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  return fsync(fd) == 0 ? absl::OkStatus() : NotWritten(path);
}

bool WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Writes a temporary file and lets `place` move it to its name: rename (replaces) or link (refuses
// an existing file). Once this has returned, a `durable` file survives a power failure.
absl::Status WriteVia(const std::string& path, absl::string_view bytes, mode_t mode,
                      int (*place)(const char*, const char*), bool durable = true) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return NotWritten(path);
  const auto remover = absl::MakeCleanup([&temporary] { unlink(temporary.c_str()); });
  {
    const auto closer = absl::MakeCleanup([fd] { close(fd); });
    if (fchmod(fd, mode) != 0 || !WriteAll(fd, bytes) || (durable && fsync(fd) != 0))
      return NotWritten(path);
  }
  if (place(temporary.c_str(), path.c_str()) != 0)
    return errno == EEXIST ? IoError("write", path) : NotWritten(path);
  return durable ? SyncFolderOf(path) : absl::OkStatus();
}

// Whether a file can be made where `path` is to be.
absl::Status ProbeFolderOf(const std::string& path) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return NotWritten(path);
  close(fd);
  unlink(temporary.c_str());
  return absl::OkStatus();
}

// Whether there is anything at `path`, be it a symbolic link that leads nowhere.
bool IsTaken(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return IoError("open", path);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  std::string bytes;
  char buffer[65536];
  for (;;) {
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count < 0) {
      if (errno == EINTR) continue;
      return IoError("read", path);
    }
    if (count == 0) return bytes;
    if (bytes.size() + static_cast<size_t>(count) > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path, " is larger than ", max_bytes, " bytes"));
    }
    bytes.append(buffer, static_cast<size_t>(count));
  }
}

absl::Status CheckRegularFile(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return absl::OkStatus();
  const char* const kind = S_ISDIR(status.st_mode)    ? "a folder"
                           : S_ISFIFO(status.st_mode) ? "a FIFO"
                           : S_ISSOCK(status.st_mode) ? "a socket"
                                                      : "a device";
  return Refuse(Reason::kBadFile, absl::StrCat(path, " is no file, but ", kind));
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes, mode_t mode) {
  return WriteVia(path, bytes, mode, std::rename);
}

absl::Status WriteCache(const std::string& path, absl::string_view bytes, mode_t mode) {
  return WriteVia(path, bytes, mode, std::rename, /*durable=*/false);
}

absl::Status WriteNewFile(const std::string& path, absl::string_view bytes, mode_t mode) {
  return WriteVia(path, bytes, mode, link);
}

absl::Status CheckNewFile(const std::string& path) {
  std::error_code error;
  if (path.empty() || path.back() == '/' || std::filesystem::is_directory(path, error)) {
    return Refuse(Reason::kNotWritten,
                  absl::StrCat("cannot write ", path, ": it is the name of a folder; name a file"));
  }
  if (IsTaken(path)) {
    return Refuse(Reason::kNotWritten,
                  absl::StrCat("there is a file ", path, " already; name a new one"));
  }
  return ProbeFolderOf(path);
}

absl::Status CheckNewFolder(const std::string& path) {
  const std::string name = path.substr(0, path.find_last_not_of('/') + 1);
  if (name.empty() || IsTaken(name)) {
    return Refuse(Reason::kFolderExists,
                  absl::StrCat("there is a file or folder ", path, " already; name a new folder"));
  }
  return ProbeFolderOf(name);
}

}  // namespace votum
