// The ledger while it takes only a few commands: its disk is nearly full, or its clock cannot be
// right.
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ledger/ledger.h"
#include "ledger/validity.h"
#include "ledger/when_stopped.h"

namespace votum::ledger {
namespace {

// The part of the reserve that is never used up: a batch that still finds room takes less.
constexpr uint64_t kReserveOfTheProcess = 4;

}  // namespace

absl::Time Ledger::Now() const {
  return absl::FromUnixMicros(absl::ToUnixMicros(config_.clock->Now()));
}

absl::Status Ledger::CheckRoom(uint64_t free) {
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

absl::Status Ledger::CheckRoomFor(const common::v1::SignedCommand& command,
                                  const Stops& stops) const {
  if (stops.free_bytes < config_.disk_reserve / kReserveOfTheProcess) return stops.room;
  if (stops.free_bytes >= config_.public_reserve || !IsOfThePublic(command.payload_type()))
    return absl::OkStatus();
  return Refuse(
      Reason::kTooManyIdeas,
      "the rest of the disk is kept for the council until the city has made room; send the "
      "idea in later, or hand it in on paper at the town hall, which is always possible");
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

absl::Status Ledger::MayAppend(const Waiting& waiting, const Stops& stops, absl::Time now,
                               absl::Time time_of_batch) const {
  const common::v1::SignedCommand& command = *waiting.command;
  RETURN_IF_ERROR(CheckRoomFor(command, stops));
  if (IsAcceptTime(command.payload_type())) {
    if (!stops.clock.ok()) return CheckAcceptedTime(command, now);
    return Refuse(Reason::kClockNotStopped,
                  "the ledger goes by its clock; there is nothing to accept");
  }
  // A clock that is set by hand may go on by months between a service's judgement and this one.
  const absl::Status valid =
      config_.uptime == nullptr ? absl::OkStatus() : CheckValidity(waiting.validity, time_of_batch);
  if (stops.room.ok() && stops.clock.ok()) return valid;
  const auto type_of_record = [this](uint64_t index) -> std::string {
    if (index >= signed_size_) return "";
    const auto entries = ReadStored(index, 1, 1);
    common::v1::Record record;
    if (!entries.ok() || entries->empty() || !record.ParseFromString((*entries)[0].record))
      return "";
    return record.payload_type();
  };
  if (!IsTakenWhenStopped(command, type_of_record))
    return stops.room.ok() ? stops.clock : stops.room;
  if (stops.clock.ok()) return valid;
  if (ConfirmsAcceptTime(command, type_of_record)) return CheckSignersClock(waiting.validity, now);
  return valid.ok() ? absl::OkStatus() : stops.clock;
}

void Ledger::NoteTime(uint64_t first, const std::vector<Waiting*>& appended, const Stops& stops,
                      absl::Time now, absl::Time time_of_batch) {
  time_.Add(first, time_of_batch);
  bool vouched = false;
  for (size_t i = 0; i < appended.size(); ++i) {
    if (IsConfirm(appended[i]->command->payload_type())) time_.Confirmed(first + i, now);
    vouched = vouched || VouchesFor(appended[i]->validity, now);
  }
  if (vouched && stops.clock.ok()) time_.Vouch(now);
}

void Ledger::AwaitWork(std::unique_lock<std::mutex>* lock) {
  const auto has_work = [this] { return stopping_ || !queue_.empty(); };
  if (config_.uptime == nullptr) return work_.wait(*lock, has_work);
  // While the clock is wrong, services may refuse all commands, so that no batch finds it out.
  while (!work_.wait_for(*lock, absl::ToChronoMilliseconds(config_.clock_check), has_work)) {
    lock->unlock();
    CheckClock(Now()).IgnoreError();
    if (const absl::Status place = entries_->CheckPlace(); !place.ok()) config_.fatal(place);
    lock->lock();
  }
}

}  // namespace votum::ledger
