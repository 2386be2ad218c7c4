// `votum rank`: ranks the ballots of a file, offline, by any method of the engine.
//
//   votum rank FILE --method ID [--param k=v]... [--seats N] [-o table|json|html]
//              [--explain] [--threads N]
//   votum rank --group NAME=FILE[:WEIGHT]... [--status-quo ID] --method ID
//   votum rank --list
#ifndef VOTUM_CLIENTS_CLI_RANK_RANK_COMMAND_H_
#define VOTUM_CLIENTS_CLI_RANK_RANK_COMMAND_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/arguments/command.h"

namespace votum::cli {

// Options of the command line.
struct RankArguments {
  std::string file;
  std::string method;
  std::vector<std::string> params;  // "k=v"
  int seats = 0;                    // 0: from the file
  std::string output = "table";     // "table", "json" or "html"
  bool explain = false;
  unsigned threads = 0;             // 0: one per processor
  std::vector<std::string> groups;  // "NAME=FILE" or "NAME=FILE:WEIGHT", instead of file
  std::string status_quo;           // with groups: the option to beat; may be empty
};

// The text to print. Errors name the object and the remedy.
absl::StatusOr<std::string> RunRank(const RankArguments& arguments);

// Every method in two lines, with its source and parameters.
std::string ListMethods();

// Adds the subcommand `rank` to `root`. When it runs, it prints to standard output, or an error to
// standard error, and sets *exit_code: 0, 2 for a command line that cannot be carried out, or 5 for
// a file that cannot be read or ranked. `exit_code` must outlive the parsing.
void AddRankCommand(Command root, int* exit_code);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_RANK_RANK_COMMAND_H_
