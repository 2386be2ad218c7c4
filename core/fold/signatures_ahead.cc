#include "core/fold/signatures_ahead.h"

#include <mutex>
#include <utility>

#include "crypto/dsse.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {

void SignaturesAhead::RememberKey(const Envelope& envelope) {
  if (envelope.command->GetDescriptor() != directory::v1::EnrolKey::descriptor()) return;
  auto key = crypto::PublicKey::FromSpkiDer(envelope.header().public_key());
  if (!key.ok()) return;
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  const std::string id = key->id();
  keys_.emplace(id, *std::move(key));
}

void SignaturesAhead::Verify(const Envelope& envelope) {
  RememberKey(envelope);
  const common::v1::Signature& signature = envelope.signatures[0];
  const crypto::PublicKey* key = nullptr;
  if (directory_ != nullptr) {
    const directory::KeyEntry* const known = directory_->FindKey(signature.key_id());
    if (known != nullptr) key = &*known->public_key;
  }
  if (key == nullptr) {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    const auto found = keys_.find(signature.key_id());
    if (found == keys_.end()) return;
    key = &found->second;  // stable: keys are only added, and the map never moves them
  }
  cache_
      .Verify(*key, crypto::PreAuthEncoding(envelope.payload_type(), envelope.payload),
              signature.signature())
      .IgnoreError();
}

}  // namespace votum
