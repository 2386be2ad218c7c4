// `votum election verify`: verifies a public archive, from its first byte to its result.
#ifndef VOTUM_CLIENTS_CLI_ELECTION_VERIFY_COMMAND_H_
#define VOTUM_CLIENTS_CLI_ELECTION_VERIFY_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace votum::cli {

struct VerifyArguments {
  std::string file;
  std::string output = "table";  // "table" or "json"
  unsigned threads = 0;          // 0: one per processor
  std::string known_event;
  std::optional<uint64_t> known_ballots;
  std::optional<uint64_t> known_voters;
};

struct VerifyOutcome {
  bool holds = false;
  std::string text;  // the report, as asked for
};

// Returns an error only if the file cannot be read; faults of its content are in the report.
absl::StatusOr<VerifyOutcome> RunVerify(const VerifyArguments& arguments);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_ELECTION_VERIFY_COMMAND_H_
