#include "base/fair_shared_mutex.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace votum {

void FairSharedMutex::lock() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (readers_ > 0 || writing_) {
    const bool for_readers = readers_ > 0;
    const absl::Time start = absl::Now();
    ++writer_waits_.waiting;
    writer_may_enter_.wait(lock, [this] { return readers_ == 0 && !writing_; });
    --writer_waits_.waiting;
    if (for_readers) {
      const absl::Duration waited = absl::Now() - start;
      ++writer_waits_.count;
      writer_waits_.total += waited;
      writer_waits_.longest = std::max(writer_waits_.longest, waited);
      if (waited >= kLongWait) ++writer_waits_.long_count;
    }
  }
  writing_ = true;
}

void FairSharedMutex::unlock() {
  const std::lock_guard<std::mutex> lock(mutex_);
  writing_ = false;
  ++phase_;
  // Readers that waited are inside from now on, before any of them runs: no writer overtakes them.
  readers_ += waiting_readers_;
  waiting_readers_ = 0;
  if (readers_ > 0) {
    phase_ended_.notify_all();
  } else {
    writer_may_enter_.notify_one();
  }
}

void FairSharedMutex::lock_shared() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!writing_ && writer_waits_.waiting == 0) {
    ++readers_;
    return;
  }
  ++waiting_readers_;
  phase_ended_.wait(lock, [this, came = phase_] { return phase_ != came; });
}

void FairSharedMutex::unlock_shared() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (--readers_ == 0) writer_may_enter_.notify_one();
}

FairSharedMutex::WriterWaits FairSharedMutex::writer_waits() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return writer_waits_;
}

}  // namespace votum
