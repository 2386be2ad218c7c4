#include "rules/quorum.h"

#include <algorithm>

#include "base/refusal.h"
#include "rules/majority.h"

namespace votum::rules {
namespace {

absl::Status Postponed() {
  return Refuse(Reason::kItemPostponed,
                "a lack of quorum was found: the item is postponed; call it again in "
                "a meeting");
}

}  // namespace

QuorumResult EvaluateQuorum(const v1::QuorumRule& rule, uint32_t statutory, uint32_t present) {
  QuorumResult result;
  result.present = present;
  result.statutory = statutory;
  const uint64_t needed = FewestOf(rule.numerator(), rule.denominator(), rule.strict(), statutory);
  result.needed = static_cast<uint32_t>(std::max<uint64_t>({1, needed, rule.minimum()}));
  result.quorate = present >= result.needed;
  return result;
}

QuorumResult EvaluateQuorum(const v1::QuorumRule& rule, const Attendance& attendance) {
  QuorumResult result = EvaluateQuorum(rule, attendance.statutory, attendance.present);
  const bool second_call = attendance.second_call &&
                           (attendance.second_call_noticed || !rule.second_call_needs_notice());
  const bool most_excluded = uint64_t{2} * attendance.excluded > attendance.statutory;
  if (second_call && rule.second_call() == v1::SECOND_CALL_ANY_NUMBER) {
    result.needed = 1;
  } else if (second_call && rule.second_call() == v1::SECOND_CALL_MINIMUM) {
    result.needed = std::max<uint32_t>(1, rule.second_call_minimum());
  } else if (most_excluded && rule.has_if_most_excluded()) {
    const v1::Fraction& fraction = rule.if_most_excluded();
    result.needed = static_cast<uint32_t>(
        std::max<uint64_t>(1, FewestOf(fraction.numerator(), fraction.denominator(),
                                       fraction.strict(), attendance.statutory)));
  }
  result.quorate = result.present >= result.needed;
  if (rule.members_outnumber_experts()) {
    const uint64_t experts = attendance.experts;
    result.quorate = result.quorate && attendance.present > 2 * experts;
  }
  return result;
}

QuorumState FirstQuorumState(const v1::QuorumRule& rule) {
  return rule.presumed() ? QuorumState::kPresumed : QuorumState::kChallenged;
}

absl::StatusOr<QuorumState> ChallengeQuorum(QuorumState state) {
  switch (state) {
    case QuorumState::kChallenged:
    case QuorumState::kSecondCall:
      return Refuse(Reason::kAlreadyChallenged,
                    "the members present are to be counted already; count them");
    case QuorumState::kNotQuorate:
    case QuorumState::kDoneWith:
      return Postponed();
    default:
      return QuorumState::kChallenged;
  }
}

absl::StatusOr<QuorumState> CountQuorum(const v1::QuorumRule& rule, const Attendance& attendance,
                                        QuorumState state) {
  if (state == QuorumState::kNotQuorate || state == QuorumState::kDoneWith) return Postponed();
  if (EvaluateQuorum(rule, attendance).quorate) return QuorumState::kQuorate;
  const bool last = attendance.second_call && rule.second_call() == v1::SECOND_CALL_LAST;
  return last ? QuorumState::kDoneWith : QuorumState::kNotQuorate;
}

absl::StatusOr<QuorumState> CallAgain(QuorumState state) {
  if (state == QuorumState::kNotQuorate) return QuorumState::kSecondCall;
  return Refuse(Reason::kNotPostponed,
                "the item was not postponed for want of a quorum: there is no second "
                "call of it");
}

bool MayDecide(QuorumState state) {
  return state == QuorumState::kPresumed || state == QuorumState::kQuorate;
}

}  // namespace votum::rules
