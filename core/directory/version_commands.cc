// The version of the log: raised by two administrators.
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/directory/directory_machine.h"

namespace votum::directory {

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::ActivateVersion& command) const {
  if (command.version() > state_.version) return absl::OkStatus();
  return Refuse(Reason::kBadVersion,
                absl::StrCat("the log is at version ", state_.version, "; activate a later one"));
}

void DirectoryMachine::Apply(const CommandContext&, const v1::ActivateVersion& command) {
  state_.version = command.version();
}

}  // namespace votum::directory
