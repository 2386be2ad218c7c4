// A process's copy of the state: follows the ledger's Subscribe stream and folds it.
//
// One thread folds. After each batch of records it publishes the state as a copy that shares all
// entries with its own (core/table.h): readers keep such a copy for as long as they look, and neither
// they nor the fold ever wait for each other.
//
// It goes on from a snapshot if there is a good one (snapshots.h): whether it does changes nothing
// but the time that a start takes.
#ifndef VOTUM_SERVICES_RUNTIME_REPLICA_H_
#define VOTUM_SERVICES_RUNTIME_REPLICA_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/published.h"
#include "core/fold/fold.h"
#include "crypto/merkle.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/log_follower.h"
#include "services/runtime/snapshots.h"

namespace votum {

// Thread-safe.
class Replica {
 public:
  // `ledger` and `cache` outlive this object. `fatal` is called, once, if the log or the ledger's
  // database turns out to be broken (DATA_LOSS), or the log to be newer than this program
  // (FAILED_PRECONDITION/NEWER_LOG): the process must not go on serving. Without `snapshots`, each
  // start folds the whole log, and none are written.
  Replica(DomainSet domains, crypto::PublicKey log_key, LedgerClient* ledger, SignatureCache* cache,
          std::function<void(const absl::Status&)> fatal,
          std::unique_ptr<Snapshots> snapshots = nullptr,
          uint32_t program_version = kProgramVersion);
  ~Replica();

  // Follows the ledger until Stop; reconnects by itself.
  void Start();
  // Writes a last snapshot.
  void Stop();

  // The state after the newest record that was folded, which is at least next_index().
  std::shared_ptr<const Fold> State() const { return published_.Get(); }
  // read(*State()).
  template <typename Read>
  auto WithState(Read read) const {
    const std::shared_ptr<const Fold> state = State();
    return read(*state);
  }

  // Verifies the signatures of `envelope`, as a command at `time`, so that Check and the fold find
  // them in the cache. Check reports wrong ones.
  void VerifyAhead(const Envelope& envelope, absl::Time time) const;

  // Waits until the record at `index` is folded. DEADLINE_EXCEEDED/NOT_FOLDED_YET at `deadline`,
  // UNAVAILABLE when stopping.
  absl::Status WaitFor(uint64_t index, absl::Time deadline) const;

  // The number of records folded.
  uint64_t next_index() const { return next_index_.load(std::memory_order_acquire); }

  // The number of records that came from a snapshot; 0 if the whole log is folded.
  uint64_t restored() const { return restored_; }

  // How long the fold, and with it each command, has waited for readers that took a state.
  Published<Fold>::Waits WaitsForReads() const { return published_.waits(); }

  // From now on `listener` is called after each batch of records, on the folding thread: it must
  // be short and must not block. The number names it for RemoveListener, after whose return it is
  // not called any more.
  uint64_t AddListener(std::function<void()> listener) const;
  void RemoveListener(uint64_t number) const;

 private:
  std::unique_ptr<LogStream> Open(LedgerClient* ledger);
  void GoOnFromSnapshot(LedgerClient* ledger);
  // Shows the state to everybody.
  void Publish();
  // Folds the record of `entry`, and adds it to the tree.
  absl::StatusOr<RecordOutcome> FoldNext(const std::optional<OpenedRecord>& record,
                                         const ledger::v1::Entry& entry);
  Followed FoldAll(const ledger::v1::SubscribeResponse& response);
  void CannotFollow(const absl::Status& why);

  const std::function<void(const absl::Status&)> fatal_;
  SignatureCache& cache_;

  Fold fold_;  // of the folding thread alone
  Published<Fold> published_;

  std::atomic<uint64_t> next_index_{0};
  mutable std::mutex wait_mutex_;
  mutable std::condition_variable folded_;
  bool stopping_ = false;  // guarded by wait_mutex_

  mutable std::mutex listeners_mutex_;
  mutable std::map<uint64_t, std::function<void()>> listeners_;  // guarded by listeners_mutex_
  mutable uint64_t last_listener_ = 0;                           // guarded by listeners_mutex_

  std::unique_ptr<Snapshots> snapshots_;  // may be null
  std::atomic<uint64_t> restored_{0};
  crypto::CompactTree tree_;  // of the folding thread; of the records folded, with snapshots_ alone
  bool began_ = false;        // of the folding thread

  LogFollower follower_;  // last: it calls into all of the above
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_REPLICA_H_
