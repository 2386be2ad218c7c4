// Objects that several hold, and whose destruction somebody has to wait for.
//
// A call of gRPC is the example. The thread that brings its answer may be the last to hold the call,
// and so the call's channel. It is a thread of the channel's own then, and would wait for its own
// end. So whoever owns the channel keeps it until all calls are destroyed, and not just answered.
#ifndef VOTUM_BASE_COUNTED_OBJECTS_H_
#define VOTUM_BASE_COUNTED_OBJECTS_H_

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace votum {

// Thread-safe.
class CountedObjects {
 public:
  CountedObjects() = default;
  ~CountedObjects() { AwaitNone(); }
  CountedObjects(const CountedObjects&) = delete;
  CountedObjects& operator=(const CountedObjects&) = delete;

  template <typename T, typename... Args>
  std::shared_ptr<T> New(Args&&... args) {
    auto object = std::make_unique<T>(std::forward<Args>(args)...);
    const std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
    return std::shared_ptr<T>(object.release(), [this](T* last) {
      delete last;
      // Notifies under the lock, since this object may be destroyed once it is released.
      const std::lock_guard<std::mutex> lock(mutex_);
      if (--count_ == 0) none_.notify_all();
    });
  }

  // Returns when each object that was made has been destroyed.
  void AwaitNone() {
    std::unique_lock<std::mutex> lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  size_t count_ = 0;  // guarded by mutex_
};

}  // namespace votum

#endif  // VOTUM_BASE_COUNTED_OBJECTS_H_
