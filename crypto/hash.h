// SHA-256 (FIPS 180-4), the only hash function of the project.
#ifndef VOTUM_CRYPTO_HASH_H_
#define VOTUM_CRYPTO_HASH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::crypto {

inline constexpr size_t kDigestSize = 32;
using Digest = std::array<uint8_t, kDigestSize>;

// SHA-256 of the parts, one after the other. Nothing separates the parts: a caller whose parts vary
// in length puts lengths or fixed prefixes between them.
Digest Sha256(std::initializer_list<absl::string_view> parts);
Digest Sha256(absl::string_view bytes);

// The 32 bytes of `digest`, valid as long as `digest`.
inline absl::string_view AsBytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
absl::string_view AsBytes(Digest&&) = delete;

// 64 lower-case hexadecimal digits.
std::string ToHex(const Digest& digest);

// `bytes` as a digest; INVALID_ARGUMENT/BAD_DIGEST unless they are exactly 32.
absl::StatusOr<Digest> DigestFromBytes(absl::string_view bytes);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_HASH_H_
