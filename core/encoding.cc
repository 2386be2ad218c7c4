#include "core/encoding.h"

#include <limits>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace votum {
namespace {

constexpr int64_t kInfinitePast = std::numeric_limits<int64_t>::min();
constexpr int64_t kInfiniteFuture = std::numeric_limits<int64_t>::max();

}  // namespace

std::string DeterministicBytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

void Encoder::Unsigned(uint64_t number) {
  while (number >= 0x80) {
    bytes_.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  bytes_.push_back(static_cast<char>(number));
}

void Encoder::Signed(int64_t number) {
  const uint64_t doubled = static_cast<uint64_t>(number) << 1;
  Unsigned(number < 0 ? ~doubled : doubled);
}

void Encoder::Bytes(absl::string_view bytes) {
  Unsigned(bytes.size());
  Raw(bytes);
}

void Encoder::Time(absl::Time time) {
  if (time == absl::InfinitePast()) return Signed(kInfinitePast);
  if (time == absl::InfiniteFuture()) return Signed(kInfiniteFuture);
  Signed(absl::ToUnixMicros(time));
}

void Encoder::Message(const google::protobuf::Message& message) {
  Bytes(DeterministicBytes(message));
}

void Decoder::Fail() {
  failed_ = true;
  rest_ = absl::string_view();
}

uint64_t Decoder::Unsigned() {
  uint64_t number = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    // The tenth byte has the one bit that is left.
    if (shift == 63 && byte > 1) break;
    number |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift > 0) break;  // a shorter form exists
      return number;
    }
  }
  Fail();
  return 0;
}

int64_t Decoder::Signed() {
  const uint64_t number = Unsigned();
  return static_cast<int64_t>(number & 1 ? ~(number >> 1) : number >> 1);
}

uint64_t Decoder::UnsignedUpTo(uint64_t limit) {
  const uint64_t number = Unsigned();
  if (number <= limit) return number;
  Fail();
  return 0;
}

absl::string_view Decoder::Raw(size_t size) {
  if (size > rest_.size()) {
    Fail();
    return absl::string_view();
  }
  const absl::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

absl::Time Decoder::Time() {
  const int64_t micros = Signed();
  if (micros == kInfinitePast) return absl::InfinitePast();
  if (micros == kInfiniteFuture) return absl::InfiniteFuture();
  return absl::FromUnixMicros(micros);
}

void Decoder::Message(google::protobuf::Message& message) {
  const absl::string_view bytes = Bytes();
  if (failed_) return;
  // Protobuf reads many forms; only the one that is written is accepted.
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      DeterministicBytes(message) != bytes) {
    Fail();
  }
}

}  // namespace votum
