// The third place that remembers the newest checkpoint: DIR/ledger/high-water.
//
// Entries and newest checkpoint may both be lost, or restored from an older backup, and then agree
// with each other. This file says how far the log has come: a ledger that finds less in its
// stores refuses to sign (LOG_SHORTER), because it would sign another history.
//
// It is written a few seconds after a batch, not with each: replacing a file durably takes two more
// fsyncs. So it guards against stores that are older than that (a restored backup, a disk that is
// not mounted), not against one that loses its last seconds. Those are guarded by the order in which
// the two stores are written, and by all who remember checkpoints themselves: clients and witnesses.
#ifndef VOTUM_LEDGER_HIGH_WATER_H_
#define VOTUM_LEDGER_HIGH_WATER_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "ledger/checkpoint_store.h"

namespace votum::ledger {

// How a log is opened.
enum class Opening {
  kFounded,     // it has records, and a checkpoint
  kFounding,    // the stores may be new
  kRecovering,  // it has records, and the checkpoint store may be new, as the old one is lost
};

struct HighWaterOptions {
  Opening opening = Opening::kFounded;
  // The file is written this long after the first checkpoint that it does not have, at the latest,
  // or when it is so many records behind; and at the end.
  absl::Duration delay = absl::Seconds(5);
  uint64_t records = 10000;
};

// A checkpoint store that copies the newest checkpoint of `inner` to a file, and loads the newer one
// of both.
class HighWaterStore final : public CheckpointStore {
 public:
  // `path` is the file's, `log` the key that has signed the checkpoints.
  HighWaterStore(std::unique_ptr<CheckpointStore> inner, std::string path, crypto::NoteVerifier log,
                 HighWaterOptions options);
  // Writes the file if it is behind and the log is trusted.
  ~HighWaterStore() override;

  // The newer one of both. A store that is behind the file is brought up to it by the next Replace.
  //
  //   DATA_LOSS/CHECKPOINT_MISSING       the store is empty, although the log is founded
  //   FAILED_PRECONDITION/FOREIGN_FILE   the file is not a checkpoint of this log
  //   DATA_LOSS/LOG_DAMAGED              both are signed, of the same size, and differ
  absl::StatusOr<std::string> Load() override;
  absl::Status Replace(absl::string_view expected, absl::string_view next) override;

  // The checkpoint that the file had at Load; of size 0 if there was none.
  const crypto::Checkpoint& remembered() const { return remembered_; }
  // To be called once the log is verified and has `remembered` in its past. Until then the file stays
  // as it is, since it may be what contradicts the log.
  void Trust();

 private:
  absl::StatusOr<std::string> ReadRemembered();
  void Remember(absl::string_view note, uint64_t size);
  void Write();

  const std::unique_ptr<CheckpointStore> inner_;
  const std::string path_;
  const crypto::NoteVerifier log_;
  const HighWaterOptions options_;
  crypto::Checkpoint remembered_;
  // While the store is behind the file: what each of them has.
  std::string behind_;
  std::string ahead_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string newest_;         // guarded by mutex_
  uint64_t newest_size_ = 0;   // guarded by mutex_
  uint64_t written_size_ = 0;  // guarded by mutex_
  bool trusted_ = false;       // guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_
  std::thread writer_;
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_HIGH_WATER_H_
