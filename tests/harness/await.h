// Waits for effects. A test that slept instead would be slow on a quick machine and wrong on a slow
// one.
#ifndef VOTUM_TESTS_HARNESS_AWAIT_H_
#define VOTUM_TESTS_HARNESS_AWAIT_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace votum::testing {

// Whether `condition` holds before `limit` has passed; checked every few milliseconds, and once
// more at the end.
template <typename Condition>
bool Await(const Condition& condition, absl::Duration limit = absl::Seconds(30)) {
  constexpr absl::Duration kLookAgain = absl::Milliseconds(5);
  const absl::Time deadline = absl::Now() + limit;
  while (absl::Now() < deadline) {
    if (condition()) return true;
    absl::SleepFor(kLookAgain);
  }
  return condition();
}

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_AWAIT_H_
