#include "base/counted_objects.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "gtest/gtest.h"

namespace votum {
namespace {

// Takes its time to be destroyed.
struct Slow {
  explicit Slow(std::atomic<int>* destroyed) : destroyed(*destroyed) {}
  ~Slow() {
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    ++destroyed;
  }
  std::atomic<int>& destroyed;
};

TEST(CountedObjectsTest, TheEndIsAwaitedAndNotOnlyTheLastUse) {
  std::atomic<int> destroyed = 0;
  CountedObjects objects;
  auto one = objects.New<Slow>(&destroyed);
  auto two = objects.New<Slow>(&destroyed);
  std::thread thread([one = std::move(one), two = std::move(two)]() mutable {
    one = nullptr;
    two = nullptr;
  });
  objects.AwaitNone();
  EXPECT_EQ(destroyed, 2);
  thread.join();
}

TEST(CountedObjectsTest, NobodyWaitsForNothing) {
  std::atomic<int> destroyed = 0;
  CountedObjects objects;
  objects.AwaitNone();
  objects.New<Slow>(&destroyed);
  objects.AwaitNone();
  EXPECT_EQ(destroyed, 1);
}

TEST(CountedObjectsTest, ItsOwnEndWaitsToo) {
  std::atomic<int> destroyed = 0;
  std::thread thread;
  {
    CountedObjects objects;
    auto one = objects.New<Slow>(&destroyed);
    thread = std::thread([one = std::move(one)]() mutable { one = nullptr; });
  }
  EXPECT_EQ(destroyed, 1);
  thread.join();
}

}  // namespace
}  // namespace votum
