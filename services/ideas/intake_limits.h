// How many ideas the public may send in. A record stays, and every process and every audit reads it
// for ever: whoever writes without a name is limited, so that no crowd of texts takes
// the room of the council. The paper way is not limited.
#ifndef VOTUM_SERVICES_IDEAS_INTAKE_LIMITS_H_
#define VOTUM_SERVICES_IDEAS_INTAKE_LIMITS_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace votum::ideas {

// Thread-safe.
class IntakeLimits {
 public:
  static constexpr size_t kADay = 500;
  static constexpr size_t kAnHourOfCaller = 5;

  // `taken_since` counts the ideas that were recorded since a time; it is asked once, because a
  // restart must not begin the day anew.
  explicit IntakeLimits(std::function<size_t(absl::Time)> taken_since)
      : taken_since_(std::move(taken_since)) {}

  // Counts one more idea of `caller` (CallerOf), or refuses it with
  // RESOURCE_EXHAUSTED/TOO_MANY_IDEAS. Callers who act for many, services and programs of this very
  // machine, have only the limit of all; a call by the edge is its client's.
  absl::Status Admit(const std::string& caller, absl::Time now);

 private:
  void Forget(absl::Time now);

  const std::function<size_t(absl::Time)> taken_since_;
  std::mutex mutex_;
  // All guarded by mutex_; times in order. There are never more callers than ideas of a day.
  bool knows_before_ = false;
  size_t before_ = 0;  // ideas of the day before begin_
  absl::Time begin_;   // when the first idea of this process came
  std::deque<absl::Time> of_day_;
  absl::flat_hash_map<std::string, std::deque<absl::Time>> of_hour_;
};

}  // namespace votum::ideas

#endif  // VOTUM_SERVICES_IDEAS_INTAKE_LIMITS_H_
