// The newest checkpoint of a log that this device has seen: the signer's view in the next command.
//
// The ledger takes no command whose signer has seen another history (VIEW_FORKED), so that the next
// command of any of them exposes an operator who shows different logs to different people. This
// works as long as devices remember, so the checkpoint lies in a file between runs. The file is a
// cache, written without fsync: one that cannot be read, is torn, or that the log did not sign,
// counts as missing.
#ifndef VOTUM_CLIENTS_LIB_SEEN_CHECKPOINT_H_
#define VOTUM_CLIENTS_LIB_SEEN_CHECKPOINT_H_

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"

namespace votum::client {

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
