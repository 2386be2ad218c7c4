// The version of the log: raised by two administrators.
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/directory/directory_machine.h"

namespace votum::directory {

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::ProposeVersion& command) const {
  if (command.version() > version_) return absl::OkStatus();
  return Refuse(Reason::kBadVersion,
                absl::StrCat("the log is at version ", version_, "; propose a later one"));
}

// A later proposal takes the place of an earlier one.
void DirectoryMachine::Apply(const CommandContext& context, const v1::ProposeVersion& command) {
  proposed_version_ = command.version();
  version_proposer_ = context.actor;
}

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::ActivateVersion& command) const {
  if (command.version() == 0 || command.version() != proposed_version_) {
    return Refuse(Reason::kVersionNotProposed, absl::StrCat("version ", command.version(),
                                                            " is not proposed; propose it first"));
  }
  if (version_proposer_ != context.actor) return absl::OkStatus();
  return Refuse(Reason::kSamePerson,
                absl::StrCat(context.actor, " proposed version ", command.version(),
                             "; another administrator must activate it"));
}

void DirectoryMachine::Apply(const CommandContext&, const v1::ActivateVersion& command) {
  version_ = command.version();
  proposed_version_ = 0;
  version_proposer_.clear();
}

}  // namespace votum::directory
