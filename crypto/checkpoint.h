// Checkpoints (https://c2sp.org/tlog-checkpoint): the signed head of a log.
//
//   <origin: the log's name>
//   <size: leaves in the tree, decimal>
//   <root: Base64 of 32 bytes>
//
// A log must never sign two inconsistent checkpoints; callers of SignCheckpoint must ensure that.
#ifndef VOTUM_CRYPTO_CHECKPOINT_H_
#define VOTUM_CRYPTO_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"
#include "crypto/note.h"

namespace votum::crypto {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Digest root = {};
  // Extension lines of foreign logs; opaque, never written by our log.
  std::vector<std::string> extension_lines;

  // The note text, with its final newline.
  std::string Text() const;

  // INVALID_ARGUMENT/BAD_CHECKPOINT unless `text` is what Text() gives for some checkpoint, and
  // size 0 comes with the root of the empty tree.
  static absl::StatusOr<Checkpoint> Parse(absl::string_view text);
};

// The signed note of `checkpoint`. BAD_CHECKPOINT unless its origin is the signer's name and Parse
// would take it.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const NoteSigner& signer);

// The checkpoint in `note`, signed by `log`. Errors as OpenNote and Parse;
// INVALID_ARGUMENT/WRONG_ORIGIN if it belongs to another log.
absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, const NoteVerifier& log,
                                          absl::string_view origin);

// The number of records in the log of the checkpoint in `note`, whoever signed it: for deciding how long
// to wait or what to fetch, never for believing it. Errors as ParseNote and Checkpoint::Parse.
absl::StatusOr<uint64_t> SizeOfCheckpoint(absl::string_view note);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_CHECKPOINT_H_
