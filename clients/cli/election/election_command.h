// `votum election`: commands that need only the files of an election with secret votes, no service.
//
//   votum election verify FILE.bel [-o table|json] [--threads N] [--known-event HASH]
//                                  [--known-ballots N] [--known-voters N]
//   votum election check-opening --election FILE --ballot FILE --opening FILE
//   votum election trustee generate|certify|contribute|finish|input|decryption-key|assemble|
//                          decrypt ...
#ifndef VOTUM_CLIENTS_CLI_ELECTION_ELECTION_COMMAND_H_
#define VOTUM_CLIENTS_CLI_ELECTION_ELECTION_COMMAND_H_

#include <functional>
#include <ostream>

#include "absl/status/statusor.h"
#include "crypto/secret.h"
#include "platform/arguments/command.h"

namespace votum::cli {

// Interface of the commands to the program; its pointers must outlive the parsing.
struct ElectionCommandRun {
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  // The passphrase of a secret file, or of a new one.
  std::function<absl::StatusOr<crypto::SecretBytes>(bool is_new)> passphrase;
  // Set to 0; to 4 if a verification fails; to 5 if a command could not be carried out (see cli.h).
  int* exit_code = nullptr;
};

// Adds the subcommand `election` to `root`.
void AddElectionCommand(Command root, const ElectionCommandRun& run);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_ELECTION_ELECTION_COMMAND_H_
