#include "rules/decisiveness.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::rules {
namespace {

constexpr uint32_t kMostUnknown = 1000;

Tally Without(Tally tally, const WronglyCounted& wrong) {
  tally.yes -= wrong.yes;
  tally.no -= wrong.no;
  tally.abstain -= wrong.abstain;
  tally.invalid -= wrong.invalid;
  tally.present -= wrong.yes + wrong.no + wrong.abstain + wrong.invalid + wrong.not_voted;
  return tally;
}

absl::Status CheckContained(const Tally& tally, const WronglyCounted& wrong) {
  const uint64_t voted = uint64_t{tally.yes} + tally.no + tally.abstain + tally.invalid;
  const uint64_t known = uint64_t{wrong.yes} + wrong.no + wrong.abstain + wrong.invalid;
  if (wrong.yes > tally.yes || wrong.no > tally.no || wrong.abstain > tally.abstain ||
      wrong.invalid > tally.invalid || known + wrong.unknown > voted ||
      known + wrong.unknown + wrong.not_voted > tally.present) {
    return Refuse(Reason::kBadTally, "more votes are to be taken out than were counted");
  }
  if (wrong.unknown > kMostUnknown) {
    return Refuse(Reason::kBadTally,
                  absl::StrCat("more than ", kMostUnknown, " votes are unknown"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Decisiveness> EvaluateDecisiveness(const v1::QuorumRule& quorum,
                                                  const v1::MotionRule& motion, const Tally& tally,
                                                  const WronglyCounted& wrong) {
  if (const absl::Status contained = CheckContained(tally, wrong); !contained.ok())
    return contained;
  Decisiveness result;
  result.with = EvaluateMotion(motion, tally).outcome;
  const Tally known = Without(tally, wrong);
  const uint32_t left = known.present - wrong.unknown;
  result.quorum_lost = EvaluateQuorum(quorum, tally.statutory, tally.present).quorate &&
                       !EvaluateQuorum(quorum, tally.statutory, left).quorate;
  // The outcome depends only on Yes, No and the rest. Some bases treat invalid votes and
  // abstentions differently, so each split is tried.
  bool first = true;
  const uint32_t n = wrong.unknown;
  for (uint32_t yes = 0; yes <= std::min(n, known.yes); ++yes) {
    for (uint32_t no = 0; no <= std::min(n - yes, known.no); ++no) {
      const uint32_t rest = n - yes - no;
      for (uint32_t abstain = 0; abstain <= std::min(rest, known.abstain); ++abstain) {
        if (rest - abstain > known.invalid) continue;
        WronglyCounted split;
        split.yes = yes;
        split.no = no;
        split.abstain = abstain;
        split.invalid = rest - abstain;
        const MotionOutcome outcome = EvaluateMotion(motion, Without(known, split)).outcome;
        if (first || (outcome != result.with && result.without == result.with))
          result.without = outcome;
        first = false;
      }
    }
  }
  result.decisive = result.quorum_lost || result.without != result.with;
  return result;
}

}  // namespace votum::rules
