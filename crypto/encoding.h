// Base64 and hexadecimal with exactly one text for each byte string, so that nobody can change a
// signed or hashed text without changing its meaning.
#ifndef VOTUM_CRYPTO_ENCODING_H_
#define VOTUM_CRYPTO_ENCODING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::crypto {

// RFC 4648 section 4, with padding.
std::string Base64Encode(absl::string_view bytes);

// INVALID_ARGUMENT/BAD_BASE64 unless `text` is what Base64Encode gives for some bytes: the padding
// must be there, and white space, the URL alphabet and non-zero trailing bits are refused.
absl::StatusOr<std::string> Base64Decode(absl::string_view text);

// Two lower-case digits a byte.
std::string HexEncode(absl::string_view bytes);

// INVALID_ARGUMENT/BAD_HEX unless `text` is what HexEncode gives for some bytes; upper case is
// refused.
absl::StatusOr<std::string> HexDecode(absl::string_view text);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_ENCODING_H_
