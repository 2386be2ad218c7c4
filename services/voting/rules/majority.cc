#include "services/voting/rules/majority.h"

#include <algorithm>

namespace votum::rules {
namespace {

uint64_t BaseOf(const v1::MotionRule& rule, const Tally& tally) {
  const uint64_t abstain = rule.abstention() == v1::ABSTENTION_AS_NO ? tally.abstain : 0;
  const uint64_t absent = rule.abstention() == v1::ABSTENTION_AS_ABSENT ? tally.abstain : 0;
  switch (rule.base()) {
    case v1::BASE_CAST:
      return uint64_t{tally.yes} + tally.no + tally.abstain + tally.invalid - absent;
    case v1::BASE_PRESENT:
      return tally.present - std::min<uint64_t>(absent, tally.present);
    case v1::BASE_SEATED:
      return tally.seated;
    case v1::BASE_STATUTORY:
      return tally.statutory;
    default:
      return uint64_t{tally.yes} + tally.no + abstain;
  }
}

}  // namespace

MotionResult EvaluateMotion(const v1::MotionRule& rule, const Tally& tally) {
  MotionResult result;
  result.base = BaseOf(rule, tally);
  const uint64_t share = uint64_t{rule.numerator()} * result.base;
  const uint64_t denominator = rule.denominator();
  const uint64_t needed =
      rule.strict() ? share / denominator + 1 : (share + denominator - 1) / denominator;
  result.needed_yes = std::max<uint64_t>({1, needed, rule.minimum_yes()});
  result.tie = tally.yes == tally.no;
  if (tally.yes >= result.needed_yes) {
    result.outcome = MotionOutcome::kAdopted;
  } else if (result.tie && tally.yes > 0 && rule.tie() == v1::TIE_CASTING_VOTE) {
    result.outcome = MotionOutcome::kTieForChair;
  }
  return result;
}

}  // namespace votum::rules
