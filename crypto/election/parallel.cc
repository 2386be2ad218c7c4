#include "crypto/election/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace votum::election {

void ParallelFor(size_t count, unsigned threads, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next = 0;
  const auto run = [&next, &work, count] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  const size_t wanted = std::min<size_t>(std::max(threads, 1u), std::max<size_t>(count, 1));
  for (size_t i = 1; i < wanted; ++i) others.emplace_back(run);
  run();
  for (std::thread& thread : others) thread.join();
}

}  // namespace votum::election
