// `votum election`: what needs only the files of an election with secret votes, no service.
//
//   votum election verify FILE.bel [-o table|json] [--threads N] [--known-event HASH]
//                                  [--known-ballots N]
#ifndef VOTUM_CLIENTS_CLI_ELECTION_ELECTION_COMMAND_H_
#define VOTUM_CLIENTS_CLI_ELECTION_ELECTION_COMMAND_H_

#include <ostream>

#include "CLI/CLI.hpp"

namespace votum::cli {

// Adds the subcommand `election` to `root`. When it runs, it prints to `out`, or an error to `err`,
// and sets *exit_code: 0, 4 if what was to be verified does not hold, 5 if a command could not be
// carried out (as cli.h has them). All must outlive the parsing.
void AddElectionCommand(CLI::App& root, std::ostream& out, std::ostream& err, int* exit_code);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_ELECTION_ELECTION_COMMAND_H_
