#include "witness/head_store.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::witness {
namespace {

constexpr const char* kSchema[] = {
    "CREATE TABLE heads(origin BLOB PRIMARY KEY NOT NULL, note BLOB NOT NULL) WITHOUT ROWID"};

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteHeadStore>> SqliteHeadStore::Open(const std::string& path) {
  ASSIGN_OR_RETURN(sqlite::Database database, sqlite::Database::Open(path, kSchema));
  return std::unique_ptr<SqliteHeadStore>(new SqliteHeadStore(std::move(database)));
}

absl::StatusOr<std::string> SqliteHeadStore::Load(const std::string& origin) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ASSIGN_OR_RETURN(sqlite::Statement load,
                   database_.Prepare("SELECT note FROM heads WHERE origin = ?"));
  ASSIGN_OR_RETURN(const bool row, load.Bind(1, origin).Step());
  return row ? load.Bytes(0) : std::string();
}

absl::Status SqliteHeadStore::Replace(const std::string& origin, absl::string_view expected,
                                      absl::string_view next) {
  const std::lock_guard<std::mutex> lock(mutex_);
  // One statement each, so that comparing and replacing are atomic even if other processes use the
  // file.
  ASSIGN_OR_RETURN(
      sqlite::Statement replace,
      database_.Prepare(expected.empty()
                            ? "INSERT INTO heads(note, origin) VALUES(?, ?) ON CONFLICT DO NOTHING"
                            : "UPDATE heads SET note = ? WHERE origin = ? AND note = ?"));
  replace.Bind(1, next).Bind(2, origin);
  if (!expected.empty()) replace.Bind(3, expected);
  RETURN_IF_ERROR(replace.Run());
  if (database_.Changes() == 1) return database_.CheckPlace();
  return Refuse(Reason::kHeadChanged,
                absl::StrCat("the last cosigned checkpoint of ", origin, " is another one now"));
}

}  // namespace votum::witness
