// CheckpointStore in a SQLite file of its own: for a ledger on one machine.
#ifndef VOTUM_LEDGER_SQLITE_CHECKPOINT_STORE_H_
#define VOTUM_LEDGER_SQLITE_CHECKPOINT_STORE_H_

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "ledger/checkpoint_store.h"
#include "platform/sqlite/sqlite.h"

namespace votum::ledger {

class SqliteCheckpointStore final : public CheckpointStore {
 public:
  // As sqlite::Database::Open.
  static absl::StatusOr<std::unique_ptr<SqliteCheckpointStore>> Open(
      const std::string& path, sqlite::IfMissing if_missing = sqlite::IfMissing::kMake);

  absl::StatusOr<std::string> Load() override;
  absl::Status Replace(absl::string_view expected, absl::string_view next) override;

 private:
  explicit SqliteCheckpointStore(sqlite::Database database) : database_(std::move(database)) {}

  std::mutex mutex_;
  sqlite::Database database_;  // guarded by mutex_
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_SQLITE_CHECKPOINT_STORE_H_
