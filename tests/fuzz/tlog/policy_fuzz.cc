#include "crypto/tlog/policy.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::crypto;
  const auto policy = Policy::Parse(Text(data, size));
  if (!policy.ok()) return 0;
  const size_t count = policy->witnesses().size();
  const bool all = policy->IsQuorum(std::vector<bool>(count, true));
  const bool none = policy->IsQuorum(std::vector<bool>(count, false));
  Require(all, "all witnesses are always a quorum");
  // No rule counts against a witness.
  for (size_t i = 0; i < count && none; ++i) {
    std::vector<bool> one(count);
    one[i] = true;
    Require(policy->IsQuorum(one), "a quorum with one more is a quorum");
  }
  return 0;
}
