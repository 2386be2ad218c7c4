// Memory of a witness: the last checkpoint that it cosigned for each log.
#ifndef VOTUM_WITNESS_HEAD_STORE_H_
#define VOTUM_WITNESS_HEAD_STORE_H_

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/sqlite/sqlite.h"

namespace votum::witness {

// Thread-safe.
class HeadStore {
 public:
  virtual ~HeadStore() = default;

  // The last cosigned checkpoint of log `origin`, as a signed note; empty if there is none.
  virtual absl::StatusOr<std::string> Load(const std::string& origin) = 0;

  // Durably replaces the last checkpoint by `next` if it is `expected`. ABORTED/HEAD_CHANGED if it
  // is not. After any other error the outcome is unknown, and the caller must not go on.
  virtual absl::Status Replace(const std::string& origin, absl::string_view expected,
                               absl::string_view next) = 0;
};

// One SQLite file.
class SqliteHeadStore : public HeadStore {
 public:
  // Opens or creates the file at `path`. FAILED_PRECONDITION/NEWER_SCHEMA if a newer version wrote
  // it.
  static absl::StatusOr<std::unique_ptr<SqliteHeadStore>> Open(const std::string& path);

  absl::StatusOr<std::string> Load(const std::string& origin) override;
  absl::Status Replace(const std::string& origin, absl::string_view expected,
                       absl::string_view next) override;

 private:
  explicit SqliteHeadStore(sqlite::Database database) : database_(std::move(database)) {}

  std::mutex mutex_;
  sqlite::Database database_;  // guarded by mutex_
};

}  // namespace votum::witness

#endif  // VOTUM_WITNESS_HEAD_STORE_H_
