// One-time codes: a key that fits on a slip of paper.
//
// To enrol a key, a person gets a code in person and types it in. The code is not a password: it is
// the secret of a one-time Ed25519 key. The administrator's command records only the public key of
// the code; the person's enrolment is signed with the code's key. The code itself is never sent,
// stored or logged by anybody.
//
//   7Q2N-X0KD-....-....-....-....-4M9T
//   26 random symbols (130 bits) and 2 check symbols, Crockford's Base32: digits and letters
//   without I, L, O, U.
#ifndef VOTUM_CRYPTO_ONE_TIME_CODE_H_
#define VOTUM_CRYPTO_ONE_TIME_CODE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/keys.h"
#include "crypto/secret.h"

namespace votum::crypto {

// A new code as people read it: upper case, seven groups of four joined by dashes.
SecretBytes NewOneTimeCode();

// The key of a code as a person typed it: lower case, spaces and dashes anywhere, O is read as 0,
// and I or L as 1. INVALID_ARGUMENT/CODE_MISTYPED if it cannot be a code; the check symbols detect
// every single wrong symbol, every pair of exchanged symbols and 99.9 % of all other mistakes. A
// well-formed code that opens nothing is therefore a wrong code, not a typing mistake.
//
// Seed of the key: SHA-256("votum/one-time-code/v1" 0x00 || the 26 random symbols in upper case).
absl::StatusOr<PrivateKey> KeyOfOneTimeCode(absl::string_view code);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_ONE_TIME_CODE_H_
