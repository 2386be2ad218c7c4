// The newest checkpoint of a log that this device has seen: the signer's view in the next command.
//
// The ledger takes no command whose signer has seen another history (VIEW_FORKED), so that the next
// command of any of them exposes an operator who shows different logs to different people. This
// works as long as devices remember, so the checkpoint lies in a file between runs. The file is a
// cache, written without fsync: one that cannot be read, is torn, or that the log did not sign,
// counts as missing.
#ifndef VOTUM_CLIENTS_LIB_SEEN_CHECKPOINT_H_
#define VOTUM_CLIENTS_LIB_SEEN_CHECKPOINT_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"

namespace votum::client {

// How a device asks for the log.
struct LogReads {
  // The newest checkpoint as the ledger has it: a signed note, empty for an empty log.
  std::function<absl::StatusOr<std::string>()> newest;
  // The hashes that prove the tree of `old_size` records to be the beginning of that of `new_size`.
  std::function<absl::StatusOr<std::vector<std::string>>(uint64_t old_size, uint64_t new_size)>
      consistency;
};

// The longest that a log may be behind what a device has seen of it: another process of the service
// may answer, which has not been told of the last records yet.
inline constexpr absl::Duration kMayBeBehind = absl::Seconds(60);

// Thread-safe.
class SeenCheckpoint {
 public:
  // Goes on from the checkpoint that earlier runs left in `path`, which is read when it is first
  // needed: reading programs sign nothing. An empty path remembers within this process only.
  SeenCheckpoint(crypto::NoteVerifier log, std::string path)
      : log_(std::move(log)), path_(std::move(path)) {}

  std::optional<crypto::Checkpoint> Get() const;
  // Takes the checkpoint in `note` if the log has signed it and it is newer.
  void Remember(absl::string_view note);

  // The newest checkpoint of the log, which continues what this device has seen; remembers it. Asks
  // again for at most `patience` while the log is behind.
  //
  // DATA_LOSS/LOG_WENT_BACK if the log does not prove that it continues what was seen, or stays
  // behind: records are gone, or others stand in their place.
  absl::StatusOr<std::string> Newest(const LogReads& log, absl::Duration patience = kMayBeBehind);

 private:
  void LoadOnce() const;  // with mutex_ held

  const crypto::NoteVerifier log_;
  const std::string path_;
  mutable std::mutex mutex_;
  mutable bool loaded_ = false;                       // guarded by mutex_
  mutable std::optional<crypto::Checkpoint> newest_;  // guarded by mutex_
};

// Where the newest checkpoint of `log` lies, for all contexts of this user.
std::string SeenCheckpointPath(const crypto::NoteVerifier& log);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_SEEN_CHECKPOINT_H_
