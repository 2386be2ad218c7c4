#include "base/worker_pool.h"

#include <atomic>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(WorkerPool, RunsTasksInTheirOrderAndAllBeforeItIsClosed) {
  std::vector<int> order;
  WorkerPool one(1, 1000);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(one.Add([&order, i] { order.push_back(i); }));
  one.Close();
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
  EXPECT_FALSE(one.Add([&order] { order.push_back(-1); })) << "it is closed";
  EXPECT_EQ(order.size(), 100u);
}

TEST(WorkerPool, HasTasksRunBesideOneThatWaits) {
  WorkerPool two(2, 10);
  absl::Notification done;
  ASSERT_TRUE(two.Add([&done] { done.WaitForNotification(); }));
  ASSERT_TRUE(two.Add([&done] { done.Notify(); }));
  two.Close();  // would never return if the second task waited for the first
}

TEST(WorkerPool, TakesNoMoreThanMayWait) {
  WorkerPool one(1, 2);
  absl::Notification begun, go_on;
  std::atomic<int> run{0};
  ASSERT_TRUE(one.Add([&] {
    begun.Notify();
    go_on.WaitForNotification();
  }));
  begun.WaitForNotification();
  EXPECT_TRUE(one.Add([&run] { ++run; }));
  EXPECT_TRUE(one.Add([&run] { ++run; }));
  EXPECT_FALSE(one.Add([&run] { run += 100; })) << "two wait already";
  go_on.Notify();
  one.Close();
  EXPECT_EQ(run, 2);
}

}  // namespace
}  // namespace votum
