// The ledger while it takes only a few commands: its disk is nearly full, or its clock cannot be
// right.
#include <string>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/refusal.h"
#include "ledger/ledger.h"
#include "ledger/when_stopped.h"

namespace votum::ledger {

absl::Time Ledger::Now() const {
  return absl::FromUnixMicros(absl::ToUnixMicros(config_.clock->Now()));
}

absl::Status Ledger::CheckRoom() {
  if (config_.free_bytes == nullptr) return absl::OkStatus();
  const uint64_t free = config_.free_bytes();
  const bool has_room = free >= config_.disk_reserve;
  if (has_room != has_room_) {
    Log(has_room ? Severity::kInfo : Severity::kError,
        has_room ? "the disk of the log has room again" : "the disk of the log is nearly full",
        {{"free_bytes", static_cast<int64_t>(free)},
         {"reserve_bytes", static_cast<int64_t>(config_.disk_reserve)}});
    has_room_ = has_room;
  }
  if (has_room) return absl::OkStatus();
  return Refuse(
      Reason::kDiskReserve,
      absl::StrCat("the disk of the log has ", free >> 20, " MiB left, and the last ",
                   config_.disk_reserve >> 20,
                   " are kept for commands that end something; the operator must free space"));
}

void Ledger::AcceptTime(uint64_t record, absl::Time time) {
  const std::lock_guard<std::mutex> lock(accepted_mutex_);
  accepted_ = {record, time};
}

absl::Status Ledger::CheckClock(absl::Time now) {
  {
    const std::lock_guard<std::mutex> lock(accepted_mutex_);
    time_.Accept(accepted_.first, accepted_.second, now);
  }
  absl::Status checked = time_.Check(now);
  if (checked.ok() != trusts_clock_) {
    trusts_clock_ = checked.ok();
    if (trusts_clock_) {
      Log(Severity::kInfo, "the ledger goes by its clock again", {});
    } else {
      Log(Severity::kError, "the ledger has stopped: its clock cannot be right",
          {{"error", std::string(checked.message())}});
    }
  }
  return checked;
}

absl::Status Ledger::MayAppend(const common::v1::SignedCommand& command, const Stops& stops,
                               absl::Time now) const {
  if (IsAcceptTime(command.payload_type())) {
    if (!stops.clock.ok()) return CheckAcceptedTime(command, now);
    return Refuse(Reason::kClockNotStopped,
                  "the ledger goes by its clock; there is nothing to accept");
  }
  if (stops.room.ok() && stops.clock.ok()) return absl::OkStatus();
  const auto type_of_record = [this](uint64_t index) -> std::string {
    const auto entries = entries_->Read(index, 1, 1);
    common::v1::Record record;
    if (!entries.ok() || entries->empty() || !record.ParseFromString((*entries)[0].record))
      return "";
    return record.payload_type();
  };
  if (!IsTakenWhenStopped(command, type_of_record))
    return stops.room.ok() ? stops.clock : stops.room;
  if (!stops.clock.ok() && !HoldsAt(command, time_.last())) return stops.clock;
  return absl::OkStatus();
}

}  // namespace votum::ledger
