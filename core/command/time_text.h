// Times in messages to people.
#ifndef VOTUM_CORE_COMMAND_TIME_TEXT_H_
#define VOTUM_CORE_COMMAND_TIME_TEXT_H_

#include <string>

#include "absl/time/time.h"

namespace votum {

// "2026-11-29 17:36:00 UTC".
inline std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_TIME_TEXT_H_
