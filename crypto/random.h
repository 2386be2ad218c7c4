// Random bytes from OpenSSL's generator, which the operating system seeds. There is no other source
// of randomness in the project; domain code uses no randomness (its lots come from published
// seeds).
#ifndef VOTUM_CRYPTO_RANDOM_H_
#define VOTUM_CRYPTO_RANDOM_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "crypto/secret.h"

namespace votum::crypto {

// `size` random bytes that may become public: salts, nonces, identifiers. Ends the process if the
// system has no randomness to give.
std::string RandomBytes(size_t size);

// `size` random bytes that stay secret: keys, seeds.
SecretBytes RandomSecret(size_t size);

// A random UUID (version 4, RFC 9562 section 5.4) as lower-case text of 36 characters.
std::string NewUuid();

// A new id that people can read out: "p-", for the prefix "p", and 16 random characters of a-z and
// 2-7, 80 bits.
std::string NewShortId(absl::string_view prefix);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_RANDOM_H_
