// Whether inadmissible votes were decisive (NRW: § 31 (6) GO NRW: a conflict of interest matters
// only if the participation was decisive).
#ifndef VOTUM_RULES_DECISIVENESS_H_
#define VOTUM_RULES_DECISIVENESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "rules/majority.h"
#include "rules/quorum.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// The members who took part but should not have: their votes where known; `unknown` of them voted
// secretly, in any way that the tally permits.
struct WronglyCounted {
  uint32_t yes = 0;
  uint32_t no = 0;
  uint32_t abstain = 0;
  uint32_t invalid = 0;
  uint32_t not_voted = 0;  // were only counted as present
  uint32_t unknown = 0;
};

struct Decisiveness {
  bool decisive = false;
  bool quorum_lost = false;  // without them the meeting was not quorate
  MotionOutcome with = MotionOutcome::kRejected;
  // The outcome without them; for unknown votes, a differing outcome if there is one.
  MotionOutcome without = MotionOutcome::kRejected;
};

// Removes the votes and recomputes quorum and majority; unknown votes are tried in every possible
// way. INVALID_ARGUMENT/BAD_TALLY if the tally has fewer such votes than must be removed, or if
// there are more than 1000 unknown ones.
absl::StatusOr<Decisiveness> EvaluateDecisiveness(const v1::QuorumRule& quorum,
                                                  const v1::MotionRule& motion, const Tally& tally,
                                                  const WronglyCounted& wrong);

}  // namespace votum::rules

#endif  // VOTUM_RULES_DECISIVENESS_H_
