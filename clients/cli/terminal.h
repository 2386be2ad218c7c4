// Secrets from people, and progress for people: only where there is a terminal.
#ifndef VOTUM_CLIENTS_CLI_TERMINAL_H_
#define VOTUM_CLIENTS_CLI_TERMINAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "crypto/secret.h"

namespace votum::cli {

// A passphrase from the first line of `file`, or, without a file, typed in at the terminal without
// echo. Empty where there is neither: enough for keys that are not encrypted.
absl::StatusOr<crypto::SecretBytes> Passphrase(const std::string& file, const std::string& prompt);

// A bar on standard error, if that is a terminal. `done` from 0 to 1; the bar goes at 1.
void ShowProgress(const std::string& what, double done);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_TERMINAL_H_
