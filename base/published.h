// The newest value of something that one thread makes and others look at.
//
//   Published<Fold> newest;
//   newest.Set(std::make_shared<const Fold>(fold));          // the thread that folds
//   const std::shared_ptr<const Fold> state = newest.Get();  // readers keep it as long as they like
//
// The lock is held for the copy of a pointer. So readers hold up neither the writer nor each other,
// however long they look, and nobody sees a value that is being changed. Waits are counted all the
// same: the claim is to be seen, not to be believed.
#ifndef VOTUM_BASE_PUBLISHED_H_
#define VOTUM_BASE_PUBLISHED_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace votum {

// Thread-safe.
template <typename T>
class Published {
 public:
  // How long Set has waited for the lock that Get holds, over the whole life of the object.
  struct Waits {
    absl::Duration longest;
    uint64_t long_count = 0;  // those of kLongWait or more
  };
  static constexpr absl::Duration kLongWait = absl::Milliseconds(10);

  Published() = default;
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  // Null before the first Set.
  std::shared_ptr<const T> Get() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }

  // The value before is destroyed by whoever holds it last, never under the lock.
  void Set(std::shared_ptr<const T> value) {
    const auto begin = std::chrono::steady_clock::now();
    const std::lock_guard<std::mutex> lock(mutex_);
    const absl::Duration waited = absl::FromChrono(std::chrono::steady_clock::now() - begin);
    if (waited > waits_.longest) waits_.longest = waited;
    if (waited >= kLongWait) ++waits_.long_count;
    value_.swap(value);
  }

  Waits waits() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return waits_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_ ABSL_GUARDED_BY(mutex_);
  Waits waits_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace votum

#endif  // VOTUM_BASE_PUBLISHED_H_
