#include "crypto/election/ballot.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::election;
  using votum::crypto::Require;
  const absl::string_view text = votum::crypto::Text(data, size);
  const auto ballot = ParseBallot(text);
  if (ballot.ok()) Require(FormatBallot(*ballot) == text, "a ballot has one text");
  return 0;
}
