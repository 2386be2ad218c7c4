// Explains faulty command lines and how to correct them, and refuses some that CLI11 would accept.
#ifndef VOTUM_CLIENTS_CLI_USAGE_H_
#define VOTUM_CLIENTS_CLI_USAGE_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace votum::cli {

// The words of the command that `root` has parsed: "votum vote cast"; "votum" before the first
// noun.
std::string CommandOf(const CLI::App& root);

// Explains `error` by its own message, or by the unknown word and the nearest one that is known in
// its place, and names the --help to read.
std::string UsageOf(const CLI::App& root, const CLI::ParseError& error);

// The one of `candidates` for which `word` is a likely typing error: at most a third of its letters
// (but always one) are added, left out, replaced or exchanged with their neighbour. Empty if there
// is none.
std::string NearestOf(absl::string_view word, const std::vector<std::string>& candidates);

// Makes each option of `root` and its subcommands that takes a number refuse all but decimal
// digits: CLI11 reads "013" as eleven and "0x10" as sixteen.
void TakeDecimalsOnly(CLI::App& root);

// INVALID_ARGUMENT/USAGE if an argument of an option that takes a list ("10,11") has an empty item,
// which CLI11 would pass over, so that all later items stood for their neighbours.
absl::Status CheckLists(const CLI::App& root, const std::vector<std::string>& arguments);

// The words of a command line that are neither options nor values of `votum`'s own options: the
// noun first.
std::vector<std::string> WordsOf(const std::vector<std::string>& arguments);

// Whether a command line asks for JSON; also where the rest of it cannot be read.
bool AsksForJson(const std::vector<std::string>& arguments);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_USAGE_H_
