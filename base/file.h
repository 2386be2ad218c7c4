// Whole files: read with a limit, written so that a crash leaves the old or the new content, never
// a part.
#ifndef VOTUM_BASE_FILE_H_
#define VOTUM_BASE_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum {

inline constexpr size_t kMaxFileBytes = size_t{1} << 30;

// The bytes of the file at `path`. NOT_FOUND if there is none; RESOURCE_EXHAUSTED beyond
// `max_bytes`.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes = kMaxFileBytes);

// Refuses what is at `path` if it is no regular file: a FIFO or a terminal would make its reader wait,
// and a device may never end. Follows links; OK where there is nothing. To be asked before files are
// read that somebody else has handed over. INVALID_ARGUMENT/BAD_FILE, naming the kind.
absl::Status CheckRegularFile(const std::string& path);

// Writes `bytes` to `path` with permissions `mode`, replacing what is there: temporary file beside
// it, fsync, rename, fsync of the folder. FAILED_PRECONDITION/NOT_WRITTEN, naming `path`; after it an
// fsync must not be retried (the page cache may lie).
absl::Status WriteFile(const std::string& path, absl::string_view bytes, mode_t mode = 0644);

// As WriteFile, but without fsync: after a power failure the file may be the old one, empty or torn.
// For caches that are written often and whose reader checks the bytes.
absl::Status WriteCache(const std::string& path, absl::string_view bytes, mode_t mode = 0644);

// As WriteFile, but ALREADY_EXISTS if there is a file at `path`.
absl::Status WriteNewFile(const std::string& path, absl::string_view bytes, mode_t mode = 0644);

// OK if WriteNewFile could make a file at `path` now: nothing is there, and a file can be made in its
// folder (one is made and removed). To be asked before work is done whose result the file will hold.
// FAILED_PRECONDITION/NOT_WRITTEN.
absl::Status CheckNewFile(const std::string& path);

// As CheckNewFile, for a folder that will be made. ALREADY_EXISTS/FOLDER_EXISTS if something is at
// `path`.
absl::Status CheckNewFolder(const std::string& path);

}  // namespace votum

#endif  // VOTUM_BASE_FILE_H_
