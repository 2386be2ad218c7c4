// A file as memory, of which parts that are done with can be given back: files of gigabytes in
// megabytes.
#ifndef VOTUM_RANKING_FORMATS_MAPPED_FILE_H_
#define VOTUM_RANKING_FORMATS_MAPPED_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::ranking {

class MappedFile {
 public:
  // NOT_FOUND and the like, naming the file; also for what is not a regular file.
  static absl::StatusOr<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  absl::string_view text() const { return {data_, size_}; }
  // SHA-256 in lower-case hexadecimal, read in pieces that are given back at once.
  std::string Sha256Hex() const;
  // Gives the pages wholly within `part` of a mapped file back to the system; they are read again
  // if needed.
  static void Release(absl::string_view part);

 private:
  MappedFile(const char* data, size_t size) : data_(data), size_(size) {}

  const char* data_;
  size_t size_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_MAPPED_FILE_H_
