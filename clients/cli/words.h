// Splitting a command line into words, and quoting words, as a POSIX shell does.
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

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_WORDS_H_
