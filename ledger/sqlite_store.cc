#include "ledger/sqlite_store.h"

#include <utility>

#include "base/status_macros.h"

namespace votum::ledger {
namespace {

// Pages should not be copied from the write-ahead log into the database after each batch (pages of
// 4 KiB; the log's size does not affect durability).
constexpr char kTuning[] = "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16384";
constexpr const char* kSchema[] = {
    "CREATE TABLE entry(idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, salt BLOB NOT NULL, record "
    "BLOB NOT NULL);"
    "CREATE TABLE command(id BLOB PRIMARY KEY, idx INTEGER NOT NULL REFERENCES entry(idx), digest "
    "BLOB NOT NULL) "
    "WITHOUT ROWID;"
    "CREATE TABLE subject_key(subject BLOB PRIMARY KEY, box BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE attachment(commitment BLOB PRIMARY KEY, subject BLOB NOT NULL, box BLOB NOT "
    "NULL) WITHOUT ROWID;"
    "CREATE INDEX attachment_by_subject ON attachment(subject)",
    // The records hold the same information (command_index.h). The table must be dropped, because
    // an older program that still relied on it would take every command missing from it for new.
    "DROP TABLE command"};

// No step of the schema: a program that does not know the table leaves it alone, and the next one that
// does finds chapters missing, which is no harm.
constexpr char kChapters[] =
    "CREATE TABLE IF NOT EXISTS chapter(number INTEGER PRIMARY KEY, root BLOB NOT NULL, ids BLOB "
    "NOT NULL, seal BLOB NOT NULL)";

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path,
                                                               sqlite::IfMissing if_missing) {
  ASSIGN_OR_RETURN(sqlite::Database write, sqlite::Database::Open(path, kSchema, if_missing));
  RETURN_IF_ERROR(write.Execute(kTuning));
  RETURN_IF_ERROR(write.Execute(kChapters));
  ASSIGN_OR_RETURN(sqlite::Statement entry,
                   write.Prepare("INSERT INTO entry(idx, leaf, salt, record) VALUES(?,?,?,?)"));
  // The same attachment may be committed to again (an import repeated with the same bytes); it is
  // the same content.
  ASSIGN_OR_RETURN(
      sqlite::Statement attachment,
      write.Prepare("INSERT OR IGNORE INTO attachment(commitment, subject, box) VALUES(?,?,?)"));
  ASSIGN_OR_RETURN(sqlite::Statement subject_key,
                   write.Prepare("INSERT INTO subject_key(subject, box) VALUES(?,?)"));
  ASSIGN_OR_RETURN(
      sqlite::Statement chapter,
      write.Prepare("INSERT OR REPLACE INTO chapter(number, root, ids, seal) VALUES(?,?,?,?)"));
  ASSIGN_OR_RETURN(sqlite::Statement erase_attachments,
                   write.Prepare("DELETE FROM attachment WHERE subject = ?"));
  ASSIGN_OR_RETURN(sqlite::Statement erase_key,
                   write.Prepare("DELETE FROM subject_key WHERE subject = ?"));
  ASSIGN_OR_RETURN(sqlite::Statement truncate_wal,
                   write.Prepare("PRAGMA wal_checkpoint(TRUNCATE)"));

  ASSIGN_OR_RETURN(sqlite::Database read, sqlite::Database::Open(path, kSchema));
  RETURN_IF_ERROR(read.Execute(kTuning));
  ASSIGN_OR_RETURN(sqlite::Statement size,
                   read.Prepare("SELECT coalesce(max(idx) + 1, 0) FROM entry"));
  ASSIGN_OR_RETURN(
      sqlite::Statement range,
      read.Prepare(
          "SELECT idx, leaf, salt, record FROM entry WHERE idx >= ? ORDER BY idx LIMIT ?"));
  ASSIGN_OR_RETURN(sqlite::Statement leaves,
                   read.Prepare("SELECT leaf FROM entry WHERE idx >= ? ORDER BY idx LIMIT ?"));
  ASSIGN_OR_RETURN(
      sqlite::Statement chapters,
      read.Prepare(
          "SELECT number, root, ids, seal FROM chapter WHERE number >= ? ORDER BY number LIMIT ?"));
  ASSIGN_OR_RETURN(sqlite::Statement find_attachment,
                   read.Prepare("SELECT subject, box FROM attachment WHERE commitment = ?"));
  ASSIGN_OR_RETURN(sqlite::Statement find_key,
                   read.Prepare("SELECT box FROM subject_key WHERE subject = ?"));
  return std::unique_ptr<SqliteStore>(new SqliteStore(
      Writer{std::move(write), std::move(entry), std::move(attachment), std::move(subject_key),
             std::move(chapter), std::move(erase_attachments), std::move(erase_key),
             std::move(truncate_wal)},
      Reader{std::move(read), std::move(size), std::move(range), std::move(leaves),
             std::move(chapters), std::move(find_attachment), std::move(find_key)}));
}

absl::Status SqliteStore::Insert(const NewEntry& one) {
  const auto index = static_cast<int64_t>(one.entry.index);
  RETURN_IF_ERROR(writer_.entry.Bind(1, index)
                      .Bind(2, one.entry.leaf)
                      .Bind(3, one.entry.salt)
                      .Bind(4, one.entry.record)
                      .Run());
  for (const StoredSubjectKey& key : one.subject_keys) {
    RETURN_IF_ERROR(writer_.subject_key.Bind(1, key.subject).Bind(2, key.box).Run());
  }
  for (const StoredAttachment& attachment : one.attachments) {
    RETURN_IF_ERROR(writer_.attachment.Bind(1, attachment.commitment)
                        .Bind(2, attachment.subject)
                        .Bind(3, attachment.box)
                        .Run());
  }
  return one.chapter.has_value() ? Insert(*one.chapter) : absl::OkStatus();
}

absl::Status SqliteStore::Insert(const StoredChapter& chapter) {
  return writer_.chapter.Bind(1, static_cast<int64_t>(chapter.number))
      .Bind(2, chapter.root)
      .Bind(3, chapter.ids)
      .Bind(4, chapter.seal)
      .Run();
}

absl::Status SqliteStore::AppendBatch(const std::vector<NewEntry>& batch) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  RETURN_IF_ERROR(writer_.database.Execute("BEGIN IMMEDIATE"));
  for (const NewEntry& one : batch) RETURN_IF_ERROR(Insert(one));
  RETURN_IF_ERROR(writer_.database.Execute("COMMIT"));
  return writer_.database.CheckPlace();
}

absl::Status SqliteStore::CheckPlace() {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  return writer_.database.CheckPlace();
}

absl::Status SqliteStore::PutChapters(const std::vector<StoredChapter>& chapters) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  RETURN_IF_ERROR(writer_.database.Execute("BEGIN IMMEDIATE"));
  absl::Status put;
  for (const StoredChapter& one : chapters) put.Update(Insert(one));
  if (put.ok()) put = writer_.database.Execute("COMMIT");
  // The start goes on without them, so the transaction must not stay open.
  if (!put.ok()) writer_.database.Execute("ROLLBACK").IgnoreError();
  return put;
}

absl::StatusOr<uint64_t> SqliteStore::Size() {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  RETURN_IF_ERROR(reader_.size.Step().status());
  const int64_t size = reader_.size.Integer(0);
  reader_.size.Reset();
  return static_cast<uint64_t>(size);
}

absl::StatusOr<std::vector<StoredEntry>> SqliteStore::Read(uint64_t start, size_t limit,
                                                           size_t max_bytes) {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  std::vector<StoredEntry> entries;
  size_t bytes = 0;
  reader_.read.Bind(1, static_cast<int64_t>(start)).Bind(2, static_cast<int64_t>(limit));
  absl::StatusOr<bool> row = false;
  while ((row = reader_.read.Step()).ok() && *row && (entries.empty() || bytes < max_bytes)) {
    entries.push_back({static_cast<uint64_t>(reader_.read.Integer(0)), reader_.read.Bytes(1),
                       reader_.read.Bytes(2), reader_.read.Bytes(3)});
    bytes += entries.back().record.size();
  }
  reader_.read.Reset();
  RETURN_IF_ERROR(row.status());
  return entries;
}

absl::StatusOr<std::vector<std::string>> SqliteStore::ReadLeaves(uint64_t start, size_t limit) {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  std::vector<std::string> leaves;
  reader_.leaves.Bind(1, static_cast<int64_t>(start)).Bind(2, static_cast<int64_t>(limit));
  absl::StatusOr<bool> row = false;
  while ((row = reader_.leaves.Step()).ok() && *row) leaves.push_back(reader_.leaves.Bytes(0));
  reader_.leaves.Reset();
  RETURN_IF_ERROR(row.status());
  return leaves;
}

absl::StatusOr<std::vector<StoredChapter>> SqliteStore::ReadChapters(uint64_t number,
                                                                     size_t limit) {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  std::vector<StoredChapter> chapters;
  reader_.chapters.Bind(1, static_cast<int64_t>(number)).Bind(2, static_cast<int64_t>(limit));
  absl::StatusOr<bool> row = false;
  while ((row = reader_.chapters.Step()).ok() && *row) {
    chapters.push_back({static_cast<uint64_t>(reader_.chapters.Integer(0)),
                        reader_.chapters.Bytes(1), reader_.chapters.Bytes(2),
                        reader_.chapters.Bytes(3)});
  }
  reader_.chapters.Reset();
  RETURN_IF_ERROR(row.status());
  return chapters;
}

absl::StatusOr<std::optional<StoredAttachment>> SqliteStore::FindAttachment(
    absl::string_view commitment) {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  ASSIGN_OR_RETURN(const bool row, reader_.attachment.Bind(1, commitment).Step());
  std::optional<StoredAttachment> found;
  if (row)
    found = StoredAttachment{std::string(commitment), reader_.attachment.Bytes(0),
                             reader_.attachment.Bytes(1)};
  reader_.attachment.Reset();
  return found;
}

absl::StatusOr<std::optional<std::string>> SqliteStore::FindSubjectKey(absl::string_view subject) {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  ASSIGN_OR_RETURN(const bool row, reader_.subject_key.Bind(1, subject).Step());
  std::optional<std::string> found;
  if (row) found = reader_.subject_key.Bytes(0);
  reader_.subject_key.Reset();
  return found;
}

absl::StatusOr<bool> SqliteStore::EraseSubject(absl::string_view subject) {
  const std::lock_guard<std::mutex> write_lock(write_mutex_);
  RETURN_IF_ERROR(writer_.erase_attachments.Bind(1, subject).Run());
  int64_t changes = writer_.database.Changes();
  RETURN_IF_ERROR(writer_.erase_key.Bind(1, subject).Run());
  changes += writer_.database.Changes();
  truncate_due_ = truncate_due_ || changes > 0;
  if (!truncate_due_) return false;
  // secure_delete has overwritten the pages of the database; the bytes are still in the
  // write-ahead log, which is emptied here. No read may be in progress.
  const std::lock_guard<std::mutex> read_lock(read_mutex_);
  RETURN_IF_ERROR(writer_.truncate_wal.Step().status());
  truncate_due_ = writer_.truncate_wal.Integer(0) != 0;
  writer_.truncate_wal.Reset();
  if (truncate_due_)
    return absl::UnavailableError(
        "another process reads the database; erase again when it is done");
  return changes > 0;
}

}  // namespace votum::ledger
