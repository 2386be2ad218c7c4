// The second, tiny store: the newest signed checkpoint, changed by compare-and-swap alone. It lies
// apart from the entries, so that a database of entries restored from an older backup is found out:
// the checkpoint is ahead of it.
#ifndef VOTUM_SERVICES_LEDGER_CHECKPOINT_STORE_H_
#define VOTUM_SERVICES_LEDGER_CHECKPOINT_STORE_H_

#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/sqlite/sqlite.h"

namespace votum::ledger {

// Thread-safe.
class CheckpointStore {
 public:
  static absl::StatusOr<std::unique_ptr<CheckpointStore>> Open(const std::string& path);

  // The newest signed note; empty before the first.
  absl::StatusOr<std::string> Load();

  // Replaces `expected` by `next`. ABORTED/CHECKPOINT_CHANGED if another one is there: somebody
  // else signs with this store. Any error is final, as with EntryStore::AppendBatch.
  absl::Status Replace(absl::string_view expected, absl::string_view next);

 private:
  explicit CheckpointStore(sqlite::Database database) : database_(std::move(database)) {}

  std::mutex mutex_;
  sqlite::Database database_;  // guarded by mutex_
};

}  // namespace votum::ledger

#endif  // VOTUM_SERVICES_LEDGER_CHECKPOINT_STORE_H_
