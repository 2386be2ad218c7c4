#include "services/voting/rules/quorum.h"

#include <algorithm>

namespace votum::rules {

QuorumResult EvaluateQuorum(const v1::QuorumRule& rule, uint32_t statutory, uint32_t present) {
  QuorumResult result;
  result.present = present;
  result.statutory = statutory;
  const uint64_t share = uint64_t{rule.numerator()} * statutory;
  const uint64_t denominator = rule.denominator();
  const uint64_t needed =
      rule.strict() ? share / denominator + 1 : (share + denominator - 1) / denominator;
  result.needed = static_cast<uint32_t>(std::max<uint64_t>(1, needed));
  result.quorate = present >= result.needed;
  return result;
}

}  // namespace votum::rules
