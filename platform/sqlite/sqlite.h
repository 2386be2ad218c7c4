// The small part of SQLite that the two stores need: a connection, statements, errors as
// absl::Status.
#ifndef VOTUM_PLATFORM_SQLITE_SQLITE_H_
#define VOTUM_PLATFORM_SQLITE_SQLITE_H_

#include <cstdint>
#include <memory>
#include <string>

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

// A connection to a database in WAL mode with synchronous=FULL and secure_delete. Not thread-safe.
class Database {
 public:
  // Opens or creates the file at `path` (mode 0600). Each of `steps` brings the schema from one
  // version to the next; an empty file has version 0, and this program's version is the number of
  // steps. user_version holds the file's version; missing steps are applied now, all or none.
  // FAILED_PRECONDITION/NEWER_SCHEMA if the file was written by a newer version.
  static absl::StatusOr<Database> Open(const std::string& path,
                                       absl::Span<const char* const> steps);
  ~Database();
  Database(Database&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Prepare(const char* sql);
  // Rows that the last statement changed.
  int64_t Changes() const;

 private:
  explicit Database(sqlite3* database) : database_(database) {}
  absl::Status Configure();
  absl::Status Migrate(absl::Span<const char* const> steps);

  sqlite3* database_;
};

}  // namespace votum::sqlite

#endif  // VOTUM_PLATFORM_SQLITE_SQLITE_H_
