// Encryption of attachments (one data key for each person and matter) and of data keys: AES-256-GCM
// (NIST SP 800-38D). Erasing the data key erases everything sealed under it.
#ifndef VOTUM_CRYPTO_SEALED_BOX_H_
#define VOTUM_CRYPTO_SEALED_BOX_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/secret.h"

namespace votum::crypto {

inline constexpr size_t kSealingKeyBytes = 32;
inline constexpr size_t kBoxNonceBytes = 12;
inline constexpr size_t kBoxTagBytes = 16;
// That a box has more than its plaintext.
inline constexpr size_t kBoxBytes = kBoxNonceBytes + kBoxTagBytes;

// A new key for SealBox and OpenBox: kSealingKeyBytes random bytes.
SecretBytes NewSealingKey();

// nonce (random) || ciphertext || tag: kBoxBytes more than `plaintext`.
// `associated_data` is neither hidden nor included, but OpenBox needs the same value: it ties the
// box to its place. At most 2^32 boxes under one key (random nonces, SP 800-38D section 8.3).
// INVALID_ARGUMENT/BAD_SEALING_KEY unless `key` has kSealingKeyBytes.
absl::StatusOr<std::string> SealBox(const SecretBytes& key, absl::string_view plaintext,
                                    absl::string_view associated_data);

// The plaintext of a box. INVALID_ARGUMENT/CANNOT_OPEN if key, associated data and box do not
// belong together or the box was changed; BAD_SEALING_KEY as above.
absl::StatusOr<SecretBytes> OpenBox(const SecretBytes& key, absl::string_view box,
                                    absl::string_view associated_data);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_SEALED_BOX_H_
