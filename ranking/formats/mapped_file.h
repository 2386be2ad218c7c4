// A memory-mapped file whose finished parts can be released, so that files of gigabytes need only
// megabytes.
#ifndef VOTUM_RANKING_FORMATS_MAPPED_FILE_H_
#define VOTUM_RANKING_FORMATS_MAPPED_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::ranking {

class MappedFile {
 public:
  // Errors such as NOT_FOUND name the file; anything but a regular file is an error too.
  static absl::StatusOr<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  absl::string_view text() const { return {data_, size_}; }
  // SHA-256 in lower-case hexadecimal, read in pieces that are released at once.
  std::string Sha256Hex() const;
  // Releases the pages wholly within `part` of a mapped file; they are read again if needed.
  static void Release(absl::string_view part);

 private:
  MappedFile(const char* data, size_t size) : data_(data), size_(size) {}

  const char* data_;
  size_t size_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_MAPPED_FILE_H_
