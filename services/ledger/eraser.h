// Destroys the sealed contents of erased subjects, on its own thread: this may take long
// (PostgreSQL writes two tables anew), and a failed erasure is tried again until it succeeds.
#ifndef VOTUM_SERVICES_LEDGER_ERASER_H_
#define VOTUM_SERVICES_LEDGER_ERASER_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "core/table.h"
#include "ledger/ledger.h"

namespace votum::ledger {

// Thread-safe.
class Eraser {
 public:
  // `ledger` outlives this object. `pause` separates the tries.
  explicit Eraser(Ledger* ledger, absl::Duration pause = absl::Seconds(1));
  // Finishes the current erasure; the next start does the others.
  ~Eraser();
  Eraser(const Eraser&) = delete;
  Eraser& operator=(const Eraser&) = delete;

  // Takes all subjects erased so far, numbered from 0; later calls bring the same ones and more. Does
  // not block. Each start goes through them again and completes what a killed process left undone.
  void Erase(const Table<uint64_t, std::string>& subjects);

 private:
  void EraseAgainAndAgain();

  Ledger& ledger_;
  const absl::Duration pause_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Table<uint64_t, std::string> subjects_;  // guarded by mutex_
  bool stopping_ = false;                  // guarded by mutex_
  std::thread thread_;
};

}  // namespace votum::ledger

#endif  // VOTUM_SERVICES_LEDGER_ERASER_H_
