// Whether a motion is adopted (NRW: § 50 (1), (5) GO NRW, more Yes than No).
#ifndef VOTUM_RULES_MAJORITY_H_
#define VOTUM_RULES_MAJORITY_H_

#include <cstdint>

#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// The counts of a vote. `present` includes all members present and entitled, whether they voted or
// not.
struct Tally {
  uint32_t yes = 0;
  uint32_t no = 0;
  uint32_t abstain = 0;
  uint32_t invalid = 0;
  uint32_t present = 0;
  uint32_t seated = 0;
  uint32_t statutory = 0;
};

enum class MotionOutcome {
  kRejected,
  kAdopted,
  kTieForChair,  // the chair has the casting vote
  kTieForLot,    // the lot decides
};

struct MotionResult {
  MotionOutcome outcome = MotionOutcome::kRejected;
  uint64_t base = 0;        // base of the fraction
  uint64_t needed_yes = 0;  // the fewest Yes votes that adopt, given the base
  bool tie = false;         // Yes equals No
};

// The smallest number of persons that is more than (`strict`), or at least, numerator/denominator
// of `base`.
uint64_t FewestOf(uint32_t numerator, uint32_t denominator, bool strict, uint64_t base);

// denominator * yes > numerator * base (or >=), in integers, with at least rule.minimum_yes and at
// least one Yes: 0 to 0 is rejected.
MotionResult EvaluateMotion(const v1::MotionRule& rule, const Tally& tally);

}  // namespace votum::rules

#endif  // VOTUM_RULES_MAJORITY_H_
