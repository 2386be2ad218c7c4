#include "base/background_thread.h"

#include <atomic>

#include "base/uptime.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"

namespace votum {
namespace {

TEST(BackgroundThreadTest, WorksUntilItIsStopped) {
  std::atomic<int> turns = 0;
  BackgroundThread thread;
  thread.Start([&] {
    while (thread.Pause(absl::Milliseconds(1))) ++turns;
  });
  EXPECT_TRUE(testing::Await([&] { return turns > 2; }));
  EXPECT_FALSE(thread.stopping());
  thread.Stop();
  const int then = turns;
  testing::LetPass(absl::Milliseconds(20));
  EXPECT_EQ(turns, then);
  EXPECT_TRUE(thread.stopping());
}

TEST(BackgroundThreadTest, AStopEndsALongPause) {
  const absl::Duration begin = Uptime();
  std::atomic<bool> told_to_go_on = true;
  {
    BackgroundThread thread;
    thread.Start([&] { told_to_go_on = thread.Pause(absl::Hours(1)); });
  }
  EXPECT_FALSE(told_to_go_on);
  EXPECT_LT(Uptime() - begin, absl::Minutes(1));
}

TEST(BackgroundThreadTest, OneThatWasNeverStartedStops) {
  BackgroundThread thread;
  thread.Stop();
  thread.Stop();
  EXPECT_FALSE(thread.Pause(absl::Hours(1)));
}

}  // namespace
}  // namespace votum
