// Explains faulty command lines and how to correct them, and refuses some that CLI11 would accept.
#ifndef VOTUM_PLATFORM_ARGUMENTS_USAGE_H_
#define VOTUM_PLATFORM_ARGUMENTS_USAGE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace votum {

// The names of the commands below `app`.
std::vector<std::string> SubcommandsOf(const CLI::App& app);
// The command of this name below `app`; null if there is none.
const CLI::App* SubcommandOf(const CLI::App& app, const std::string& name);

// The words of the command that `root` has parsed: "votum vote cast"; the program's name alone
// before the first noun.
std::string CommandOf(const CLI::App& root);

// Explains `error`: names the option that is missing or has a wrong value, or the unknown word with
// the nearest one that is known in its place; in each case the --help to read.
std::string UsageOf(const CLI::App& root, const CLI::ParseError& error);

// Makes each option of `root` and its subcommands that takes a number refuse all but decimal
// digits: CLI11 reads "013" as eleven and "0x10" as sixteen.
void TakeDecimalsOnly(CLI::App& root);

// INVALID_ARGUMENT/USAGE if an argument of an option that takes a list ("10,11") has an empty item,
// which CLI11 would pass over, so that all later items stood for their neighbours.
absl::Status CheckLists(const CLI::App& root, const std::vector<std::string>& arguments);

// Parses the command line of a program and runs its callbacks. The exit code, 0 or 2, if the
// program ends with that: it was asked for help, which is printed, or the line is faulty, which is
// said on standard error.
std::optional<int> ParseOrExplain(CLI::App& root, int argc, const char* const* argv);

}  // namespace votum

#endif  // VOTUM_PLATFORM_ARGUMENTS_USAGE_H_
