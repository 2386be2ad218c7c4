// A few threads that run tasks in the order in which they come, for work that the thread it comes
// from must not do: its caller waits for other things, or the work takes its time.
#ifndef VOTUM_BASE_WORKER_POOL_H_
#define VOTUM_BASE_WORKER_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace votum {

// Thread-safe.
class WorkerPool {
 public:
  // At most `most_waiting` tasks wait for one of the `threads`.
  WorkerPool(int threads, size_t most_waiting);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Has `task` run soon. False, and it is never run, if too many wait or the pool is closed.
  bool Add(std::function<void()> task);

  // Takes no more tasks, and returns when all that were added have run.
  void Close();

 private:
  void RunTasks();

  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  bool closed_ = false;                      // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace votum

#endif  // VOTUM_BASE_WORKER_POOL_H_
