// The time of the log after the ledger has stopped for its clock: accepted by two administrators.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/command/timestamps.h"
#include "core/directory/directory_machine.h"

namespace votum::directory {

// A signed AcceptTime must not be kept and used at another stop of the ledger: it holds only while
// the log's time stands where its signer has seen it.
absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::AcceptTime& command) const {
  if (command.last_record() >= context.index) {
    return Refuse(Reason::kNoSuchRecord,
                  absl::StrCat("last_record: there is no record ", command.last_record(),
                               " before this one, which is record ", context.index));
  }
  const uint64_t since = std::max(context.time_since, state_.accept_record);
  if (command.last_record() >= since) return absl::OkStatus();
  return Refuse(Reason::kTimeWentOn,
                absl::StrCat("the log's time has gone on since record ", command.last_record(),
                             ": record ", since, " is later, or accepted another time"));
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::AcceptTime& command) {
  state_.accepted_time = FromTimestamp(command.time());
  state_.accept_record = context.effect_index;
}

}  // namespace votum::directory
