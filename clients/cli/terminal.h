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

// A passphrase that CheckPassphrase (passphrase.h) accepts for the new file `protects`, whose name
// is none of its words; at the terminal, it is typed twice. INVALID_ARGUMENT/PASSPHRASES_DIFFER,
// PASSPHRASE_WEAK.
absl::StatusOr<crypto::SecretBytes> NewPassphrase(const std::string& file,
                                                  const std::string& protects);

// Shows `details` and `consequence` at the terminal, not on standard output; OK if the answer is
// "yes", "ja", "y" or "j". FAILED_PRECONDITION/DECLINED otherwise; CONFIRMATION_NEEDED, naming
// the consequence, and --yes as the way out, where there is no terminal.
absl::Status AskConsent(absl::string_view details, absl::string_view consequence);

// A bar on standard error, if that is a terminal. `done` is from 0 to 1; the bar disappears at 1.
void ShowProgress(const std::string& what, double done);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_TERMINAL_H_
