// Destroys what is sealed of erased subjects, on a thread of its own: it may take long (PostgreSQL
// writes two tables anew), and what could not be done is tried again until it is.
#ifndef VOTUM_SERVICES_LEDGER_ERASER_H_
#define VOTUM_SERVICES_LEDGER_ERASER_H_

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "ledger/ledger.h"

namespace votum::ledger {

// Thread-safe.
class Eraser {
 public:
  // `ledger` outlives this object. `pause` is between tries.
  explicit Eraser(Ledger* ledger, absl::Duration pause = absl::Seconds(1));
  // Finishes what is under way; what is left to do is left to the next start.
  ~Eraser();
  Eraser(const Eraser&) = delete;
  Eraser& operator=(const Eraser&) = delete;

  // All subjects that have been erased so far, in an order that only grows. Does not block. After a
  // start they are gone through again, and what a killed process has left is done.
  void Erase(const std::vector<std::string>& subjects);

 private:
  void EraseAgainAndAgain();

  Ledger& ledger_;
  const absl::Duration pause_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> subjects_;  // guarded by mutex_
  bool stopping_ = false;              // guarded by mutex_
  std::thread thread_;
};

}  // namespace votum::ledger

#endif  // VOTUM_SERVICES_LEDGER_ERASER_H_
