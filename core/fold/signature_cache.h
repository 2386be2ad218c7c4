// Remembers signatures that verified, so that a process checks each once: when the command comes
// in, and not again when its record is folded. Verification is a pure function of (key, message,
// signature), so remembering changes no result.
#ifndef VOTUM_CORE_FOLD_SIGNATURE_CACHE_H_
#define VOTUM_CORE_FOLD_SIGNATURE_CACHE_H_

#include <cstddef>
#include <mutex>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

namespace votum {

// Thread-safe.
class SignatureCache {
 public:
  // Remembers between `capacity` and 2 * `capacity` signatures (32 bytes each), the newest ones.
  explicit SignatureCache(size_t capacity) : capacity_(capacity) {}

  // As key.Verify(message, signature).
  absl::Status Verify(const crypto::PublicKey& key, absl::string_view message,
                      absl::string_view signature);

 private:
  bool Contains(const crypto::Digest& digest);
  void Insert(const crypto::Digest& digest);

  const size_t capacity_;
  std::mutex mutex_;
  // Two generations: when the younger is full it becomes the older, and the older is forgotten.
  absl::flat_hash_set<crypto::Digest> younger_;
  absl::flat_hash_set<crypto::Digest> older_;
};

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_SIGNATURE_CACHE_H_
