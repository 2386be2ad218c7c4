#include "platform/sqlite/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::sqlite {
namespace {

constexpr int kBusyMilliseconds = 5000;

absl::Status Error(sqlite3* database, absl::string_view doing) {
  return absl::UnavailableError(absl::StrCat("database: ", doing, ": ", sqlite3_errmsg(database)));
}

// Makes the file, readable by its owner alone: SQLite would make it readable by all. A file that is
// there is not touched, because to close it would drop the locks of connections to it.
absl::Status MakeFile(const std::string& path) {
  // Ensures that no other thread connects to the new file before it is closed here.
  static std::mutex* const mutex = new std::mutex;
  const std::lock_guard<std::mutex> lock(*mutex);
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) close(fd);
  if (fd >= 0 || errno == EEXIST) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("make ", path));
}

absl::Status CheckFile(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0 && errno != ENOENT)
    return absl::ErrnoToStatus(errno, absl::StrCat("stat ", path));
  if (stat(path.c_str(), &found) == 0 && found.st_size > 0) return absl::OkStatus();
  return Refuse(Reason::kFileMissing,
                absl::StrCat(path,
                             " is missing or empty; mount its disk, or restore the newest "
                             "database with all its files (-wal too)"));
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::Bind(int position, int64_t value) {
  sqlite3_bind_int64(statement_, position, value);
  return *this;
}

Statement& Statement::Bind(int position, absl::string_view bytes) {
  // A null pointer would bind NULL; an empty blob is not NULL.
  sqlite3_bind_blob64(statement_, position, bytes.empty() ? "" : bytes.data(), bytes.size(),
                      SQLITE_STATIC);
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return Error(sqlite3_db_handle(statement_), "step");
  }
}

absl::Status Statement::Run() {
  const absl::StatusOr<bool> row = Step();
  Reset();
  return row.status();
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::Bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return data == nullptr
             ? std::string()
             : std::string(data, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

absl::StatusOr<Database> Database::Open(const std::string& path,
                                        absl::Span<const char* const> steps, IfMissing if_missing) {
  RETURN_IF_ERROR(if_missing == IfMissing::kMake ? MakeFile(path) : CheckFile(path));
  sqlite3* handle = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(handle, path);
  if (result != SQLITE_OK) return Error(handle, absl::StrCat("open ", path));
  RETURN_IF_ERROR(database.Configure());
  RETURN_IF_ERROR(database.Migrate(steps));
  // The schema's version has been read, so both files are open now.
  database.file_ = IdOf(path);
  database.wal_ = IdOf(database.WalPath());
  return database;
}

Database::~Database() { sqlite3_close_v2(database_); }

absl::Status Database::Configure() {
  sqlite3_busy_timeout(database_, kBusyMilliseconds);
  RETURN_IF_ERROR(Execute("PRAGMA journal_mode=WAL"));
  RETURN_IF_ERROR(Execute("PRAGMA synchronous=FULL"));
  RETURN_IF_ERROR(Execute("PRAGMA secure_delete=ON"));
  return Execute("PRAGMA foreign_keys=ON");
}

absl::Status Database::Migrate(absl::Span<const char* const> steps) {
  const auto wanted = static_cast<int64_t>(steps.size());
  int64_t found = 0;
  {
    ASSIGN_OR_RETURN(Statement version, Prepare("PRAGMA user_version"));
    RETURN_IF_ERROR(version.Step().status());
    found = version.Integer(0);
  }
  if (found == wanted) return absl::OkStatus();
  if (found > wanted) {
    return Refuse(Reason::kNewerSchema,
                  absl::StrCat("the database has schema ", found, ", this program knows ", wanted,
                               "; use the newer program"));
  }
  std::string sql = "BEGIN IMMEDIATE;";
  for (const char* const step : steps.subspan(static_cast<size_t>(found)))
    absl::StrAppend(&sql, step, ";");
  absl::StrAppend(&sql, "PRAGMA user_version=", wanted, ";COMMIT");
  return Execute(sql.c_str());
}

absl::Status Database::Execute(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return Error(database_, "execute");
  return absl::OkStatus();
}

absl::StatusOr<Statement> Database::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) != SQLITE_OK)
    return Error(database_, "prepare");
  return Statement(statement);
}

int64_t Database::Changes() const { return sqlite3_changes64(database_); }

std::optional<Database::FileId> Database::IdOf(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0) return std::nullopt;
  return FileId{found.st_dev, found.st_ino};
}

std::string Database::WalPath() const {
  return sqlite3_filename_wal(sqlite3_db_filename(database_, "main"));
}

absl::Status Database::CopyWalBack() {
  ASSIGN_OR_RETURN(Statement copy, Prepare("PRAGMA wal_checkpoint(FULL)"));
  ASSIGN_OR_RETURN(const bool row, copy.Step());
  if (row && copy.Integer(0) == 0) return absl::OkStatus();
  return absl::UnavailableError(
      "another process is reading the database, so the contents of the removed file could not be "
      "copied back; what was acknowledged last may be lost");
}

absl::Status Database::CheckPlace() {
  const bool has_file = file_.has_value() && IdOf(path_) == file_;
  const std::optional<FileId> wal = IdOf(WalPath());
  if (has_file && wal.has_value() && wal == wal_) return absl::OkStatus();
  absl::Status copied;
  if (has_file && !wal.has_value()) copied = CopyWalBack();
  return Refuse(
      Reason::kDatabaseReplaced,
      absl::StrCat(has_file ? WalPath() : path_,
                   " was removed or replaced while this process had it open; leave it alone while "
                   "the server runs, and start the server again",
                   copied.ok() ? "" : absl::StrCat(" (", copied.message(), ")")));
}

}  // namespace votum::sqlite
