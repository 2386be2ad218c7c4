#include "ranking/formats/mapped_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::ranking {

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  struct stat status;
  if (fstat(fd, &status) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("look at ", path));
  if (!S_ISREG(status.st_mode))
    return Refuse(Reason::kNotAFile, absl::StrCat(path, " is not a file"));
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return MappedFile("", 0);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) return absl::ErrnoToStatus(errno, absl::StrCat("map ", path));
  // This is only advice and affects nothing but speed.
  (void)madvise(data, size, MADV_SEQUENTIAL);
  return MappedFile(static_cast<const char*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, "")), size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(const_cast<char*>(data_), size_);
}

void MappedFile::Release(absl::string_view part) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<uintptr_t>(part.data()) + page - 1) / page * page;
  const auto end = (reinterpret_cast<uintptr_t>(part.data()) + part.size()) / page * page;
  if (begin < end) (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

std::string MappedFile::Sha256Hex() const {
  constexpr size_t kPiece = 4 << 20;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  bool ok = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (size_t at = 0; ok && at < size_; at += kPiece) {
    const absl::string_view piece = text().substr(at, kPiece);
    ok = EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    // Small files are read again at once.
    if (size_ > 4 * kPiece) Release(piece);
  }
  ok = ok && EVP_DigestFinal_ex(context.get(), digest, &length) == 1;
  return ok ? absl::BytesToHexString({reinterpret_cast<const char*>(digest), length}) : "";
}

}  // namespace votum::ranking
