// The log key that verifying trusts.
#ifndef VOTUM_CLIENTS_CLI_LOG_KEY_H_
#define VOTUM_CLIENTS_CLI_LOG_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/cli.h"
#include "crypto/note.h"

namespace votum::cli {

inline constexpr char kLogKeyHelp[] =
    "The trusted log key (vkey), or @FILE; without it that of the context";

// `given` as --log-key takes it, or the key of the context where it is empty.
absl::StatusOr<crypto::NoteVerifier> LogKeyOf(const Run& run, const std::string& given);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_LOG_KEY_H_
