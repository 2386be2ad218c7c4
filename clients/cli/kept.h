// Files that people keep: receipts, evidence bundles, exports, checkpoints. None of them is trusted,
// and a FIFO or a device in a file's place is refused.
#ifndef VOTUM_CLIENTS_CLI_KEPT_H_
#define VOTUM_CLIENTS_CLI_KEPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/audit/known_check.h"
#include "clients/cli/cli.h"
#include "crypto/note.h"
#include "platform/arguments/command.h"
#include "votum/common/v1/command.pb.h"

namespace votum::cli {

// INVALID_ARGUMENT/BAD_FILE.
absl::StatusOr<common::v1::Receipt> LoadReceipt(const std::string& file);
absl::StatusOr<std::string> LoadBundle(const std::string& file);

// An auditor holds a log against these.
struct KnownOptions {
  std::vector<std::string> old;  // checkpoints, or folders of exported logs
  std::vector<std::string> receipts;
  std::vector<std::string> bundles;
  std::vector<std::string> documents;
};
// Adds --old, --receipt, --bundle, --document.
void AddKnownOptions(Command verb, KnownOptions* options);
// INVALID_ARGUMENT/BAD_FILE if one cannot be read; what does not hold by itself is said in Known.
absl::StatusOr<std::vector<audit::Known>> LoadKnown(const KnownOptions& options,
                                                    const crypto::NoteVerifier& log);

absl::StatusOr<std::vector<audit::KnownDocument>> LoadKnownDocuments(const KnownOptions& options);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_KEPT_H_
