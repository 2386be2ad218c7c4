// A service is ready if it has folded what was there some seconds ago.

#include "services/gateway/readiness.h"

#include "gtest/gtest.h"

namespace votum::gateway {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);
absl::Time At(int seconds) { return kStart + absl::Seconds(seconds); }

TEST(SeenCheckpointsTest, NothingIsRequiredBeforeItIsOldEnough) {
  SeenCheckpoints seen(absl::Seconds(15));
  EXPECT_FALSE(seen.IsFresh(At(0)));
  EXPECT_EQ(seen.Required(At(0)), 0u);
  seen.See(10, At(0));
  EXPECT_TRUE(seen.IsFresh(At(15)));
  EXPECT_FALSE(seen.IsFresh(At(16)));
  EXPECT_EQ(seen.Required(At(14)), 0u);
  EXPECT_EQ(seen.Required(At(15)), 10u);
}

TEST(SeenCheckpointsTest, TheNewestOfTheOldOnesIsRequired) {
  SeenCheckpoints seen(absl::Seconds(15));
  for (int second = 0; second <= 100; ++second) seen.See(second / 10 * 10, At(second));
  EXPECT_EQ(seen.Required(At(100)), 80u);
  EXPECT_EQ(seen.Required(At(104)), 80u);
  EXPECT_EQ(seen.Required(At(105)), 90u);
}

TEST(SeenCheckpointsTest, ALogThatDoesNotGrowStaysFresh) {
  SeenCheckpoints seen(absl::Seconds(15));
  for (int second = 0; second <= 1000; ++second) seen.See(7, At(second));
  EXPECT_TRUE(seen.IsFresh(At(1000)));
  EXPECT_EQ(seen.Required(At(1000)), 7u);
}

}  // namespace
}  // namespace votum::gateway
