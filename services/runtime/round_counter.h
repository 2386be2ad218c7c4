// Counts closed rounds of ranking beside the fold, in a process that neither shows rounds nor checks
// what is stated of them: there nobody would ask for the outcome before the record that establishes
// it is folded, and all commands would wait for the count (core/ideas/round_outcomes.h).
#ifndef VOTUM_SERVICES_RUNTIME_ROUND_COUNTER_H_
#define VOTUM_SERVICES_RUNTIME_ROUND_COUNTER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "base/background_thread.h"
#include "core/ideas/ideas_machine.h"
#include "services/runtime/replica.h"

namespace votum {

// Thread-safe, but for Start and Stop.
class RoundCounter {
 public:
  // Looks at the state this often, if it has changed. Somebody looks at a count before it is
  // established, and that takes longer.
  static constexpr absl::Duration kEvery = absl::Seconds(1);

  // `replica` outlives this object.
  explicit RoundCounter(const Replica* replica, absl::Duration every = kEvery)
      : replica_(*replica), every_(every) {}
  ~RoundCounter() { Stop(); }

  void Start();
  // Waits for a count that has begun.
  void Stop() { thread_.Stop(); }

  // How many rounds it has counted.
  uint64_t count() const { return count_; }

 private:
  void CountIn(const ideas::IdeasMachine& machine);

  const Replica& replica_;
  const absl::Duration every_;
  std::set<std::string, std::less<>> counted_;  // of thread_ alone
  std::atomic<uint64_t> count_{0};
  BackgroundThread thread_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_ROUND_COUNTER_H_
