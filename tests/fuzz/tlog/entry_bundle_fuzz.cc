#include "crypto/tlog/entry_bundle.h"
#include "tests/fuzz/crypto/fuzz_check.h"

// The first byte is the width minus one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::crypto;
  if (size == 0) return 0;
  const absl::string_view bytes = Text(data + 1, size - 1);
  const auto entries = ParseEntryBundle(bytes, data[0] + 1);
  if (!entries.ok()) return 0;
  const auto formatted = FormatEntryBundle(*entries);
  Require(formatted.ok() && *formatted == bytes, "a bundle is written as it was read");
  return 0;
}
