// A shared mutex under which readers cannot keep a writer out, nor a writer the readers.
//
// glibc's std::shared_mutex lets new readers in while a writer waits: enough readers hold a writer
// up for ever. Here a writer waits only for the readers that were inside when it arrived, and when it
// leaves, all readers that have arrived in the meantime go first (a phase-fair lock: Brandenburg and Anderson,
// "Spin-based reader-writer synchronization for multiprocessor real-time systems", 2010).
//
//   FairSharedMutex mutex;
//   int value ABSL_GUARDED_BY(mutex) = 0;
//
//   { const FairReaderLock lock(mutex); Use(value); }
//   { const FairWriterLock lock(mutex); ++value; }
#ifndef VOTUM_BASE_FAIR_SHARED_MUTEX_H_
#define VOTUM_BASE_FAIR_SHARED_MUTEX_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace votum {

// Thread-safe. Not recursive: a reader that locks again while a writer waits never comes back.
class ABSL_LOCKABLE FairSharedMutex {
 public:
  // How long writers have waited for readers, over the whole life of the mutex.
  struct WriterWaits {
    uint64_t waiting = 0;     // writers that wait now, for whomever
    uint64_t count = 0;       // writers that found a reader inside, and got in since
    absl::Duration longest;   // of one of these
    absl::Duration total;     // of all of these
    uint64_t long_count = 0;  // those of these that waited for kLongWait or more
  };
  static constexpr absl::Duration kLongWait = absl::Milliseconds(10);

  FairSharedMutex() = default;
  FairSharedMutex(const FairSharedMutex&) = delete;
  FairSharedMutex& operator=(const FairSharedMutex&) = delete;

  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION();
  void unlock() ABSL_UNLOCK_FUNCTION();
  void lock_shared() ABSL_SHARED_LOCK_FUNCTION();
  void unlock_shared() ABSL_UNLOCK_FUNCTION();

  WriterWaits writer_waits() const;

 private:
  mutable std::mutex mutex_;  // guards all that follow; held for a few instructions only
  std::condition_variable writer_may_enter_;
  std::condition_variable phase_ended_;
  uint64_t readers_ = 0;          // inside
  uint64_t waiting_readers_ = 0;  // for the end of the phase
  bool writing_ = false;          // a writer is inside
  uint64_t phase_ = 0;            // the number of writers that have left
  WriterWaits writer_waits_;
};

// Holds the mutex as one reader among others while it lives.
class ABSL_SCOPED_LOCKABLE FairReaderLock {
 public:
  explicit FairReaderLock(FairSharedMutex& mutex) ABSL_SHARED_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ~FairReaderLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock_shared(); }
  FairReaderLock(const FairReaderLock&) = delete;
  FairReaderLock& operator=(const FairReaderLock&) = delete;

 private:
  FairSharedMutex& mutex_;
};

// Holds the mutex as its one writer while it lives.
class ABSL_SCOPED_LOCKABLE FairWriterLock {
 public:
  explicit FairWriterLock(FairSharedMutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~FairWriterLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  FairWriterLock(const FairWriterLock&) = delete;
  FairWriterLock& operator=(const FairWriterLock&) = delete;

 private:
  FairSharedMutex& mutex_;
};

}  // namespace votum

#endif  // VOTUM_BASE_FAIR_SHARED_MUTEX_H_
