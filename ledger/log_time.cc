#include "ledger/log_time.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/refusal.h"
#include "core/command/time_text.h"
#include "core/fold/accepted_time.h"
#include "core/fold/acts.h"

namespace votum::ledger {
namespace {

constexpr absl::string_view kOrRestart =
    "; if the clock is right, a restart of the ledger's process is enough";

std::string InWords(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(absl::AbsDuration(duration), absl::Seconds(1)));
}

absl::Status Jumped(absl::Time now, absl::string_view how, absl::string_view also = "") {
  return Refuse(Reason::kClockJumped,
                absl::StrCat("the ledger's clock shows ", TimeText(now), ", which ", how,
                             "; nothing is recorded until the clock is put right, or until two "
                             "administrators accept it (votum time accept)",
                             also));
}

}  // namespace

void LogTime::Add(uint64_t index, absl::Time time) {
  if (!empty_ && time == last_) return;
  empty_ = false;
  last_ = time;
  earliest_ = time;
  still_since_ = index;
  confirmed_.clear();
}

void LogTime::Confirmed(uint64_t record, absl::Time now) {
  if (uptime_ != nullptr) confirmed_[record] = {now, uptime_()};
}

void LogTime::Accept(uint64_t record, absl::Time time, absl::Time now) {
  if (record <= accepted_by_) return;
  accepted_by_ = record;
  if (record < still_since_) return;
  earliest_ = std::min(earliest_, time);
  if (uptime_ == nullptr) return;
  if (const auto confirmed = confirmed_.find(record); confirmed != confirmed_.end()) {
    trusted_ = confirmed->second;
    return;
  }
  // The Confirm may come up to kActLapse later than the AcceptTime, which may wait a little itself.
  if (now >= time - kClockTolerance && now <= time + kActLapse + kMostBehind)
    trusted_ = {now, uptime_()};
}

absl::Status LogTime::Check(absl::Time now) const {
  if (uptime_ == nullptr) return absl::OkStatus();
  if (!empty_ && now < earliest_ - kClockTolerance)
    return Jumped(now, absl::StrCat("is ", InWords(earliest_ - now), " before the last record"));
  if (trusted_.has_value()) {
    const absl::Duration jump = (now - trusted_->now) - (uptime_() - trusted_->uptime);
    if (absl::AbsDuration(jump) > kClockTolerance) {
      // The next process compares the clock with the last record alone.
      const bool believed_at_start =
          empty_ || (now >= last_ - kClockTolerance && now - last_ <= kLongestSilence);
      return Jumped(now,
                    absl::StrCat("is a jump of ", InWords(jump),
                                 jump > absl::ZeroDuration() ? " ahead" : " back"),
                    believed_at_start ? kOrRestart : "");
    }
  } else if (!empty_ && now - earliest_ > kLongestSilence) {
    return Jumped(now, absl::StrCat("is ", InWords(now - earliest_), " after the last record"));
  }
  return absl::OkStatus();
}

void LogTime::Vouch(absl::Time now) {
  if (uptime_ != nullptr) trusted_ = {now, uptime_()};
}

}  // namespace votum::ledger
