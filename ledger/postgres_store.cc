#include "ledger/postgres_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/random.h"

namespace votum::ledger {
namespace {

using postgres::Connection;
using postgres::Parameters;
using postgres::Result;

constexpr int64_t kSchemaVersion = 2;
// Two ledgers may make the tables at the same time: the lock lets one do it. The number is the
// lock's name.
constexpr char kPostgresSchema[] =
    "SELECT pg_advisory_xact_lock(8675316009001);"
    "SET LOCAL client_min_messages = error;"
    "CREATE TABLE IF NOT EXISTS entry(idx bigint PRIMARY KEY, leaf bytea NOT NULL, salt bytea NOT "
    "NULL, record bytea NOT NULL);"
    "CREATE TABLE IF NOT EXISTS subject_key(subject bytea PRIMARY KEY, box bytea NOT NULL);"
    "CREATE TABLE IF NOT EXISTS attachment(commitment bytea PRIMARY KEY, subject bytea NOT NULL, "
    "box bytea NOT NULL);"
    "CREATE INDEX IF NOT EXISTS attachment_by_subject ON attachment(subject);"
    // A program that does not know this table leaves it alone, and the next one that does finds
    // chapters missing, which is no harm.
    "CREATE TABLE IF NOT EXISTS chapter(number bigint PRIMARY KEY, root bytea NOT NULL, ids bytea "
    "NOT NULL, seal bytea NOT NULL);"
    "CREATE TABLE IF NOT EXISTS sequencer(id int PRIMARY KEY CHECK(id = 1), schema bigint NOT "
    "NULL, epoch bigint NOT NULL, holder bytea NOT NULL, next bigint NOT NULL, beat bigint NOT "
    "NULL, rewrite_due boolean NOT NULL);"
    "INSERT INTO sequencer VALUES(1, 2, 0, '', 0, 0, false) ON CONFLICT DO NOTHING";

// Schema 1 had a table of command ids; the records hold the same information (command_index.h). The
// table must be dropped, because an older program that still relied on it would take every command
// missing from it for new. A ledger of the older program that leads meanwhile can no longer append
// and stops.
constexpr char kUpgrade[] =
    "SELECT pg_advisory_xact_lock(8675316009001);"
    "SET LOCAL client_min_messages = error;"
    "DROP TABLE IF EXISTS command;"
    "UPDATE sequencer SET schema = 2 WHERE schema = 1";

// One statement, one round trip, all or nothing: without the sequencer's row nothing is inserted.
// The same attachment may be committed to again (an import repeated with the same bytes); it is the
// same content.
constexpr char kAppend[] =
    "WITH lead AS (UPDATE sequencer SET next = next + $4, beat = beat + 1 "
    "    WHERE epoch = $1 AND holder = $2 AND next = $3 RETURNING next),"
    "  entries AS (INSERT INTO entry(idx, leaf, salt, record) "
    "    SELECT $3 + one.at - 1, one.leaf, one.salt, one.record FROM lead, "
    "    unnest($5, $6, $7) WITH ORDINALITY AS one(leaf, salt, record, at)),"
    "  keys AS (INSERT INTO subject_key(subject, box) "
    "    SELECT one.subject, one.box FROM lead, unnest($8, $9) AS one(subject, box)),"
    "  attachments AS (INSERT INTO attachment(commitment, subject, box) "
    "    SELECT one.commitment, one.subject, one.box FROM lead, "
    "    unnest($10, $11, $12) AS one(commitment, subject, box) ON CONFLICT DO NOTHING),"
    "  chapters AS (INSERT INTO chapter(number, root, ids, seal) "
    "    SELECT $13 + one.at - 1, one.root, one.ids, one.seal FROM lead, "
    "    unnest($14, $15, $16) WITH ORDINALITY AS one(root, ids, seal, at) "
    "    ON CONFLICT (number) DO UPDATE "
    "    SET root = excluded.root, ids = excluded.ids, seal = excluded.seal)"
    "SELECT next FROM lead";

constexpr char kPutChapters[] =
    "WITH lead AS (UPDATE sequencer SET beat = beat + 1 WHERE epoch = $1 AND holder = $2 "
    "    RETURNING next),"
    "  chapters AS (INSERT INTO chapter(number, root, ids, seal) "
    "    SELECT $3 + one.at - 1, one.root, one.ids, one.seal FROM lead, "
    "    unnest($4, $5, $6) WITH ORDINALITY AS one(root, ids, seal, at) "
    "    ON CONFLICT (number) DO UPDATE "
    "    SET root = excluded.root, ids = excluded.ids, seal = excluded.seal)"
    "SELECT next FROM lead";

// A statement's parameters must fit in one PostgreSQL message (1 GiB), and in memory.
constexpr size_t kChunkBytes = size_t{16} << 20;

constexpr absl::Duration kPause = absl::Milliseconds(100);
// The time for which readers get the error of a failed connection before the next attempt.
constexpr absl::Duration kReaderPause = absl::Milliseconds(500);
constexpr absl::Duration kRewriteTime = absl::Minutes(30);
constexpr absl::Duration kReleaseTime = absl::Seconds(1);

absl::Status NotLeader() {
  return Refuse(Reason::kNotLeader,
                "this ledger does not lead the log any more: another one has taken over, or the "
                "database has lost what was written last");
}

absl::Status InDoubt() {
  return absl::UnavailableError(
      "PostgreSQL committed with a warning: it may not have reached the standby");
}

size_t BytesOf(const NewEntry& one) {
  size_t bytes = one.entry.record.size();
  for (const StoredAttachment& attachment : one.attachments) bytes += attachment.box.size();
  return bytes;
}

// Four parameters for chapters whose numbers follow each other.
void AddChapters(const std::vector<const StoredChapter*>& chapters, Parameters* parameters) {
  std::vector<absl::string_view> roots, ids, seals;
  for (const StoredChapter* one : chapters) {
    roots.push_back(one->root);
    ids.push_back(one->ids);
    seals.push_back(one->seal);
  }
  parameters->Add(chapters.empty() ? 0 : static_cast<int64_t>(chapters[0]->number));
  parameters->Add(roots).Add(ids).Add(seals);
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Leading

PostgresStore::PostgresStore(PostgresOptions options)
    : options_(std::move(options)), token_(crypto::RandomBytes(16)) {}

absl::StatusOr<std::unique_ptr<PostgresStore>> PostgresStore::Open(PostgresOptions options) {
  std::unique_ptr<PostgresStore> store(new PostgresStore(std::move(options)));
  const std::lock_guard<std::mutex> lock(store->write_mutex_);
  ASSIGN_OR_RETURN(store->writer_,
                   Connection::Open(store->options_.conninfo, store->options_.password_file));
  const absl::Time deadline = absl::Now() + store->options_.call;
  RETURN_IF_ERROR(store->writer_->Execute(kPostgresSchema, deadline));
  ASSIGN_OR_RETURN(const Result version,
                   store->writer_->Run("SELECT schema FROM sequencer", Parameters(), deadline));
  if (version.Integer(0, 0) < kSchemaVersion) {
    RETURN_IF_ERROR(store->writer_->Execute(kUpgrade, deadline));
  } else if (version.Integer(0, 0) > kSchemaVersion) {
    return Refuse(Reason::kNewerSchema,
                  absl::StrCat("the database has schema ", version.Integer(0, 0),
                               ", this program knows ", kSchemaVersion, "; use the newer program"));
  }
  return store;
}

PostgresStore::~PostgresStore() {
  {
    const std::lock_guard<std::mutex> lock(beat_mutex_);
    stopping_ = true;
    beat_changed_.notify_all();
  }
  if (beat_.joinable()) beat_.join();
  const std::lock_guard<std::mutex> lock(write_mutex_);
  if (epoch_ == 0 || writer_ == nullptr || !writer_->open()) return;
  // If this fails, the next leader merely waits for the lease.
  (void)Write("UPDATE sequencer SET holder = '', beat = beat + 1 WHERE epoch = $1 AND holder = $2",
              Parameters().Add(epoch_).Add(token_), kReleaseTime);
}

// Under write_mutex_.
absl::StatusOr<Result> PostgresStore::Write(const char* sql, const Parameters& parameters,
                                            absl::Duration time) {
  if (writer_ == nullptr || !writer_->open()) {
    ASSIGN_OR_RETURN(writer_, Connection::Open(options_.conninfo, options_.password_file));
  }
  ASSIGN_OR_RETURN(Result result, writer_->Run(sql, parameters, absl::Now() + time));
  if (result.warned()) return InDoubt();
  return result;
}

absl::StatusOr<bool> PostgresStore::TryToLead() {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  if (epoch_ != 0) return true;
  ASSIGN_OR_RETURN(const Result row,
                   Write("SELECT epoch, beat, holder FROM sequencer", Parameters(), options_.call));
  if (row.rows() != 1) return absl::DataLossError("the database has no sequencer's row");
  const int64_t epoch = row.Integer(0, 0);
  const int64_t beat = row.Integer(0, 1);
  const std::string holder = row.Bytes(0, 2);
  const auto now = std::chrono::steady_clock::now();
  if (epoch != seen_epoch_ || beat != seen_beat_) {
    seen_epoch_ = epoch;
    seen_beat_ = beat;
    seen_since_ = now;
  }
  const bool silent = now - seen_since_ >= absl::ToChronoNanoseconds(options_.lease);
  // The row holds our own token if the answer to the statement below was lost.
  if (!holder.empty() && holder != token_ && !silent) return false;
  // A leader whose last change is slow to commit holds the row: this statement waits, finds the row
  // changed, and leaves it.
  ASSIGN_OR_RETURN(const Result taken,
                   Write("UPDATE sequencer SET epoch = epoch + 1, holder = $3, beat = beat + 1 "
                         "WHERE epoch = $1 AND beat = $2 RETURNING epoch",
                         Parameters().Add(epoch).Add(beat).Add(token_), options_.call));
  if (taken.rows() != 1) return false;
  epoch_ = taken.Integer(0, 0);
  beat_ = std::thread([this] { KeepBeating(); });
  return true;
}

void PostgresStore::KeepBeating() {
  const auto pause = absl::ToChronoNanoseconds(options_.lease / 3);
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(beat_mutex_);
      if (beat_changed_.wait_for(lock, pause, [this] { return stopping_; })) return;
    }
    const absl::Status beaten = Beat();
    // While no server answers, it is unknown who leads; an append or the next beat will tell.
    if (ReasonOf(beaten) == Reason::kNotLeader) return options_.deposed(beaten);
  }
}

absl::Status PostgresStore::Beat() {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  return Settle().status();
}

// Changes the row and returns the end of the log: everything committed before is as safe as this
// change. REQUIRES: write_mutex_ is held.
absl::StatusOr<uint64_t> PostgresStore::Settle() {
  ASSIGN_OR_RETURN(const Result row,
                   Write("UPDATE sequencer SET beat = beat + 1 WHERE epoch = $1 AND holder = $2 "
                         "RETURNING next",
                         Parameters().Add(epoch_).Add(token_), options_.call));
  if (row.rows() != 1) return NotLeader();
  return static_cast<uint64_t>(row.Integer(0, 0));
}

// ---------------------------------------------------------------------------------------------------------------------
// Appending

absl::Status PostgresStore::AppendBatch(const std::vector<NewEntry>& batch) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  if (epoch_ == 0) return NotLeader();
  for (auto begin = batch.begin(); begin != batch.end();) {
    size_t bytes = BytesOf(*begin);
    auto end = begin + 1;
    for (; end != batch.end() && bytes + BytesOf(*end) <= kChunkBytes; ++end)
      bytes += BytesOf(*end);
    RETURN_IF_ERROR(AppendChunk(begin, end));
    begin = end;
  }
  return absl::OkStatus();
}

absl::Status PostgresStore::AppendChunk(Batch::const_iterator begin, Batch::const_iterator end) {
  const absl::Time patience = absl::Now() + options_.patience;
  const uint64_t first = begin->entry.index;
  const uint64_t after = first + static_cast<uint64_t>(end - begin);
  bool in_doubt = false;
  for (;;) {
    absl::Status status;
    if (in_doubt) {
      const absl::StatusOr<uint64_t> next = Settle();
      if (next.ok() && *next == after) return absl::OkStatus();
      if (next.ok() && *next != first) return NotLeader();
      in_doubt = !next.ok();
      status = next.status();
    } else {
      const absl::StatusOr<bool> appended = TryAppend(begin, end);
      if (appended.ok()) return *appended ? absl::OkStatus() : NotLeader();
      in_doubt = true;
      status = appended.status();
    }
    if (status.ok()) continue;
    if (!absl::IsUnavailable(status) || absl::Now() >= patience) return status;
    absl::SleepFor(kPause);
  }
}

// False if the row is no longer this leader's, or if the log does not end where the batch begins.
absl::StatusOr<bool> PostgresStore::TryAppend(Batch::const_iterator begin,
                                              Batch::const_iterator end) {
  std::vector<absl::string_view> leaves, salts, records;        // of each entry
  std::vector<absl::string_view> key_subjects, key_boxes;       // of each fresh key
  std::vector<absl::string_view> commitments, subjects, boxes;  // of each attachment
  std::vector<const StoredChapter*> chapters;
  for (auto one = begin; one != end; ++one) {
    leaves.push_back(one->entry.leaf);
    salts.push_back(one->entry.salt);
    records.push_back(one->entry.record);
    for (const StoredSubjectKey& key : one->subject_keys) {
      key_subjects.push_back(key.subject);
      key_boxes.push_back(key.box);
    }
    for (const StoredAttachment& attachment : one->attachments) {
      commitments.push_back(attachment.commitment);
      subjects.push_back(attachment.subject);
      boxes.push_back(attachment.box);
    }
    if (one->chapter.has_value()) chapters.push_back(&*one->chapter);
  }
  Parameters parameters;
  parameters.Add(epoch_).Add(token_).Add(static_cast<int64_t>(begin->entry.index)).Add(end - begin);
  for (const auto* const column :
       {&leaves, &salts, &records, &key_subjects, &key_boxes, &commitments, &subjects, &boxes}) {
    parameters.Add(*column);
  }
  AddChapters(chapters, &parameters);
  ASSIGN_OR_RETURN(const Result result, Write(kAppend, parameters, options_.call));
  return result.rows() == 1;
}

absl::Status PostgresStore::PutChapters(const std::vector<StoredChapter>& chapters) {
  if (chapters.empty()) return absl::OkStatus();
  const std::lock_guard<std::mutex> lock(write_mutex_);
  std::vector<const StoredChapter*> all;
  for (const StoredChapter& one : chapters) all.push_back(&one);
  Parameters parameters;
  parameters.Add(epoch_).Add(token_);
  AddChapters(all, &parameters);
  ASSIGN_OR_RETURN(const Result result, Write(kPutChapters, parameters, options_.call));
  return result.rows() == 1 ? absl::OkStatus() : NotLeader();
}

// ---------------------------------------------------------------------------------------------------------------------
// Erasing

absl::StatusOr<bool> PostgresStore::EraseSubject(absl::string_view subject) {
  {
    const std::lock_guard<std::mutex> lock(write_mutex_);
    ASSIGN_OR_RETURN(
        const Result due,
        Write("WITH lead AS (UPDATE sequencer SET beat = beat + 1, rewrite_due = rewrite_due"
              "    OR EXISTS(SELECT FROM attachment WHERE subject = $3)"
              "    OR EXISTS(SELECT FROM subject_key WHERE subject = $3)"
              "    WHERE epoch = $1 AND holder = $2 RETURNING rewrite_due),"
              "  boxes AS (DELETE FROM attachment USING lead WHERE subject = $3),"
              "  key AS (DELETE FROM subject_key USING lead WHERE subject = $3)"
              "SELECT rewrite_due FROM lead",
              Parameters().Add(epoch_).Add(token_).Add(subject), options_.call));
    if (due.rows() != 1) return NotLeader();
    if (!due.Boolean(0, 0)) return false;
  }
  RETURN_IF_ERROR(RewriteErased());
  const std::lock_guard<std::mutex> lock(write_mutex_);
  RETURN_IF_ERROR(Write("UPDATE sequencer SET rewrite_due = false, beat = beat + 1 WHERE epoch = "
                        "$1 AND holder = $2",
                        Parameters().Add(epoch_).Add(token_), options_.call)
                      .status());
  return true;
}

// Deleted rows stay in their pages until these are reused; only a rewritten file is free of them.
// This uses a separate connection, because the leader must keep beating.
absl::Status PostgresStore::RewriteErased() {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                   Connection::Open(options_.conninfo, options_.password_file));
  const absl::Time deadline = absl::Now() + kRewriteTime;
  for (const char* const table : {"VACUUM (FULL) subject_key", "VACUUM (FULL) attachment"})
    RETURN_IF_ERROR(connection->Run(table, Parameters(), deadline).status());
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading

// REQUIRES: read_mutex_ is held. A former primary that has not noticed its demotion accepts
// connections, but does not have this leader's row.
absl::Status PostgresStore::OpenReader() {
  if (reader_ != nullptr && reader_->open()) return absl::OkStatus();
  if (!reader_error_.ok() && absl::Now() < reader_retry_) return reader_error_;
  reader_error_ = [this]() -> absl::Status {
    ASSIGN_OR_RETURN(reader_, Connection::Open(options_.conninfo, options_.password_file));
    ASSIGN_OR_RETURN(const Result own,
                     reader_->Run("SELECT 1::bigint FROM sequencer WHERE holder = $1",
                                  Parameters().Add(token_), absl::Now() + options_.call));
    if (own.rows() == 1) return absl::OkStatus();
    reader_ = nullptr;
    return absl::UnavailableError("the database that answers does not know this ledger as leader");
  }();
  reader_retry_ = absl::Now() + kReaderPause;
  return reader_error_;
}

absl::StatusOr<Result> PostgresStore::Query(const char* sql, const Parameters& parameters) {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const bool reused = reader_ != nullptr && reader_->open();
  RETURN_IF_ERROR(OpenReader());
  absl::StatusOr<Result> result = reader_->Run(sql, parameters, absl::Now() + options_.call);
  // The connection may have broken long ago without being noticed until now.
  if (!absl::IsUnavailable(result.status()) || !reused) return result;
  RETURN_IF_ERROR(OpenReader());
  return reader_->Run(sql, parameters, absl::Now() + options_.call);
}

absl::StatusOr<Result> PostgresStore::QueryPatiently(const char* sql,
                                                     const Parameters& parameters) {
  const absl::Time patience = absl::Now() + options_.patience;
  for (;;) {
    absl::StatusOr<Result> result = Query(sql, parameters);
    if (!absl::IsUnavailable(result.status()) || absl::Now() >= patience) return result;
    absl::SleepFor(kPause);
  }
}

absl::StatusOr<uint64_t> PostgresStore::Size() {
  ASSIGN_OR_RETURN(const Result row,
                   QueryPatiently("SELECT coalesce(max(idx) + 1, 0), (SELECT next FROM "
                                  "sequencer) FROM entry",
                                  Parameters()));
  const int64_t size = row.Integer(0, 0);
  if (size != row.Integer(0, 1)) {
    return Refuse(Reason::kLogShorter,
                  absl::StrCat("the database has ", size, " entries, but its sequencer stands at ",
                               row.Integer(0, 1), ": entries were lost; restore the database"));
  }
  return static_cast<uint64_t>(size);
}

absl::StatusOr<std::vector<StoredEntry>> PostgresStore::Read(uint64_t start, size_t limit,
                                                             size_t max_bytes) {
  ASSIGN_OR_RETURN(
      const Result rows,
      Query("SELECT idx, leaf, salt, record FROM (SELECT *, sum(length(record)) OVER (ORDER BY "
            "idx) - length(record) AS before FROM entry WHERE idx >= $1 AND idx < $1 + $2) AS "
            "stretch "
            "WHERE before < $3 OR idx = $1 ORDER BY idx",
            Parameters()
                .Add(static_cast<int64_t>(start))
                .Add(static_cast<int64_t>(limit))
                .Add(static_cast<int64_t>(max_bytes))));
  std::vector<StoredEntry> entries;
  for (int row = 0; row < rows.rows(); ++row) {
    entries.push_back({static_cast<uint64_t>(rows.Integer(row, 0)), rows.Bytes(row, 1),
                       rows.Bytes(row, 2), rows.Bytes(row, 3)});
  }
  return entries;
}

absl::StatusOr<std::vector<std::string>> PostgresStore::ReadLeaves(uint64_t start, size_t limit) {
  ASSIGN_OR_RETURN(
      const Result rows,
      Query("SELECT leaf FROM entry WHERE idx >= $1 AND idx < $1 + $2 ORDER BY idx",
            Parameters().Add(static_cast<int64_t>(start)).Add(static_cast<int64_t>(limit))));
  std::vector<std::string> leaves;
  for (int row = 0; row < rows.rows(); ++row) leaves.push_back(rows.Bytes(row, 0));
  return leaves;
}

absl::StatusOr<std::vector<StoredChapter>> PostgresStore::ReadChapters(uint64_t number,
                                                                       size_t limit) {
  ASSIGN_OR_RETURN(
      const Result rows,
      QueryPatiently(
          "SELECT number, root, ids, seal FROM chapter WHERE number >= $1 AND number < "
          "$1 + $2 ORDER BY number",
          Parameters().Add(static_cast<int64_t>(number)).Add(static_cast<int64_t>(limit))));
  std::vector<StoredChapter> chapters;
  for (int row = 0; row < rows.rows(); ++row) {
    chapters.push_back({static_cast<uint64_t>(rows.Integer(row, 0)), rows.Bytes(row, 1),
                        rows.Bytes(row, 2), rows.Bytes(row, 3)});
  }
  return chapters;
}

absl::StatusOr<std::optional<StoredAttachment>> PostgresStore::FindAttachment(
    absl::string_view commitment) {
  ASSIGN_OR_RETURN(const Result rows,
                   Query("SELECT subject, box FROM attachment WHERE commitment = $1",
                         Parameters().Add(commitment)));
  std::optional<StoredAttachment> found;
  if (rows.rows() == 1)
    found = StoredAttachment{std::string(commitment), rows.Bytes(0, 0), rows.Bytes(0, 1)};
  return found;
}

absl::StatusOr<std::optional<std::string>> PostgresStore::FindSubjectKey(
    absl::string_view subject) {
  ASSIGN_OR_RETURN(const Result rows, Query("SELECT box FROM subject_key WHERE subject = $1",
                                            Parameters().Add(subject)));
  std::optional<std::string> found;
  if (rows.rows() == 1) found = rows.Bytes(0, 0);
  return found;
}

}  // namespace votum::ledger
