// A file without a name: unlinked at its creation, so that a killed process leaves nothing behind.
#ifndef VOTUM_SERVICES_GATEWAY_NAMELESS_FILE_H_
#define VOTUM_SERVICES_GATEWAY_NAMELESS_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::gateway {

// A range of a file of lines.
struct LineRange {
  uint64_t offset = 0;
  uint64_t size = 0;  // bytes
};

// Any thread may read and write, each in another place.
class NamelessFile {
 public:
  // On the disk of `folder`. UNAVAILABLE if it cannot be made.
  static absl::StatusOr<NamelessFile> Create(const std::string& folder);
  NamelessFile(NamelessFile&& other) noexcept;
  NamelessFile& operator=(NamelessFile&&) = delete;
  ~NamelessFile();

  // RESOURCE_EXHAUSTED if the disk is full; part of `bytes` may then be written.
  absl::Status WriteAt(absl::string_view bytes, uint64_t offset) const;
  // As many bytes from `offset` as there are, at most `size`; none if reading fails.
  std::string ReadAt(uint64_t offset, size_t size) const;

 private:
  explicit NamelessFile(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_NAMELESS_FILE_H_
