// The few Unicode functions that the text formats of this folder need.
#ifndef VOTUM_CRYPTO_UTF8_H_
#define VOTUM_CRYPTO_UTF8_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace votum::crypto {

// Removes the first code point from `*text`, which must not be empty, and returns it; nullopt if
// `*text` does not begin with well-formed UTF-8 (Unicode table 3-7: no overlong forms, no
// surrogates, nothing above U+10FFFF).
std::optional<char32_t> TakeCodePoint(absl::string_view* text);

// Whether Unicode gives `code_point` the property White_Space (PropList.txt).
bool IsUnicodeSpace(char32_t code_point);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_UTF8_H_
