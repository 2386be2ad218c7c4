#include "base/loopback.h"

#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(LoopbackTest, AnAddressIsOfThisMachineAloneIfItSaysSoAsANumber) {
  const struct {
    const char* host;
    bool is_loopback;
  } kCases[] = {
      {"127.0.0.1", true},
      {"127.0.0.2", true},
      {"127.255.255.254", true},
      {"::1", true},
      {"0:0:0:0:0:0:0:1", true},
      {"::ffff:127.0.0.1", true},
      {"localhost", true},
      // Names that look like one.
      {"127.evil.example", false},
      {"127.0.0.1.evil.example", false},
      {"127.", false},
      {"127.0.0.1 ", false},
      {"localhost.evil.example", false},
      {"localhost.", false},
      // Listened at everywhere, or elsewhere.
      {"0.0.0.0", false},
      {"::", false},
      {"10.0.0.1", false},
      {"128.0.0.1", false},
      {"::ffff:10.0.0.1", false},
      {"::2", false},
      {"votum.example", false},
      {"", false},
      // Not written as the system reads it here; refused rather than guessed.
      {"127.1", false},
      {"[::1]", false},
  };
  for (const auto& row : kCases) EXPECT_EQ(IsLoopback(row.host), row.is_loopback) << row.host;
}

TEST(LoopbackTest, TheHostOfAnAddressIsWhatStandsBeforeItsPort) {
  const struct {
    const char* address;
    bool is_loopback;
  } kCases[] = {
      {"127.0.0.1:7451", true}, {"[::1]:443", true},       {"[::ffff:127.0.0.1]:443", true},
      {"localhost:7451", true}, {"[127.0.0.1]:443", true}, {"127.evil.example:443", false},
      {"0.0.0.0:443", false},   {"[::]:443", false},       {"votum.example:7451", false},
      {"[::1:443", false},      {"127.0.0.1", false},      {"", false},
      {":443", false},
  };
  for (const auto& row : kCases)
    EXPECT_EQ(IsLoopbackAddress(row.address), row.is_loopback) << row.address;
}

}  // namespace
}  // namespace votum
