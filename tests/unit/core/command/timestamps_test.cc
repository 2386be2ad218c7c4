#include "core/command/timestamps.h"

#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(TimestampsTest, RoundTripsWholeMicrosecondsAlsoBefore1970) {
  for (const int64_t micros : {int64_t{0}, int64_t{1}, int64_t{1700000000123456}, int64_t{-1},
                               int64_t{-1000000}, int64_t{-1500000}}) {
    const absl::Time time = absl::FromUnixMicros(micros);
    const google::protobuf::Timestamp timestamp = ToTimestamp(time);
    EXPECT_GE(timestamp.nanos(), 0);
    EXPECT_LT(timestamp.nanos(), 1000000000);
    EXPECT_EQ(FromTimestamp(timestamp), time);
  }
}

TEST(TimestampsTest, CutsToWholeMicroseconds) {
  EXPECT_EQ(ToTimestamp(absl::FromUnixNanos(1999)).nanos(), 1000);
  google::protobuf::Timestamp timestamp;
  timestamp.set_nanos(1999);
  EXPECT_EQ(FromTimestamp(timestamp), absl::FromUnixMicros(1));
  timestamp.set_seconds(-1);
  timestamp.set_nanos(999999001);
  EXPECT_EQ(FromTimestamp(timestamp), absl::FromUnixMicros(-1));
}

}  // namespace
}  // namespace votum
