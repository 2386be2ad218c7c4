#include "ledger/when_stopped.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/command/payload_type.h"
#include "core/command/time_text.h"
#include "core/command/timestamps.h"
#include "core/fold/accepted_time.h"
#include "core/fold/acts.h"
#include "core/fold/command_table.h"
#include "ledger/log_time.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::ledger {
namespace {

namespace v1 = directory::v1;

template <typename Command>
bool Is(absl::string_view payload_type) {
  static const auto* const kType = new std::string(PayloadType(Command::descriptor()));
  return payload_type == *kType;
}

bool IsDeclared(absl::string_view payload_type) {
  const CommandType* const type = FindCommandType(payload_type);
  return type != nullptr && type->options->when_stopped();
}

}  // namespace

bool IsTakenWhenStopped(const common::v1::SignedCommand& command,
                        const TypeOfRecord& type_of_record) {
  if (!IsDeclared(command.payload_type())) return false;
  const auto is_taken = [&](uint64_t act) { return IsDeclared(type_of_record(act)); };
  if (v1::Contradict contradict; Is<v1::Contradict>(command.payload_type()))
    return contradict.ParseFromString(command.payload()) && is_taken(contradict.record());
  v1::Confirm confirm;
  if (!Is<v1::Confirm>(command.payload_type())) return true;
  return confirm.ParseFromString(command.payload()) && confirm.acts_size() <= kMaxConfirmedActs &&
         std::all_of(confirm.acts().begin(), confirm.acts().end(),
                     [&](const v1::ActReference& act) { return is_taken(act.record()); });
}

bool IsOfThePublic(absl::string_view payload_type) {
  return Is<ideas::v1::SubmitIdea>(payload_type) || Is<ideas::v1::CastPreference>(payload_type);
}

bool IsConfirm(absl::string_view payload_type) { return Is<v1::Confirm>(payload_type); }

bool IsAcceptTime(absl::string_view payload_type) { return Is<v1::AcceptTime>(payload_type); }

bool ConfirmsAcceptTime(const common::v1::SignedCommand& command,
                        const TypeOfRecord& type_of_record) {
  v1::Confirm confirm;
  return IsConfirm(command.payload_type()) && confirm.ParseFromString(command.payload()) &&
         std::any_of(confirm.acts().begin(), confirm.acts().end(),
                     [&](const v1::ActReference& act) {
                       return IsAcceptTime(type_of_record(act.record()));
                     });
}

absl::Status CheckAcceptedTime(const common::v1::SignedCommand& command, absl::Time now) {
  v1::AcceptTime accept;
  // The service has parsed the same bytes.
  accept.ParseFromString(command.payload());
  const absl::Time stated = FromTimestamp(accept.time());
  if (stated <= now + kClockTolerance && now <= stated + kMostBehind) return absl::OkStatus();
  return Refuse(Reason::kClockDiffers,
                absl::StrCat("the ledger's clock shows ", TimeText(now), ", and yours ",
                             TimeText(stated), "; put the wrong one right"));
}

}  // namespace votum::ledger
