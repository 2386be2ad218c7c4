// Prompts for secrets and progress bars; both need a terminal.
#ifndef VOTUM_CLIENTS_CLI_TERMINAL_H_
#define VOTUM_CLIENTS_CLI_TERMINAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/secret.h"

namespace votum::cli {

// A secret from the first line of `file`, or, without a file, typed in at the terminal without
// echo. INVALID_ARGUMENT/BAD_FILE; FAILED_PRECONDITION/NO_TERMINAL, naming `option` as the remedy.
absl::StatusOr<crypto::SecretBytes> Secret(const std::string& file, absl::string_view what,
                                           absl::string_view option);

// The passphrase of `key_file`, from the first line of `file` or from the terminal; not requested
// if the key file is not encrypted.
absl::StatusOr<crypto::SecretBytes> PassphraseOf(const std::string& key_file,
                                                 const std::string& file);

// OK if `passphrase` may protect something new: it has at least 12 characters, 6 of them different,
// is not mostly a row (of the alphabet, of digits, of a keyboard), and has at least 6 characters
// beside the words that an attacker tries first ("passwort", "votum").
// INVALID_ARGUMENT/PASSPHRASE_WEAK, saying which rule it breaks.
absl::Status CheckPassphrase(absl::string_view passphrase);

// A passphrase for a new key that CheckPassphrase accepts; at the terminal, it is typed twice.
// INVALID_ARGUMENT/PASSPHRASES_DIFFER, PASSPHRASE_WEAK.
absl::StatusOr<crypto::SecretBytes> NewPassphrase(const std::string& file);

// Shows `question` at the terminal, not on standard output; OK if the answer is "yes", "ja", "y" or
// "j". FAILED_PRECONDITION/DECLINED otherwise; CONFIRMATION_NEEDED, naming --yes as the way out,
// where there is no terminal.
absl::Status AskConsent(const std::string& question);

// A bar on standard error, if that is a terminal. `done` is from 0 to 1; the bar disappears at 1.
void ShowProgress(const std::string& what, double done);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_TERMINAL_H_
