#include "crypto/tlog/add_checkpoint.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::crypto;
  const absl::string_view body = Text(data, size);
  const auto request = ParseAddCheckpoint(body);
  if (request.ok()) {
    Require(FormatAddCheckpoint(*request) == body, "a request is written as it was read");
  }
  return 0;
}
