// Arbitrary bytes as encoded state: refused, or written as they were read.
#include "tests/fuzz/crypto/fuzz_check.h"
#include "tests/unit/core/everything.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum;  // NOLINT
  const absl::string_view bytes = crypto::Text(data, size);
  Outer state;
  if (!Decode(bytes, state)) return 0;
  crypto::Require(Encode(state) == bytes, "state is written as it was read");
  Outer again;
  crypto::Require(Decode(bytes, again) && DigestOf(again) == DigestOf(state) &&
                      Differences(again, state).empty() && Print(again) == Print(state),
                  "state read twice is the same");
  return 0;
}
