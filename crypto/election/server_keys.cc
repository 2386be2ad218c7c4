#include "crypto/election/server_keys.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/refusal.h"
#include "crypto/hash.h"
#include "crypto/sealed_box.h"

namespace votum::election {
namespace {

// A number of 32 bytes, the most significant first: the reverse of Scalar::FromDigest.
void Write(const Scalar& scalar, absl::Span<uint8_t> bytes) {
  for (size_t i = 0; i < crypto::kDigestSize; ++i) {
    const size_t from_least = crypto::kDigestSize - 1 - i;
    bytes[i] = static_cast<uint8_t>(scalar.limbs()[from_least / 8] >> (8 * (from_least % 8)));
  }
}

Scalar Read(absl::string_view bytes) {
  crypto::Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  const Scalar scalar = Scalar::FromDigest(digest);
  // The volatile pointer keeps the compiler from removing the overwrite.
  for (volatile uint8_t& byte : digest) byte = 0;
  return scalar;
}

std::string Place(absl::string_view uuid) { return absl::StrCat("votum/server-keys/v1|", uuid); }

}  // namespace

std::string SealServerKeys(const crypto::SecretBytes& sealing_key, absl::string_view uuid,
                           const ServerKeys& keys) {
  crypto::SecretBytes plain(2 * crypto::kDigestSize);
  Write(keys.trustee, plain.MutableReveal().subspan(0, crypto::kDigestSize));
  Write(keys.registry, plain.MutableReveal().subspan(crypto::kDigestSize));
  return *crypto::SealBox(sealing_key, plain.Reveal(), Place(uuid));
}

absl::StatusOr<ServerKeys> OpenServerKeys(const crypto::SecretBytes& sealing_key,
                                          absl::string_view uuid, absl::string_view box) {
  const auto plain = crypto::OpenBox(sealing_key, box, Place(uuid));
  if (!plain.ok() || plain->size() != 2 * crypto::kDigestSize) {
    return Refuse(
        Reason::kServerKeysSealed,
        absl::StrCat(
            "this process cannot open the server's keys of election ", uuid,
            ": every process of the meetings service needs the same meetings/sealing.key"));
  }
  return ServerKeys{Read(plain->Reveal().substr(0, crypto::kDigestSize)),
                    Read(plain->Reveal().substr(crypto::kDigestSize))};
}

}  // namespace votum::election
