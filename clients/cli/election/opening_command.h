// `votum election check-opening`: whether a ballot that a voter's device opened, instead of casting
// it, says what the voter chose. Run on another device than that one.
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

// What the ballot votes, in the words of the questions, and its tracker. An error with the code
// INVALID_ARGUMENT if anything of it does not hold (CheckOpening), with another one if a file
// cannot be read.
absl::StatusOr<std::string> RunCheckOpening(const OpeningArguments& arguments);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_ELECTION_OPENING_COMMAND_H_
