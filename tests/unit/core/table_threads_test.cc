// Handles on other threads, while their owner goes on changing its own. ThreadSanitizer looks on.
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/table.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

// Entry i holds the round that wrote it; each round writes all of them.
constexpr uint64_t kEntries = 64;
constexpr uint64_t kRounds = 2000;
using Rounds = Table<uint64_t, uint64_t>;

TEST(TableThreadsTest, ReadersSeeWholeStatesWhileTheOwnerChangesItsHandle) {
  std::mutex mutex;
  Rounds published;  // guarded by mutex
  std::atomic<uint64_t> faults = 0;
  std::atomic<uint64_t> reads = 0;
  std::atomic<bool> done = false;
  const auto read = [&] {
    do {
      Rounds handle;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        handle = published;
      }
      if (handle.empty()) continue;
      const uint64_t round = handle.begin()->second;
      uint64_t entries = 0;
      for (const auto& [key, value] : handle) {
        ++entries;
        if (value != round) ++faults;
      }
      if (entries != kEntries) ++faults;
      // Several readers hash the same nodes at once.
      const crypto::Digest digest = handle.Digest();
      Rounds changed = handle;
      ++*changed.Mutable(round % kEntries);
      if (changed.Digest() == digest || handle.Digest() != digest) ++faults;
      ++reads;
    } while (!done || reads == 0);
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);
  Rounds own;
  for (uint64_t round = 0; round < kRounds; ++round) {
    // From here on the readers alone share entries with `own`; once they have let go of them, it
    // changes them in place.
    if (round % 2 == 0) {
      const std::lock_guard<std::mutex> lock(mutex);
      published.clear();
    }
    for (uint64_t key = 0; key < kEntries; ++key) own.InsertOrAssign(key, round);
    if (round % 7 == 0) own.Erase(kEntries / 2);
    own.InsertOrAssign(kEntries / 2, round);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      published = own;
    }
    std::this_thread::yield();
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(faults, 0u);
  EXPECT_GT(reads, 0u);
}

}  // namespace
}  // namespace votum
