// When a process writes its snapshot, and whether it starts from the one it finds.
//
//   written   after each 10,000 records and at a stop, by a thread of its own, from a state that the
//             fold has published. While a long log is folded from an early record on, only when as
//             many records are new as are old, so that all snapshots of the way cost as much as two
//             of the last
//   used      only if it is of this program, and its tree is the beginning of the log that the
//             ledger has signed; else one line in the process's log says why not, and the whole log
//             is folded
#ifndef VOTUM_SERVICES_RUNTIME_SNAPSHOTS_H_
#define VOTUM_SERVICES_RUNTIME_SNAPSHOTS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/worker_pool.h"
#include "core/fold/fold.h"
#include "core/fold/snapshot.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/snapshot_file.h"

namespace votum {

inline constexpr uint64_t kRecordsBetweenSnapshots = 10'000;

// Load, Folded, Offer and Close are for one thread at a time.
class Snapshots {
 public:
  // `build` as from BuildIdentity. Tests pass `every`.
  Snapshots(SnapshotFile file, std::string build, crypto::NoteVerifier log,
            uint64_t every = kRecordsBetweenSnapshots);

  // The snapshot from which `fold` can go on; nothing if there is none, or none that can be used.
  // Waits for the ledger's answer, however long it is away. `pause` waits between two questions; if
  // it gives false, the process stops, and nothing is loaded.
  std::optional<Snapshot> Load(const Fold& fold, LedgerClient& ledger,
                               const std::function<bool(absl::Duration)>& pause);

  // Says in the process's log how the start went, once, when `index` records are folded and those are
  // all that the ledger had when it began. To be called after each batch, before others see its state.
  void Folded(uint64_t index);

  // Has `state` written soon if a snapshot is due and none is being written; whether it is. `tree` is
  // that of the records folded. Does not wait.
  bool Offer(const std::shared_ptr<const Fold>& state, const crypto::CompactTree& tree);

  // Whether one is being written now.
  bool writing() const { return writing_; }

  // Waits for a snapshot that is being written, and writes this last state unless it has been
  // written already. Offer must not be called again.
  void Close(const Fold& state, const crypto::CompactTree& tree);

 private:
  bool IsDue(uint64_t index) const;
  void Write(const Fold& state, const crypto::CompactTree& tree);

  const SnapshotFile file_;
  const std::string build_;
  const crypto::NoteVerifier log_;
  const uint64_t every_;

  absl::Duration begin_;        // Uptime()
  uint64_t size_at_start_ = 0;  // of the ledger's log
  uint64_t restored_ = 0;       // records that came from the file
  bool has_said_how_ = false;
  uint64_t tried_ = 0;                // the records of the newest snapshot, written or not
  std::atomic<uint64_t> written_{0};  // the records of the one in the file, if it can be used
  std::atomic<bool> writing_{false};
  WorkerPool writer_{1, 1};  // last: it writes
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_SNAPSHOTS_H_
