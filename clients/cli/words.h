// Command lines as words, before they are parsed; lines are split as a POSIX shell does.
#ifndef VOTUM_CLIENTS_CLI_WORDS_H_
#define VOTUM_CLIENTS_CLI_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::cli {

// The words of `line`: separated by blanks; '...' taken literally; "..." with \" \\ \$ \` as the
// second character; \x outside quotation marks as x; from # at the beginning of a word on a
// comment. No variables, no commands. INVALID_ARGUMENT/USAGE for unclosed quotation marks.
absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view line);

// The words of a command line that are neither options nor values of `votum`'s own options: the
// noun first.
std::vector<std::string> WordsOf(const std::vector<std::string>& arguments);

// Whether a command line asks for JSON; also where the rest of it cannot be read.
bool AsksForJson(const std::vector<std::string>& arguments);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_WORDS_H_
