// Strict parsing of numbers in untrusted text. absl::SimpleAtoi accepts spaces and signs, which
// protocol input must not have.
#ifndef VOTUM_BASE_NUMBERS_H_
#define VOTUM_BASE_NUMBERS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace votum {

// The value of `text` if it is 1 to 20 ASCII digits without a leading zero (or "0" itself) and fits
// 64 bits.
std::optional<uint64_t> ParseDecimal(absl::string_view text);

}  // namespace votum

#endif  // VOTUM_BASE_NUMBERS_H_
