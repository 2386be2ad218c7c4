// The second, tiny store: the newest signed checkpoint, changed only by compare-and-swap. It is
// kept apart from the entries, so that a database of entries restored from an older backup is
// detected: the checkpoint is ahead of it.
#ifndef VOTUM_LEDGER_CHECKPOINT_STORE_H_
#define VOTUM_LEDGER_CHECKPOINT_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::ledger {

// Thread-safe.
class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;

  // The newest signed note; empty before the first.
  virtual absl::StatusOr<std::string> Load() = 0;

  // Replaces `expected` by `next`. ABORTED/CHECKPOINT_CHANGED if the store holds another one,
  // because another process signs with this store. Any error is final, as with
  // EntryStore::AppendBatch.
  virtual absl::Status Replace(absl::string_view expected, absl::string_view next) = 0;
};

// ABORTED/CHECKPOINT_CHANGED.
absl::Status CheckpointChanged();

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_CHECKPOINT_STORE_H_
