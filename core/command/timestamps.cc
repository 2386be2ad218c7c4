#include "core/command/timestamps.h"

#include <algorithm>

namespace votum {
namespace {

// The years 1 to 9999, which the contract of google.protobuf.Timestamp allows.
constexpr absl::Time kFirst = absl::FromUnixSeconds(-62135596800);
constexpr absl::Time kLast = absl::FromUnixSeconds(253402300799);

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  google::protobuf::Timestamp timestamp;
  // Floor division: times before 1970 have negative seconds and positive nanos.
  const int64_t seconds = micros >= 0 ? micros / 1000000 : -((-micros + 999999) / 1000000);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(micros - seconds * 1000000) * 1000);
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  const absl::Time exact =
      absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
  return absl::FromUnixMicros(absl::ToUnixMicros(std::clamp(exact, kFirst, kLast)));
}

}  // namespace votum
