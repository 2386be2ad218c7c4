// Sealed attachments: each subject's contents are encrypted under a key of its own, and these keys
// under one key-encryption key that lies outside the database. Erasing a subject means deleting its
// key, salts and boxes; the commitments that remain in the log then reveal nothing.
#ifndef VOTUM_LEDGER_VAULT_H_
#define VOTUM_LEDGER_VAULT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/secret.h"
#include "ledger/store.h"
#include "votum/common/v1/command.pb.h"

namespace votum::ledger {

inline constexpr size_t kMaxAttachmentBytes = size_t{256} << 10;
inline constexpr int kMaxAttachments = 1000;  // of one command

// INVALID_ARGUMENT/BAD_ATTACHMENT unless each attachment has the right lengths and matches its
// commitment.
absl::Status CheckAttachments(const common::v1::SignedCommand& command);

// Seals and opens attachments: seals on one thread at a time, opens on any.
class Vault {
 public:
  // `store` outlives this object. `key` is the key-encryption key, 32 bytes.
  Vault(EntryStore* store, crypto::SecretBytes key) : store_(*store), key_(std::move(key)) {}

  // Adds the sealed attachments of `command`, which passed CheckAttachments, to `entry`, with the
  // keys of subjects that had none. `fresh` holds the keys made for the batch so far.
  absl::Status Seal(const common::v1::SignedCommand& command,
                    std::map<std::string, crypto::SecretBytes>* fresh, NewEntry* entry) const;

  // The attachment behind a commitment. NOT_FOUND/NO_SUCH_ATTACHMENT; DATA_LOSS if the box does not
  // open.
  absl::StatusOr<common::v1::Attachment> Open(absl::string_view commitment) const;

 private:
  EntryStore& store_;
  const crypto::SecretBytes key_;
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_VAULT_H_
