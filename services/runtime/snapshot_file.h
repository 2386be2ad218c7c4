// The file in which a process keeps its newest snapshot (core/fold/snapshot.h), sealed: the state
// holds ballots of open votes, which nobody may read, and a disk outlasts the process.
//
// The key lies in the deployment's folder, outside of the snapshots' own: the seal guards copies of
// these that went elsewhere, and tells a torn or changed file. If the key is lost, or the file, the
// next start folds the whole log; neither needs a backup.
//
// The file: a key of its own in a box under the deployment's (crypto/sealed_box.h), then the bytes
// in parts of 64 MiB, each a box under that key, tied to its number and the number of all.
#ifndef VOTUM_SERVICES_RUNTIME_SNAPSHOT_FILE_H_
#define VOTUM_SERVICES_RUNTIME_SNAPSHOT_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/secret.h"

namespace votum {

inline constexpr size_t kSnapshotPartBytes = size_t{64} << 20;

class SnapshotFile {
 public:
  // The file in `folder`, which is made if there is none and belongs to this process alone: what
  // else lies in it, a killed process has left, and it is removed. `key` as for SealBox. Tests pass
  // `part_bytes`.
  static absl::StatusOr<SnapshotFile> Open(std::string folder, crypto::SecretBytes key,
                                           size_t part_bytes = kSnapshotPartBytes);

  // The bytes that were written last. NOT_FOUND if there is no file; INVALID_ARGUMENT/CANNOT_OPEN if it is torn,
  // changed, or sealed with another key.
  absl::StatusOr<std::string> Read() const;

  // Replaces the file as a whole, durably; after an error, what was there is still there.
  absl::Status Write(absl::string_view bytes) const;

  std::string path() const { return folder_ + "/sealed"; }

 private:
  SnapshotFile(std::string folder, crypto::SecretBytes key, size_t part_bytes)
      : folder_(std::move(folder)), key_(std::move(key)), part_bytes_(part_bytes) {}

  std::string folder_;
  crypto::SecretBytes key_;
  size_t part_bytes_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_SNAPSHOT_FILE_H_
