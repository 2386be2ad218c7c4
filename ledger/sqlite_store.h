// EntryStore on SQLite: the embedded default. One connection writes, another reads.
//
//   entry(idx, leaf, salt, record)        the log
//   attachment(commitment, subject, box)  sealed attachments
//   subject_key(subject, box)             their keys, wrapped
//   chapter(number, root, ids, seal)      what starts read instead of the entries
#ifndef VOTUM_LEDGER_SQLITE_STORE_H_
#define VOTUM_LEDGER_SQLITE_STORE_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/store.h"
#include "platform/sqlite/sqlite.h"

namespace votum::ledger {

class SqliteStore final : public EntryStore {
 public:
  // As sqlite::Database::Open.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(
      const std::string& path, sqlite::IfMissing if_missing = sqlite::IfMissing::kMake);

  absl::Status AppendBatch(const std::vector<NewEntry>& batch) override;
  absl::StatusOr<uint64_t> Size() override;
  absl::StatusOr<std::vector<StoredEntry>> Read(uint64_t start, size_t limit,
                                                size_t max_bytes) override;
  absl::StatusOr<std::vector<std::string>> ReadLeaves(uint64_t start, size_t limit) override;
  absl::StatusOr<std::vector<StoredChapter>> ReadChapters(uint64_t number, size_t limit) override;
  absl::Status PutChapters(const std::vector<StoredChapter>& chapters) override;
  absl::StatusOr<std::optional<StoredAttachment>> FindAttachment(
      absl::string_view commitment) override;
  absl::StatusOr<std::optional<std::string>> FindSubjectKey(absl::string_view subject) override;
  absl::StatusOr<bool> EraseSubject(absl::string_view subject) override;
  absl::Status CheckPlace() override;

 private:
  // Statements are prepared once; they must be destroyed before their connections.
  struct Writer {
    sqlite::Database database;
    sqlite::Statement entry;
    sqlite::Statement attachment;
    sqlite::Statement subject_key;
    sqlite::Statement chapter;
    sqlite::Statement erase_attachments;
    sqlite::Statement erase_key;
    sqlite::Statement truncate_wal;
  };
  struct Reader {
    sqlite::Database database;
    sqlite::Statement size;
    sqlite::Statement read;
    sqlite::Statement leaves;
    sqlite::Statement chapters;
    sqlite::Statement attachment;
    sqlite::Statement subject_key;
  };

  SqliteStore(Writer writer, Reader reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}
  absl::Status Insert(const NewEntry& entry);
  absl::Status Insert(const StoredChapter& chapter);

  std::mutex write_mutex_;  // taken before read_mutex_
  Writer writer_;           // guarded by write_mutex_
  // Guarded by write_mutex_: true if the write-ahead log may still hold data erased by this process
  // or by a killed predecessor.
  bool truncate_due_ = true;
  std::mutex read_mutex_;
  Reader reader_;  // guarded by read_mutex_
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_SQLITE_STORE_H_
