// The log: one sequencer that orders, makes durable and proves.
//
// Group commit: all commands that wait are one transaction and one fsync. The order of a batch is
//
//   entries durable ─▶ checkpoint signed ─▶ checkpoint swapped in the second store
//     ─▶ visible to readers ─▶ answered
//
// so that no signed checkpoint ever stands for entries that could be lost, and no reader sees
// unsigned entries. An error between the first step and the third leaves an unknown outcome: the
// ledger calls `fatal` and answers nobody. The next start finds either the whole batch (it is
// signed then) or none of it.
#ifndef VOTUM_LEDGER_LEDGER_H_
#define VOTUM_LEDGER_LEDGER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "ledger/chapter.h"
#include "ledger/checkpoint_store.h"
#include "ledger/command_index.h"
#include "ledger/log_time.h"
#include "ledger/log_tree.h"
#include "ledger/newest_entries.h"
#include "ledger/store.h"
#include "ledger/validity.h"
#include "ledger/vault.h"
#include "votum/common/v1/command.pb.h"

namespace votum::ledger {

inline constexpr size_t kMaxPayloadBytes = size_t{1} << 20;
// The most commands that wait for the sequencer; more are refused with LEDGER_BUSY.
inline constexpr size_t kMaxQueue = 20000;
// The most commands of one transaction, and the most bytes of their records and attachments. One
// command alone may have more bytes (kMaxAttachments); services take none above 16 MiB.
inline constexpr size_t kMaxBatch = 4096;
inline constexpr size_t kMaxBatchBytes = size_t{32} << 20;
// The free space is read before each batch, which SQLite writes twice: to its write-ahead log, and
// from there to its tables. So a batch that still found room leaves about three quarters of this.
inline constexpr uint64_t kDiskReserve = uint64_t{256} << 20;
// The public leaves so much to the council.
inline constexpr uint64_t kPublicReserve = uint64_t{1} << 30;

struct LedgerStats {
  uint64_t size = 0;
  uint64_t appends = 0;
  uint64_t batches = 0;
};

struct LedgerConfig {
  Clock* clock = nullptr;
  // A clock that nobody sets (base/uptime.h), by which `clock` is checked (LogTime). While `clock`
  // cannot be right, only commands whose declaration says `when_stopped` are appended, with the
  // time of the last record; others are refused with FAILED_PRECONDITION/CLOCK_JUMPED. While it
  // can, commands that would be void at the time of their record are refused (CheckValidity). Unset
  // for a clock that is set by hand: then neither is checked.
  std::function<absl::Duration()> uptime;
  // How often `clock` is checked while no commands come; each change is logged.
  absl::Duration clock_check = absl::Seconds(10);
  // The bytes that are free on the disk of the log; unset where that disk is another machine's.
  std::function<uint64_t()> free_bytes;
  // With fewer free bytes than this, only commands whose declaration says `when_stopped` are
  // appended; others are refused with RESOURCE_EXHAUSTED/DISK_RESERVE, as long as it lasts.
  // With less than a quarter of it nothing is appended: a disk that is full in the middle of a batch
  // would end the process, and reads with it.
  uint64_t disk_reserve = kDiskReserve;
  // With fewer free bytes than this, ideas of the public are refused with
  // RESOURCE_EXHAUSTED/TOO_MANY_IDEAS.
  uint64_t public_reserve = kPublicReserve;
  // Several such batches fit into the reserve.
  size_t batch_bytes = kMaxBatchBytes;
  // Called when the outcome of a write is unknown; must not return.
  std::function<void(const absl::Status&)> fatal;
  // Called now and then while records are read at the start: how many are read, of how many.
  std::function<void(uint64_t done, uint64_t all)> progress = [](uint64_t, uint64_t) {};
};

// The fields of a record that the service adds to the signed command.
struct Provenance {
  std::string service;     // the one that appends it
  uint64_t judged_at = 0;  // the size of the log at which the service found the command good
};

// Thread-safe.
class Ledger {
 public:
  // Opens the log. It starts from its right edge: the stored chapters (chapter.h) and the leaves
  // behind them give the root of the checkpoint, and only records behind the last chapter are read
  // now. If the chapters are missing or wrong, each record is read: it gives its leaf, and the leaves
  // give the root. Durable entries beyond the checkpoint get a new one.
  //
  //   DATA_LOSS/LOG_DAMAGED              a record does not give its leaf (the message names it), or
  //                                      the leaves give another root
  //   DATA_LOSS/LOG_SHORTER              the entries end before the checkpoint: restored from an
  //                                      older backup?
  //   FAILED_PRECONDITION/WRONG_LOG_KEY  the checkpoint has another key or origin
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(std::unique_ptr<EntryStore> entries,
                                                      std::unique_ptr<CheckpointStore> checkpoints,
                                                      crypto::NoteSigner signer,
                                                      crypto::SecretBytes attachments_key,
                                                      LedgerConfig config);
  ~Ledger();

  // Makes `command` durable and waits until it is. As LedgerService.Append.
  absl::StatusOr<common::v1::Receipt> Append(const common::v1::SignedCommand& command,
                                             const Provenance& provenance);
  // The same for several commands, appended in their order; waits until all are durable. The
  // answers have the same order.
  std::vector<absl::StatusOr<common::v1::Receipt>> AppendAll(
      absl::Span<const common::v1::SignedCommand> commands, const Provenance& provenance);

  // As Append, but does not wait: calls `then` with the answer, from the sequencer's thread or, if
  // there is nothing to wait for, from here. `then` must be short and must not block; `command`
  // must live until it is called.
  void AppendThen(const common::v1::SignedCommand& command, const Provenance& provenance,
                  std::function<void(absl::StatusOr<common::v1::Receipt>)> then);

  // The receipt of a record against the newest checkpoint. NOT_FOUND/NO_SUCH_RECORD.
  absl::StatusOr<common::v1::Receipt> GetReceipt(uint64_t index);
  std::string GetCheckpoint() const;
  uint64_t size() const;
  // Proves record `index` in the signed tree of `size` records. OUT_OF_RANGE/NOT_IN_TREE.
  absl::StatusOr<std::vector<crypto::Digest>> InclusionProof(uint64_t index, uint64_t size) const;
  absl::StatusOr<std::vector<crypto::Digest>> ConsistencyProof(uint64_t old_size,
                                                               uint64_t new_size) const;

  // Signed entries from `start`, at most `limit`, up to about `max_bytes`. Those that are read from
  // the store are checked against the signed root: DATA_LOSS/LOG_DAMAGED names the first that differs.
  absl::StatusOr<std::vector<StoredEntry>> Read(uint64_t start, size_t limit, size_t max_bytes);
  // As Read, without salts and records.
  absl::StatusOr<std::vector<StoredEntry>> ReadLeaves(uint64_t start, size_t limit) const;
  absl::StatusOr<common::v1::Attachment> GetAttachment(absl::string_view commitment) const;
  // Destroys the sealed contents of `subject`; true if there were any. From now on the ledger seals
  // nothing for it (SUBJECT_ERASED). May be repeated, and must be after UNAVAILABLE.
  absl::StatusOr<bool> EraseSubject(absl::string_view subject);

  // Record `record` confirmed an AcceptTime{time}: counts from the next batch on. May be repeated.
  void AcceptTime(uint64_t record, absl::Time time);

  // From now on `listener` is called, on the sequencer's thread, after each batch: it must be short
  // and must not block. The number names it for RemoveListener, after whose return it is not called
  // any more.
  uint64_t AddListener(std::function<void()> listener);
  void RemoveListener(uint64_t number);

  LedgerStats stats() const;

  // Ends waiting calls and the sequencer; queued commands are answered UNAVAILABLE.
  void Stop();

 private:
  // A caller waiting for commands to be answered.
  class Call;
  class WaitingCall;   // AppendAll
  class NotifiedCall;  // AppendThen
  // A queued command, prepared by its caller as far as possible, for the sequencer is one thread.
  struct Waiting {
    const common::v1::SignedCommand* command;
    std::string command_id;
    uint64_t id_hash;
    std::string salt;
    // The record without its first two fields, index and time.
    std::string record_tail;
    size_t bytes;  // of the record and the attachments, about
    Validity validity;
    Call* call;
    absl::StatusOr<StoredEntry> answer;  // the sequencer's, until it tells `call`
  };

  Ledger(std::unique_ptr<EntryStore> entries, std::unique_ptr<CheckpointStore> checkpoints,
         crypto::NoteSigner signer, crypto::SecretBytes attachments_key, LedgerConfig config);

  absl::StatusOr<Waiting> Prepare(const common::v1::SignedCommand& command,
                                  const Provenance& provenance, absl::string_view salt) const;
  absl::Status CheckViews(const common::v1::CommandHeader& header, uint64_t judged_at) const;
  // OK if all of them are in the queue; otherwise none is.
  absl::Status Enqueue(absl::Span<Waiting> waiting);

  // The start (ledger_start.cc).
  absl::Status Verify();
  absl::Status StartFromEdge(const crypto::Checkpoint& checkpoint, uint64_t stored);
  absl::Status StartFromAll(const crypto::Checkpoint& checkpoint, uint64_t stored);
  void ForgetTree();
  absl::Status ReadChapters(uint64_t count);
  // Reads the entries from the end of the tree to `stored`, verifies that each gives its leaf, and
  // stores the chapters that they finish.
  absl::Status VerifyStored(uint64_t stored);
  absl::StatusOr<std::optional<StoredChapter>> VerifyNext(const StoredEntry& entry);
  absl::Status CheckRoot(const crypto::Checkpoint& checkpoint) const;
  absl::Status FindTime();
  // The next record has this leaf and command id. The chapter that it finishes, if it does.
  std::optional<StoredChapter> Grow(absl::string_view leaf, uint64_t id_hash);
  // Stored entries, each checked to be in the tree.
  absl::StatusOr<std::vector<StoredEntry>> ReadStored(uint64_t start, size_t limit,
                                                      size_t max_bytes) const;
  absl::Status SignUpTo(uint64_t size);
  absl::Status CheckNotErased(const common::v1::SignedCommand& command) const;
  void Sequence();
  // Why the ledger takes only a few commands; OK if it takes all.
  struct Stops {
    uint64_t free_bytes;
    absl::Status room;   // DISK_RESERVE
    absl::Status clock;  // CLOCK_JUMPED
  };
  // The time of the clock, as exactly as records have it.
  absl::Time Now() const;
  // Why no command is appended, or none of the public; OK if the disk has room for this one.
  absl::Status CheckRoomFor(const common::v1::SignedCommand& command, const Stops& stops) const;
  // Both log when their answer changes.
  absl::Status CheckRoom(uint64_t free);
  absl::Status CheckClock(absl::Time now);
  absl::Status MayAppend(const Waiting& waiting, const Stops& stops, absl::Time now,
                         absl::Time time_of_batch) const;
  // The commands `appended` are the records from `first` on.
  void NoteTime(uint64_t first, const std::vector<Waiting*>& appended, const Stops& stops,
                absl::Time now, absl::Time time_of_batch);
  // The next commands of the queue that fit into one transaction, which leave it; at least one. The
  // caller holds queue_mutex_.
  std::vector<Waiting*> TakeBatch();
  // Waits, with `lock` of queue_mutex_, until commands are queued or the ledger stops, and checks the
  // clock now and then.
  void AwaitWork(std::unique_lock<std::mutex>* lock);
  void Commit(const std::vector<Waiting*>& batch);
  // The entry recorded under the id of `waiting`, in the log or in `batch`, whose entries will
  // follow the signed ones; nothing if there is none. COMMAND_ID_REUSED for another command.
  absl::StatusOr<std::optional<StoredEntry>> FindRecorded(const Waiting& waiting,
                                                          const std::vector<NewEntry>& batch);
  static void Answer(const std::vector<Waiting*>& waiting);
  absl::StatusOr<common::v1::Receipt> ReceiptOf(StoredEntry entry) const;

  const std::unique_ptr<EntryStore> entries_;
  const std::unique_ptr<CheckpointStore> checkpoints_;
  NewestEntries newest_;
  const crypto::NoteSigner signer_;
  const ChapterSeal seal_;
  const Vault vault_;
  const LedgerConfig config_;

  // The signed log as readers see it.
  mutable std::shared_mutex log_mutex_;
  uint64_t signed_size_ = 0;  // guarded by log_mutex_
  std::string checkpoint_;    // guarded by log_mutex_
  LedgerStats stats_;         // guarded by log_mutex_
  // Made anew only by Open. It may be ahead of signed_size_.
  std::unique_ptr<LogTree> tree_;

  LogTime time_;               // the sequencer's alone
  bool has_room_ = true;       // the sequencer's alone
  bool trusts_clock_ = true;   // the sequencer's alone
  CommandIndex commands_;      // the sequencer's alone, except HashOf
  std::vector<uint64_t> ids_;  // the sequencer's alone: of the unfinished chapter, hashed

  std::mutex accepted_mutex_;
  std::pair<uint64_t, absl::Time> accepted_;  // of AcceptTime; guarded by accepted_mutex_

  // Held while a batch is sealed and stored: ensures that every attachment accepted before an
  // erasure is stored before the erasure runs.
  std::mutex erasure_mutex_;
  absl::flat_hash_set<std::string> erased_;  // subjects; guarded by erasure_mutex_

  std::mutex queue_mutex_;
  std::condition_variable work_;  // awaited_ commands are queued, or stopping
  std::deque<Waiting*> queue_;    // guarded by queue_mutex_
  size_t awaited_ = 1;            // guarded by queue_mutex_
  bool stopping_ = false;         // guarded by queue_mutex_

  std::mutex listeners_mutex_;
  std::map<uint64_t, std::function<void()>> listeners_;  // guarded by listeners_mutex_
  uint64_t last_listener_ = 0;                           // guarded by listeners_mutex_

  std::thread sequencer_;
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_LEDGER_H_
