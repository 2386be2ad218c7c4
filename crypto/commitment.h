// Commitments to sealed attachments: a record holds the commitment only; whoever has salt and
// content can prove what was committed, and once the salt is erased nobody can tell (or guess and
// confirm) what it was.
#ifndef VOTUM_CRYPTO_COMMITMENT_H_
#define VOTUM_CRYPTO_COMMITMENT_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum::crypto {

// 32 random bytes of one commitment's own, as secret as the content. A type rather than any string,
// because with a salt of another length two contents could have one commitment.
using Salt = std::array<uint8_t, 32>;

Salt NewSalt();

// INVALID_ARGUMENT/BAD_SALT unless `bytes` are exactly 32.
absl::StatusOr<Salt> SaltFromBytes(absl::string_view bytes);

// SHA-256("votum/commit/v1" 0x00 || salt || length of content as 8 bytes big-endian || content).
Digest Commit(const Salt& salt, absl::string_view content);

// OK if (salt, content) is what `commitment` commits to. INVALID_ARGUMENT/BAD_COMMITMENT if not;
// BAD_SALT, BAD_DIGEST for lengths that none has.
absl::Status VerifyCommitment(absl::string_view commitment, absl::string_view salt,
                              absl::string_view content);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_COMMITMENT_H_
