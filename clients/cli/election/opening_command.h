// `votum election check-opening`: checks that a ballot opened (instead of cast) by a voter's device
// holds the voter's choice. Run it on another device.
#ifndef VOTUM_CLIENTS_CLI_ELECTION_OPENING_COMMAND_H_
#define VOTUM_CLIENTS_CLI_ELECTION_OPENING_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"

namespace votum::cli {

struct OpeningArguments {
  std::string election;  // files
  std::string ballot;
  std::string opening;
};

// The ballot's choices in the words of the questions, and its tracker. INVALID_ARGUMENT if a check
// fails (CheckOpening), another code if a file cannot be read.
absl::StatusOr<std::string> RunCheckOpening(const OpeningArguments& arguments);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_ELECTION_OPENING_COMMAND_H_
