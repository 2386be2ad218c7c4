// Source of the current time. Pure code takes an absl::Time; its callers ask a Clock.
#ifndef VOTUM_BASE_CLOCK_H_
#define VOTUM_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace votum {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

// The machine's clock.
class SystemClock : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
};

}  // namespace votum

#endif  // VOTUM_BASE_CLOCK_H_
