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

// Writes `bytes` to `path` with permissions `mode`, replacing what is there: temporary file beside
// it, fsync, rename, fsync of the folder. An fsync error is returned and must not be retried (the
// page cache may lie).
absl::Status WriteFile(const std::string& path, absl::string_view bytes, mode_t mode = 0644);

// As WriteFile, but without fsync: after a power failure the file may be the old one, empty or torn.
// For caches that are written often and whose reader checks the bytes.
absl::Status WriteCache(const std::string& path, absl::string_view bytes, mode_t mode = 0644);

// As WriteFile, but ALREADY_EXISTS if there is a file at `path`.
absl::Status WriteNewFile(const std::string& path, absl::string_view bytes, mode_t mode = 0644);

}  // namespace votum

#endif  // VOTUM_BASE_FILE_H_
