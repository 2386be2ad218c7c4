// Trust anchors of verification: the log's key, and the witnesses that must have cosigned.
#ifndef VOTUM_CLIENTS_CLI_TRUST_H_
#define VOTUM_CLIENTS_CLI_TRUST_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/cli.h"
#include "crypto/note.h"
#include "crypto/tlog/policy.h"
#include "platform/arguments/command.h"

namespace votum::cli {

inline constexpr char kLogKeyHelp[] =
    "The trusted log key (vkey), or @FILE; without it that of the context";

struct TrustOptions {
  std::string log_key;
  std::string policy;
};

struct Trust {
  crypto::NoteVerifier log;
  std::optional<crypto::Policy> policy;  // only if there is one to hold
};

// Adds --log-key and --policy.
void AddTrustOptions(Command verb, TrustOptions* options);

// The key given by --log-key; otherwise the policy's key, if it names a single log; otherwise the
// context's key. INVALID_ARGUMENT/BAD_FILE, BAD_POLICY, BAD_VKEY.
absl::StatusOr<Trust> TrustOf(const Run& run, const TrustOptions& options);

// `given` in the form of --log-key, or the context's key if it is empty. NOT_FOUND/NO_CONTEXT,
// naming --log-key, if there is neither.
absl::StatusOr<crypto::NoteVerifier> LogKeyOf(const Run& run, const std::string& given);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_TRUST_H_
