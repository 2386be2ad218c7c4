// Selects the rule profile that a command line names.
#ifndef VOTUM_CLIENTS_CLI_PROFILE_CHOICE_H_
#define VOTUM_CLIENTS_CLI_PROFILE_CHOICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "platform/arguments/command.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::cli {

struct ProfileChoice {
  std::string id;    // of a profile that comes with the program
  std::string date;  // "YYYY-MM-DD"; empty for today
  std::string file;  // or a file, in protobuf text format
};

// --profile, --date and --profile-file.
void AddProfileOptions(Command verb, ProfileChoice& choice);

// INVALID_ARGUMENT/USAGE if none is chosen; BAD_PROFILE; NOT_FOUND/NO_SUCH_PROFILE.
absl::StatusOr<rules::v1::RuleProfile> ProfileOf(const ProfileChoice& choice);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_PROFILE_CHOICE_H_
