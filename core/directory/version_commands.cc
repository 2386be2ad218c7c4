// The version of the log: raised by two administrators.
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/directory/directory_machine.h"

namespace votum::directory {

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::ActivateVersion& command) const {
  if (command.version() > version_) return absl::OkStatus();
  return Refuse(Reason::kBadVersion,
                absl::StrCat("the log is at version ", version_, "; activate a later one"));
}

void DirectoryMachine::Apply(const CommandContext&, const v1::ActivateVersion& command) {
  version_ = command.version();
}

}  // namespace votum::directory
