#include "rules/majority.h"

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

uint64_t FewestOf(uint32_t numerator, uint32_t denominator, bool strict, uint64_t base) {
  const uint64_t share = uint64_t{numerator} * base;
  return strict ? share / denominator + 1 : (share + denominator - 1) / denominator;
}

MotionResult EvaluateMotion(const v1::MotionRule& rule, const Tally& tally) {
  MotionResult result;
  result.base = BaseOf(rule, tally);
  const uint64_t needed =
      FewestOf(rule.numerator(), rule.denominator(), rule.strict(), result.base);
  result.needed_yes = std::max<uint64_t>({1, needed, rule.minimum_yes()});
  result.tie = tally.yes == tally.no;
  if (tally.yes >= result.needed_yes) {
    result.outcome = MotionOutcome::kAdopted;
  } else if (result.tie && tally.yes > 0 && rule.tie() == v1::TIE_CASTING_VOTE) {
    result.outcome = MotionOutcome::kTieForChair;
  } else if (result.tie && tally.yes > 0 && rule.tie() == v1::TIE_LOT) {
    result.outcome = MotionOutcome::kTieForLot;
  }
  return result;
}

}  // namespace votum::rules
