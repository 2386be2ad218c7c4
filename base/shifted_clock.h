// Clock for demonstrations: the machine's time plus an offset in seconds read from a file, so that
// a script can let days pass. A change of the file takes effect within kReadAgain.
#ifndef VOTUM_BASE_SHIFTED_CLOCK_H_
#define VOTUM_BASE_SHIFTED_CLOCK_H_

#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/numbers.h"

namespace votum {

class ShiftedClock : public Clock {
 public:
  // A command asks for the time more than once, and opening a file takes longer than judging it.
  static constexpr absl::Duration kReadAgain = absl::Milliseconds(5);

  explicit ShiftedClock(std::string offset_path) : offset_path_(std::move(offset_path)) {}

  absl::Time Now() override {
    const absl::Time now = absl::Now();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (now < read_ || now >= read_ + kReadAgain) {
      read_ = now;
      const auto text = ReadFile(offset_path_, 32);
      const auto seconds =
          text.ok() ? ParseDecimal(absl::StripAsciiWhitespace(*text)) : std::nullopt;
      // The file is empty while it is being written.
      if (seconds.has_value()) offset_ = absl::Seconds(*seconds);
    }
    return now + offset_;
  }

 private:
  const std::string offset_path_;
  std::mutex mutex_;
  absl::Time read_ = absl::InfinitePast();  // when the file was last read; guarded by mutex_
  absl::Duration offset_;                   // guarded by mutex_
};

}  // namespace votum

#endif  // VOTUM_BASE_SHIFTED_CLOCK_H_
