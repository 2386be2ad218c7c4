// DSSE v1 signatures (https://github.com/secure-systems-lab/dsse, protocol.md 1.0.0): a signature
// covers the payload's type together with its bytes, so that bytes signed as one kind of command
// never pass as another.
#ifndef VOTUM_CRYPTO_DSSE_H_
#define VOTUM_CRYPTO_DSSE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/keys.h"

namespace votum::crypto {

// "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload; lengths in bytes, decimal. Signatures
// cover this text; a passkey's challenge is its SHA-256.
std::string PreAuthEncoding(absl::string_view payload_type, absl::string_view payload);

absl::StatusOr<std::string> SignDsse(const Signer& key, absl::string_view payload_type,
                                     absl::string_view payload);

// INVALID_ARGUMENT/WRONG_SIGNATURE unless `signature` is the key's over the encoding of
// (payload_type, payload).
absl::Status VerifyDsse(const PublicKey& key, absl::string_view payload_type,
                        absl::string_view payload, absl::string_view signature);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_DSSE_H_
