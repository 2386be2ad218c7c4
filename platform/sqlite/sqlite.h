// The small part of SQLite that the two stores need: a connection, statements, errors as
// absl::Status.
#ifndef VOTUM_PLATFORM_SQLITE_SQLITE_H_
#define VOTUM_PLATFORM_SQLITE_SQLITE_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

struct sqlite3;
struct sqlite3_stmt;

namespace votum::sqlite {

// A prepared statement, bound and stepped. Not thread-safe.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  ~Statement();
  Statement(Statement&& other) noexcept : statement_(other.statement_) {
    other.statement_ = nullptr;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Positions count from 1. Bytes must outlive the next Reset.
  Statement& Bind(int position, int64_t value);
  Statement& Bind(int position, absl::string_view bytes);
  // True if there is a row, false at the end.
  absl::StatusOr<bool> Step();
  // Steps and resets a statement that returns no rows.
  absl::Status Run();
  void Reset();

  // Columns count from 0.
  int64_t Integer(int column) const;
  std::string Bytes(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// Whether a database may be made.
enum class IfMissing { kMake, kRefuse };

// A connection to a database in WAL mode with synchronous=FULL and secure_delete. Not thread-safe.
//
// SQLite tells other processes by POSIX locks that the database is in use; one that believes itself
// alone unlinks the write-ahead log when it closes. Such a lock belongs to process and file: it is
// lost as soon as the process closes any descriptor of the file. So nothing in a process may open a
// database's file beside this class, not even to read it or to copy it.
class Database {
 public:
  // Opens or creates the file at `path` (mode 0600). Each of `steps` brings the schema from one
  // version to the next; an empty file has version 0, and this program's version is the number of
  // steps. user_version holds the file's version; missing steps are applied now, all or none.
  //
  //   DATA_LOSS/FILE_MISSING             kRefuse, and the file is not there or has no bytes
  //   FAILED_PRECONDITION/NEWER_SCHEMA   the file was written by a newer version
  static absl::StatusOr<Database> Open(const std::string& path, absl::Span<const char* const> steps,
                                       IfMissing if_missing = IfMissing::kMake);
  ~Database();
  Database(Database&& other) noexcept
      : database_(other.database_),
        path_(std::move(other.path_)),
        file_(other.file_),
        wal_(other.wal_) {
    other.database_ = nullptr;
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Prepare(const char* sql);
  // Rows that the last statement changed.
  int64_t Changes() const;

  // DATA_LOSS/DATABASE_REPLACED if the file or its write-ahead log is not the one any more that this
  // connection opened: somebody removed or replaced it, and the next start would not find what is
  // written now. So writers ask after each commit, before they answer; it costs two calls of stat().
  // If nobody else has begun another write-ahead log, the contents of the removed one are first
  // copied to the database, where the next start finds them. Call it outside of transactions.
  absl::Status CheckPlace();

 private:
  struct FileId {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileId&) const = default;
  };

  Database(sqlite3* database, std::string path) : database_(database), path_(std::move(path)) {}
  // Nothing if there is no file.
  static std::optional<FileId> IdOf(const std::string& path);
  absl::Status Configure();
  // Copies the write-ahead log to the database, for whoever does not find that file.
  absl::Status CopyWalBack();
  absl::Status Migrate(absl::Span<const char* const> steps);

  // SQLite puts it beside the file itself, not beside a symbolic link to it.
  std::string WalPath() const;

  sqlite3* database_;
  std::string path_;
  // The files that were at the path when this connection opened them. Their numbers are not used
  // again as long as it holds them open.
  std::optional<FileId> file_;
  std::optional<FileId> wal_;
};

}  // namespace votum::sqlite

#endif  // VOTUM_PLATFORM_SQLITE_SQLITE_H_
