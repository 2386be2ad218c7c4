#include "base/worker_pool.h"

#include <utility>

namespace votum {

WorkerPool::WorkerPool(int threads, size_t most_waiting) : most_waiting_(most_waiting) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { RunTasks(); });
}

WorkerPool::~WorkerPool() { Close(); }

bool WorkerPool::Add(std::function<void()> task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closed_ || tasks_.size() >= most_waiting_) return false;
  tasks_.push_back(std::move(task));
  added_.notify_one();
  return true;
}

void WorkerPool::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    closed_ = true;
    added_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::RunTasks() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    added_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    {
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
}

}  // namespace votum
