// The bytes of described state (describe.h): what snapshots hold and digests cover.
//
// The encoding is canonical: equal values have equal bytes, and there is one way to write each
// value, so a decoder accepts nothing else. It is self-delimiting, so values need no separators.
//
//   unsigned number   7 bits a byte, lowest first; the high bit says that more follow; the shortest
//   signed number     as the unsigned numbers 0, 1, 2, 3, ... for 0, -1, 1, -2, ...
//   bytes             their number, then they
//   time              microseconds since 1970 as a signed number; the least and the greatest number
//                     stand for the infinite past and future
#ifndef VOTUM_CORE_ENCODING_H_
#define VOTUM_CORE_ENCODING_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace votum {

// The bytes of `message`, the same each time: maps in the order of their keys.
std::string DeterministicBytes(const google::protobuf::Message& message);

class Encoder {
 public:
  // How a table within a value is written: with all its entries, for a snapshot; or as its digest,
  // which it remembers, for the digest of the value.
  enum class Tables { kEntries, kDigests };

  explicit Encoder(Tables tables) : tables_(tables) {}

  void Unsigned(uint64_t number);
  void Signed(int64_t number);
  void Bytes(absl::string_view bytes);
  // Bytes whose number the reader knows.
  void Raw(absl::string_view bytes) { bytes_.append(bytes.data(), bytes.size()); }
  // REQUIRES: whole microseconds, as all times of records are, or infinite.
  void Time(absl::Time time);
  // REQUIRES: no unknown fields, which the fold refuses in commands.
  void Message(const google::protobuf::Message& message);

  Tables tables() const { return tables_; }
  const std::string& bytes() const { return bytes_; }

 private:
  Tables tables_;
  std::string bytes_;
};

// Reads what an Encoder wrote with Tables::kEntries. After the first fault, all that is read is 0 or
// empty; the caller asks once, at the end. Memory stays in proportion to the input.
class Decoder {
 public:
  // `bytes` outlive this object.
  explicit Decoder(absl::string_view bytes) : rest_(bytes) {}

  uint64_t Unsigned();
  int64_t Signed();
  // At most `limit`: a greater number is a fault.
  uint64_t UnsignedUpTo(uint64_t limit);
  // The number of elements that follow; each takes at least a byte.
  size_t Count() { return UnsignedUpTo(rest_.size()); }
  absl::string_view Bytes() { return Raw(Count()); }
  absl::string_view Raw(size_t size);
  absl::Time Time();
  void Message(google::protobuf::Message& message);

  // The input is not what an Encoder wrote.
  void Fail();
  bool failed() const { return failed_; }
  // Everything was read, without a fault.
  bool Complete() const { return !failed_ && rest_.empty(); }

 private:
  absl::string_view rest_;
  bool failed_ = false;
};

}  // namespace votum

#endif  // VOTUM_CORE_ENCODING_H_
