#include "base/published.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(Published, KeepsAValueForWhoeverHoldsIt) {
  Published<int> newest;
  EXPECT_EQ(newest.Get(), nullptr);
  newest.Set(std::make_shared<const int>(1));
  const std::shared_ptr<const int> held = newest.Get();
  newest.Set(std::make_shared<const int>(2));
  EXPECT_EQ(*held, 1);
  EXPECT_EQ(*newest.Get(), 2);
  EXPECT_EQ(held.use_count(), 1) << "nobody else keeps the old value";
}

TEST(Published, ManyReadersSeeWholeValuesInTheirOrder) {
  constexpr int kLast = 20'000;
  struct Pair {
    int first = 0, second = 0;
  };
  Published<Pair> newest;
  newest.Set(std::make_shared<const Pair>());
  std::atomic<bool> in_order = true;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      for (int last = 0; last < kLast;) {
        const std::shared_ptr<const Pair> seen = newest.Get();
        if (seen->first != seen->second || seen->first < last) in_order = false;
        last = seen->first;
      }
    });
  }
  for (int i = 1; i <= kLast; ++i) newest.Set(std::make_shared<const Pair>(Pair{i, i}));
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(in_order);
  EXPECT_GE(newest.waits().longest, absl::ZeroDuration());
}

// A value whose destruction asks for the newest one would wait for itself for ever if it were
// destroyed under the lock.
TEST(Published, DestroysOutsideTheLock) {
  struct Asks {
    Published<Asks>* published;
    std::atomic<int>* destroyed;
    ~Asks() {
      published->Get();
      ++*destroyed;
    }
  };
  std::atomic<int> destroyed = 0;
  Published<Asks> newest;
  newest.Set(std::shared_ptr<const Asks>(new Asks{&newest, &destroyed}));
  newest.Set(nullptr);
  EXPECT_EQ(destroyed, 1);
}

}  // namespace
}  // namespace votum
