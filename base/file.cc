#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace votum {
namespace {

absl::Status IoError(absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(doing, " ", path));
}

absl::Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return IoError("open folder", folder);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  if (fsync(fd) != 0) return IoError("fsync folder", folder);
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return IoError("write", path);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Writes a temporary file and lets `place` move it to its name: rename (replaces) or link (refuses
// an existing file). Once this has returned, a `durable` file survives a power failure.
absl::Status WriteVia(const std::string& path, absl::string_view bytes, mode_t mode,
                      int (*place)(const char*, const char*), bool durable = true) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return IoError("create", temporary);
  const auto remover = absl::MakeCleanup([&temporary] { unlink(temporary.c_str()); });
  {
    const auto closer = absl::MakeCleanup([fd] { close(fd); });
    if (fchmod(fd, mode) != 0) return IoError("chmod", temporary);
    RETURN_IF_ERROR(WriteAll(fd, bytes, temporary));
    if (durable && fsync(fd) != 0) return IoError("fsync", temporary);
  }
  if (place(temporary.c_str(), path.c_str()) != 0) return IoError("write", path);
  return durable ? SyncFolderOf(path) : absl::OkStatus();
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

absl::Status WriteFile(const std::string& path, absl::string_view bytes, mode_t mode) {
  return WriteVia(path, bytes, mode, std::rename);
}

absl::Status WriteCache(const std::string& path, absl::string_view bytes, mode_t mode) {
  return WriteVia(path, bytes, mode, std::rename, /*durable=*/false);
}

absl::Status WriteNewFile(const std::string& path, absl::string_view bytes, mode_t mode) {
  return WriteVia(path, bytes, mode, link);
}

}  // namespace votum
