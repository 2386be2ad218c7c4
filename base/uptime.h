// A clock that nobody sets: it only tells how much time passes, also while the machine sleeps.
#ifndef VOTUM_BASE_UPTIME_H_
#define VOTUM_BASE_UPTIME_H_

#include <ctime>

#include "absl/time/time.h"

namespace votum {

// The time since the machine started.
inline absl::Duration Uptime() {
  timespec passed{};
  clock_gettime(CLOCK_BOOTTIME, &passed);
  return absl::DurationFromTimespec(passed);
}

}  // namespace votum

#endif  // VOTUM_BASE_UPTIME_H_
