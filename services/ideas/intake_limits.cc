#include "services/ideas/intake_limits.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::ideas {
namespace {

constexpr absl::Duration kHour = absl::Hours(1);
constexpr absl::Duration kDay = absl::Hours(24);

bool ActsForMany(const std::string& caller) {
  return caller.empty() || absl::StartsWith(caller, "edge ") || caller == "ipv4:127.0.0.1" ||
         caller == "ipv6:::/64" || absl::StartsWith(caller, "inproc");
}

void ForgetBefore(absl::Time time, std::deque<absl::Time>& times) {
  while (!times.empty() && times.front() <= time) times.pop_front();
}

absl::Status TooMany(absl::string_view how_many) {
  return Refuse(
      Reason::kTooManyIdeas,
      absl::StrCat(how_many,
                   "; send this one later, or hand it in on paper at the town hall, which "
                   "is always possible"));
}

}  // namespace

void IntakeLimits::Forget(absl::Time now) {
  if (!knows_before_) {
    knows_before_ = true;
    begin_ = now;
    before_ = taken_since_(now - kDay);
  }
  // When those were taken is not kept: they count until a day has passed.
  if (now - begin_ >= kDay) before_ = 0;
  ForgetBefore(now - kDay, of_day_);
  for (auto it = of_hour_.begin(); it != of_hour_.end();) {
    ForgetBefore(now - kHour, it->second);
    if (it->second.empty()) {
      of_hour_.erase(it++);
    } else {
      ++it;
    }
  }
}

absl::Status IntakeLimits::Admit(const std::string& caller, absl::Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Forget(now);
  if (before_ + of_day_.size() >= kADay)
    return TooMany(absl::StrCat(kADay, " ideas have come in within a day"));
  if (!ActsForMany(caller)) {
    std::deque<absl::Time>& own = of_hour_[caller];
    if (own.size() >= kAnHourOfCaller) {
      return TooMany(
          absl::StrCat(kAnHourOfCaller, " ideas have come from your address within an hour"));
    }
    own.push_back(now);
  }
  of_day_.push_back(now);
  return absl::OkStatus();
}

}  // namespace votum::ideas
