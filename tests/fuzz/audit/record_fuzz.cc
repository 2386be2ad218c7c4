// Folds arbitrary records: a broken one is refused, a bad one is void, and no unsigned record has
// an effect.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/fold/fold.h"
#include "crypto/keys.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const kLogKey = new votum::crypto::PublicKey(
      votum::crypto::PrivateKey::Generate(votum::crypto::KeyType::kEd25519)->public_key());
  votum::SignatureCache cache(1);
  votum::Fold fold(votum::DomainSet::All(), *kLogKey, &cache);
  const auto outcome = fold.Apply(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (outcome.ok() && fold.world().directory().founded()) std::abort();
  return 0;
}
