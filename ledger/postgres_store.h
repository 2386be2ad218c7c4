// EntryStore on PostgreSQL, for ledgers that take over from each other.
//
//   entry(idx, leaf, salt, record)        the log
//   attachment(commitment, subject, box)  sealed attachments
//   subject_key(subject, box)             their keys, wrapped
//   chapter(number, root, ids, seal)      what starts read instead of the entries
//   sequencer(epoch, holder, next, beat, rewrite_due)   one row: who leads, and where
//
// Several ledgers may have the database open; one leads. Leadership is an epoch and a random token
// in the sequencer's row. Every transaction of a leader changes that row on condition that both are
// still its own and that the log ends where it expects, so a leader that was frozen, cut off or
// replaced can no longer change anything. The leader also changes the row periodically (`beat`);
// another ledger takes over when it has seen no change for `lease` by its own clock. No clocks are
// compared.
//
// An answer counts only if it comes without a warning (platform/postgres/connection.h). After an
// uncertain answer, the outcome is settled over a new connection: the leader changes its row again
// and reads whether its batch is in the log. That change is committed after the batch, so once it
// is replicated, so is the batch. For the same reason, a command found in the log may be
// acknowledged without writing: the leader's first change of the row came after all writes of
// others, and nobody else has written since.
#ifndef VOTUM_LEDGER_POSTGRES_STORE_H_
#define VOTUM_LEDGER_POSTGRES_STORE_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "ledger/store.h"
#include "platform/postgres/connection.h"

namespace votum::ledger {

struct PostgresOptions {
  std::string conninfo;       // hosts, role, database: libpq's URI or key=value form
  std::string password_file;  // as .pgpass; empty for libpq's own
  // The time limit of one statement, after which its connection is abandoned.
  absl::Duration call = absl::Seconds(8);
  // The time limit of an append for finding a database that answers.
  absl::Duration patience = absl::Seconds(60);
  // A leader that has not changed its row for this long is replaced.
  absl::Duration lease = absl::Seconds(3);
  // Called on a thread of the store, with ABORTED/NOT_LEADER, when another ledger has taken over.
  // The process must then answer nobody.
  std::function<void(const absl::Status&)> deposed = [](const absl::Status&) {};
};

class PostgresStore final : public EntryStore {
 public:
  // Connects, and makes the tables if there are none. UNAVAILABLE if no server takes writes;
  // FAILED_PRECONDITION/NEWER_SCHEMA.
  static absl::StatusOr<std::unique_ptr<PostgresStore>> Open(PostgresOptions options);
  // Lets another ledger take over at once.
  ~PostgresStore() override;

  // Whether this store leads now. If not, call again after a fraction of the lease: this store
  // takes over when the leader is gone or silent. UNAVAILABLE while no server takes writes.
  absl::StatusOr<bool> TryToLead();

  // These work only for the leader; ABORTED/NOT_LEADER for all others. Reads return UNAVAILABLE
  // while no server that knows of this leader answers; retry.
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
  // Deletes, and writes both tables anew without what was deleted. PostgreSQL's write-ahead log and
  // its archive keep data longer; see docs/operations-cluster.md.
  absl::StatusOr<bool> EraseSubject(absl::string_view subject) override;

 private:
  explicit PostgresStore(PostgresOptions options);

  using Batch = std::vector<NewEntry>;
  absl::StatusOr<postgres::Result> Write(const char* sql, const postgres::Parameters& parameters,
                                         absl::Duration time);
  absl::Status AppendChunk(Batch::const_iterator begin, Batch::const_iterator end);
  absl::StatusOr<bool> TryAppend(Batch::const_iterator begin, Batch::const_iterator end);
  absl::StatusOr<uint64_t> Settle();
  absl::Status Beat();
  void KeepBeating();
  absl::Status RewriteErased();

  absl::Status OpenReader();
  absl::StatusOr<postgres::Result> Query(const char* sql, const postgres::Parameters& parameters);
  absl::StatusOr<postgres::Result> QueryPatiently(const char* sql,
                                                  const postgres::Parameters& parameters);

  const PostgresOptions options_;
  const std::string token_;  // 16 random bytes: this store's, in the sequencer's row

  std::mutex write_mutex_;
  std::unique_ptr<postgres::Connection> writer_;  // guarded by write_mutex_; null or broken: reopen
  int64_t epoch_ = 0;                             // guarded by write_mutex_; 0 until it leads
  // The state of another leader as TryToLead saw it, and since when.
  int64_t seen_epoch_ = -1;                           // guarded by write_mutex_
  int64_t seen_beat_ = -1;                            // guarded by write_mutex_
  std::chrono::steady_clock::time_point seen_since_;  // guarded by write_mutex_

  std::mutex read_mutex_;
  std::unique_ptr<postgres::Connection> reader_;  // guarded by read_mutex_
  absl::Status reader_error_;                     // guarded by read_mutex_: of the last attempt
  absl::Time reader_retry_;                       // guarded by read_mutex_: the next attempt

  std::mutex beat_mutex_;
  std::condition_variable beat_changed_;
  bool stopping_ = false;  // guarded by beat_mutex_
  std::thread beat_;
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_POSTGRES_STORE_H_
