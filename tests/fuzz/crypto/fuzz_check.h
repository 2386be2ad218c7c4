// Checks with which a fuzz target states a property of the parser.
#ifndef VOTUM_TESTS_FUZZ_CRYPTO_FUZZ_CHECK_H_
#define VOTUM_TESTS_FUZZ_CRYPTO_FUZZ_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace votum::crypto {

// Stops the fuzzer, which keeps the input, unless `holds`.
inline void Require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

inline absl::string_view Text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace votum::crypto

#endif  // VOTUM_TESTS_FUZZ_CRYPTO_FUZZ_CHECK_H_
