// A described struct, kept in the bytes that describe.h gives it: for entries of which a long log has
// many, and of which few are read. Such an entry takes a pointer and one block of memory, where a
// struct of strings and lists takes several hundred bytes before there is anything in them.
//
//   Packed<IdeaDetails> packed(details);   // encodes
//   packed.Unpack().origin                 // decodes: about a microsecond
//
// For digests, snapshots, comparison and printing it is the struct itself.
#ifndef VOTUM_CORE_PACKED_H_
#define VOTUM_CORE_PACKED_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "core/describe.h"
#include "core/encoding.h"

namespace votum {

// T has no tables, whose entries it would copy.
template <typename T>
class Packed {
 public:
  Packed() : Packed(T()) {}
  explicit Packed(const T& value) { Keep(Encode(value)); }
  Packed(const Packed& other) { Keep(other.bytes()); }
  Packed(Packed&& other) noexcept = default;
  Packed& operator=(Packed other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Packed() = default;

  T Unpack() const {
    T value;
    Decoder in(bytes());
    describing::DecodeFrom(in, value);
    return value;
  }

  // For describe.h.
  void EncodeTo(Encoder& out) const { out.Raw(bytes()); }
  void DecodeFrom(Decoder& in) {
    T value;
    describing::DecodeFrom(in, value);
    if (!in.failed()) *this = Packed(value);
  }

 private:
  using Size = uint32_t;

  absl::string_view bytes() const {
    Size size = 0;
    std::memcpy(&size, block_.get(), sizeof(size));
    return {block_.get() + sizeof(size), size};
  }
  void Keep(absl::string_view bytes) {
    const Size size = static_cast<Size>(bytes.size());
    block_ = std::make_unique<char[]>(sizeof(size) + bytes.size());  // NOLINT: see below
    std::memcpy(block_.get(), &size, sizeof(size));
    bytes.copy(block_.get() + sizeof(size), bytes.size());
  }

  // The number of the bytes, then they; null if it was moved from, which must not be read.
  std::unique_ptr<char[]> block_;  // NOLINT: a vector or string takes three or four times as much
};

}  // namespace votum

#endif  // VOTUM_CORE_PACKED_H_
