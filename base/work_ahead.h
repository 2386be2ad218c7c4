// Work on the elements of a row, part of which must be done in their order.
//
//   std::vector<std::optional<OpenedRecord>> opened(records.size());
//   WorkAhead(records.size(), 4,
//             [&](size_t i) { opened[i] = OpenRecord(records[i]); },  // in any order, on any thread
//             [&](size_t i) { return Fold(opened[i]); });             // in order, on this thread
#ifndef VOTUM_BASE_WORK_AHEAD_H_
#define VOTUM_BASE_WORK_AHEAD_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <vector>

namespace votum {

// Calls `ahead` for each index below `count`, on this thread and `threads` - 1 others, and `then` for
// each index in order, on this thread, once `ahead` has returned for it. Ends early if `then` returns
// false. Neither may throw.
template <typename Ahead, typename Then>
void WorkAhead(size_t count, unsigned threads, Ahead ahead, Then then) {
  std::vector<std::atomic<bool>> done(count);
  std::atomic<size_t> next{0};  // the first index that no thread has taken
  // False if all are taken.
  const auto take_one = [&] {
    const size_t i = next++;
    if (i >= count) return false;
    ahead(i);
    done[i] = true;
    done[i].notify_one();
    return true;
  };
  std::vector<std::future<void>> helpers;
  for (unsigned i = 1; i < threads; ++i) {
    helpers.push_back(std::async(std::launch::async, [&take_one] {
      while (take_one()) {
      }
    }));
  }
  for (size_t i = 0; i < count; ++i) {
    while (!done[i] && take_one()) {
    }
    done[i].wait(false);
    if (!then(i)) break;
  }
  next = count;
  for (std::future<void>& one : helpers) one.get();
}

}  // namespace votum

#endif  // VOTUM_BASE_WORK_AHEAD_H_
