#include "core/fold/signature_cache.h"

#include <string>
#include <utility>

#include "base/status_macros.h"

namespace votum {

absl::Status SignatureCache::Verify(const crypto::PublicKey& key, absl::string_view message,
                                    absl::string_view signature) {
  // Key id and message digest have fixed lengths: no two triples give the same bytes.
  const crypto::Digest message_digest = crypto::Sha256(message);
  const crypto::Digest digest =
      crypto::Sha256({key.id(), crypto::AsBytes(message_digest), signature});
  if (Contains(digest)) return absl::OkStatus();
  RETURN_IF_ERROR(key.Verify(message, signature));
  Insert(digest);
  return absl::OkStatus();
}

bool SignatureCache::Contains(const crypto::Digest& digest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return younger_.contains(digest) || older_.contains(digest);
}

void SignatureCache::Insert(const crypto::Digest& digest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (younger_.size() >= capacity_) {
    older_ = std::move(younger_);
    younger_.clear();
  }
  younger_.insert(digest);
}

}  // namespace votum
