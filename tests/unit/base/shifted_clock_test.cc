#include "base/shifted_clock.h"

#include <string>

#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"

namespace votum {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

// By how many minutes `clock` is ahead now.
absl::Duration ShiftOf(ShiftedClock& clock) {
  const absl::Time before = absl::Now();
  return absl::Trunc(clock.Now() - before, absl::Minutes(1));
}

// Whether `clock` soon follows when the file says so.
bool Follows(ShiftedClock& clock, const std::string& path, const std::string& text,
             absl::Duration shift) {
  EXPECT_OK(WriteFile(path, text));
  return testing::Await([&] { return ShiftOf(clock) == shift; });
}

TEST(ShiftedClock, AddsTheSecondsThatTheFileSays) {
  const std::string path = NewTestFolder("clock") + "/clock-offset";
  ShiftedClock clock(path);
  EXPECT_LT(clock.Now() - absl::Now(), absl::Minutes(1));  // no file yet
  EXPECT_TRUE(Follows(clock, path, "86400\n", kDay));
  EXPECT_TRUE(Follows(clock, path, "172800\n", 2 * kDay));
}

TEST(ShiftedClock, KeepsItsTimeWhileTheFileIsBeingWritten) {
  const std::string path = NewTestFolder("clock") + "/clock-offset";
  ShiftedClock clock(path);
  ASSERT_TRUE(Follows(clock, path, "86400\n", kDay));
  ASSERT_OK(WriteFile(path, ""));
  testing::LetPass(2 * ShiftedClock::kReadAgain);
  EXPECT_EQ(ShiftOf(clock), kDay);
}

}  // namespace
}  // namespace votum
