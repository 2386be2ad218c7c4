// Which passphrases may protect something new. A short list of rules, not a dictionary: it refuses
// what programs that guess try in their first minutes.
#ifndef VOTUM_CLIENTS_CLI_PASSPHRASE_H_
#define VOTUM_CLIENTS_CLI_PASSPHRASE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace votum::cli {

// OK if `passphrase` has at least 12 characters, 6 of them different, does not repeat a part of
// itself to its end, and is not mostly a row (of the alphabet, of digits, of a keyboard). Where it
// has one of the words that are tried first ("passwort", also as "p4ssw0rt") or one of `names`, 6
// letters must be left beside these. INVALID_ARGUMENT/PASSPHRASE_WEAK, saying what is wrong and the
// whole rule.
absl::Status CheckPassphrase(absl::string_view passphrase, const std::vector<std::string>& names);

// The names that somebody might build a passphrase of for the file at `path`: the words of the
// file's own name ("erika.key") and of the user's.
std::vector<std::string> NamesAround(const std::string& path);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_PASSPHRASE_H_
