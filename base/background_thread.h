// A thread that works now and then, until it is stopped:
//
//   thread_.Start([this] {
//     while (thread_.Pause(absl::Seconds(5))) Look();
//   });
#ifndef VOTUM_BASE_BACKGROUND_THREAD_H_
#define VOTUM_BASE_BACKGROUND_THREAD_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/time.h"

namespace votum {

// Thread-safe, but for Start and Stop, which are for its owner. Whatever the work uses is declared
// before it.
class BackgroundThread {
 public:
  BackgroundThread() = default;
  ~BackgroundThread() { Stop(); }
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;

  // At most once.
  void Start(std::function<void()> work) { thread_ = std::thread(std::move(work)); }

  // Ends pauses, from now on; does not wait for the work to end.
  void RequestStop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    stopped_.notify_all();
  }
  // The same, and waits. May be repeated, and come without a Start.
  void Stop() {
    RequestStop();
    if (thread_.joinable()) thread_.join();
  }

  bool stopping() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return stopping_;
  }
  // Waits for `pause`; false as soon as the work is to end.
  bool Pause(absl::Duration pause) {
    std::unique_lock<std::mutex> lock(mutex_);
    return !stopped_.wait_for(lock, absl::ToChronoNanoseconds(pause), [this] { return stopping_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace votum

#endif  // VOTUM_BASE_BACKGROUND_THREAD_H_
