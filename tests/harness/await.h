// Waits for effects. A test that slept instead would be slow on a quick machine and wrong on a slow
// one: script/tested lets no other file under tests/ sleep.
#ifndef VOTUM_TESTS_HARNESS_AWAIT_H_
#define VOTUM_TESTS_HARNESS_AWAIT_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace votum::testing {

// Whether `condition` holds before `limit` has passed; checked every few milliseconds, and once
// more at the end. With absl::InfiniteDuration() the end is that of the test.
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

// Lets time pass where time is the subject of a test and there is no effect to wait for: a fake
// that is slow, work that holds a lock for a while, the moment of a kill, the end of a session.
inline void LetPass(absl::Duration duration) { absl::SleepFor(duration); }

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_AWAIT_H_
