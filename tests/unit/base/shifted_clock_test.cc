#include "base/shifted_clock.h"

#include <string>

#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

// A change of the file takes effect once kReadAgain has passed.
absl::Duration ShiftAfter(ShiftedClock& clock, const std::string& path, const std::string& text) {
  EXPECT_OK(WriteFile(path, text));
  absl::SleepFor(2 * ShiftedClock::kReadAgain);
  const absl::Time before = absl::Now();
  return absl::Trunc(clock.Now() - before, absl::Minutes(1));
}

TEST(ShiftedClock, AddsTheSecondsThatTheFileSays) {
  const std::string path = NewTestFolder("clock") + "/clock-offset";
  ShiftedClock clock(path);
  EXPECT_LT(clock.Now() - absl::Now(), absl::Minutes(1));  // no file yet
  EXPECT_EQ(ShiftAfter(clock, path, "86400\n"), kDay);
  EXPECT_EQ(ShiftAfter(clock, path, "172800\n"), 2 * kDay);
}

TEST(ShiftedClock, KeepsItsTimeWhileTheFileIsBeingWritten) {
  const std::string path = NewTestFolder("clock") + "/clock-offset";
  ShiftedClock clock(path);
  EXPECT_EQ(ShiftAfter(clock, path, "86400\n"), kDay);
  EXPECT_EQ(ShiftAfter(clock, path, ""), kDay);
}

}  // namespace
}  // namespace votum
