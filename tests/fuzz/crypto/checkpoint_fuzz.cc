#include "crypto/checkpoint.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text = votum::crypto::Text(data, size);
  const absl::StatusOr<votum::crypto::Checkpoint> checkpoint =
      votum::crypto::Checkpoint::Parse(text);
  if (checkpoint.ok()) {
    votum::crypto::Require(checkpoint->Text() == text, "a checkpoint is written as it was read");
    votum::crypto::Require(!checkpoint->origin.empty(), "a checkpoint has an origin");
  }
  return 0;
}
