#include "ledger/sqlite_checkpoint_store.h"

#include <utility>

#include "base/status_macros.h"

namespace votum::ledger {
namespace {
// The table always has exactly one row.
constexpr const char* kCheckpointSchema[] = {
    "CREATE TABLE checkpoint(id INTEGER PRIMARY KEY CHECK(id = 1), note BLOB NOT NULL);"
    "INSERT INTO checkpoint(id, note) VALUES(1, x'')"};
}  // namespace

absl::StatusOr<std::unique_ptr<SqliteCheckpointStore>> SqliteCheckpointStore::Open(
    const std::string& path, sqlite::IfMissing if_missing) {
  ASSIGN_OR_RETURN(sqlite::Database database,
                   sqlite::Database::Open(path, kCheckpointSchema, if_missing));
  return std::unique_ptr<SqliteCheckpointStore>(new SqliteCheckpointStore(std::move(database)));
}

absl::StatusOr<std::string> SqliteCheckpointStore::Load() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ASSIGN_OR_RETURN(sqlite::Statement load,
                   database_.Prepare("SELECT note FROM checkpoint WHERE id = 1"));
  ASSIGN_OR_RETURN(const bool row, load.Step());
  return row ? load.Bytes(0) : std::string();
}

absl::Status SqliteCheckpointStore::Replace(absl::string_view expected, absl::string_view next) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ASSIGN_OR_RETURN(sqlite::Statement replace,
                   database_.Prepare("UPDATE checkpoint SET note = ? WHERE id = 1 AND note = ?"));
  RETURN_IF_ERROR(replace.Bind(1, next).Bind(2, expected).Run());
  if (database_.Changes() != 1) return CheckpointChanged();
  return database_.CheckPlace();
}

}  // namespace votum::ledger
