// Commitments to sealed attachments: a record holds only the commitment. Salt and content together
// prove what was committed; once the salt is erased, nobody can recover the content or confirm a
// guess at it.
#ifndef VOTUM_CRYPTO_COMMITMENT_H_
#define VOTUM_CRYPTO_COMMITMENT_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum::crypto {

// 32 random bytes, fresh for each commitment and as secret as the content. A separate type, because
// with salts of other lengths two contents could share one commitment.
using Salt = std::array<uint8_t, 32>;

Salt NewSalt();

// INVALID_ARGUMENT/BAD_SALT unless `bytes` are exactly 32.
absl::StatusOr<Salt> SaltFromBytes(absl::string_view bytes);

// SHA-256("votum/commit/v1" 0x00 || salt || length of content as 8 bytes big-endian || content).
Digest Commit(const Salt& salt, absl::string_view content);

// OK if `commitment` commits to (salt, content). INVALID_ARGUMENT/BAD_COMMITMENT if not; BAD_SALT
// or BAD_DIGEST if a length is wrong.
absl::Status VerifyCommitment(absl::string_view commitment, absl::string_view salt,
                              absl::string_view content);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_COMMITMENT_H_
