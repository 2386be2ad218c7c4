// The leaf of a record in the log's tree (docs/protocol.md, "The log").
#ifndef VOTUM_CRYPTO_RECORD_LEAF_H_
#define VOTUM_CRYPTO_RECORD_LEAF_H_

#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum::crypto {

// SHA-256(salt || record). Nothing separates the two: with a salt of any length, bytes could move
// between them, and one leaf would stand for two records. A caller who did not make the salt itself
// checks that it has 32 bytes.
inline Digest RecordLeaf(absl::string_view salt, absl::string_view record) {
  return Sha256({salt, record});
}

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_RECORD_LEAF_H_
