#include "services/runtime/start_progress.h"

#include "absl/strings/str_cat.h"
#include "base/log.h"

namespace votum {

// Most starts take less than kEvery and say nothing.
bool StartProgress::IsTimeToSay() {
  const absl::Duration now = uptime_();
  if (!said_.has_value()) said_ = now;
  if (now - *said_ < kEvery) return false;
  said_ = now;
  return true;
}

void StartProgress::At(absl::string_view what, uint64_t done, uint64_t all) {
  metrics_.SetRecordsLeft(all - done);
  if (!step_.has_value() || step_->what != what) step_ = {std::string(what), uptime_(), done};
  if (!IsTimeToSay()) return;
  const double seconds = absl::ToDoubleSeconds(uptime_() - step_->since);
  const double rate = static_cast<double>(done - step_->done_before) / seconds;
  std::string status = absl::StrCat(what, ": record ", done, " of ", all);
  if (rate > 0) {
    const auto left = static_cast<int64_t>(static_cast<double>(all - done) / rate);
    absl::StrAppend(&status, ", ", left, " seconds left");
    Log(Severity::kInfo, what,
        {{"done", static_cast<int64_t>(done)},
         {"of", static_cast<int64_t>(all)},
         {"records_per_second", static_cast<int64_t>(rate)},
         {"seconds_left", left}});
  } else {
    Log(Severity::kInfo, what,
        {{"done", static_cast<int64_t>(done)}, {"of", static_cast<int64_t>(all)}});
  }
  manager_.Starting(status, kPatience);
}

void StartProgress::WaitingFor(absl::string_view what) {
  if (IsTimeToSay()) manager_.Starting(absl::StrCat("waiting for ", what), kPatience);
}

void StartProgress::Done() {
  metrics_.SetRecordsLeft(0);
  manager_.Ready();
}

}  // namespace votum
