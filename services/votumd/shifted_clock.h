// The clock of a demonstration: the machine's, plus the seconds that a file says. Read at each
// call, so that a script can let days pass.
#ifndef VOTUM_SERVICES_VOTUMD_SHIFTED_CLOCK_H_
#define VOTUM_SERVICES_VOTUMD_SHIFTED_CLOCK_H_

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/numbers.h"

namespace votum {

class ShiftedClock : public Clock {
 public:
  explicit ShiftedClock(std::string offset_path) : offset_path_(std::move(offset_path)) {}

  absl::Time Now() override {
    const auto text = ReadFile(offset_path_, 32);
    const auto seconds = text.ok() ? ParseDecimal(absl::StripAsciiWhitespace(*text)) : std::nullopt;
    return absl::Now() + absl::Seconds(seconds.value_or(0));
  }

 private:
  const std::string offset_path_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_SHIFTED_CLOCK_H_
