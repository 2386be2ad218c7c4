// Whether a meeting can decide (Beschlussfähigkeit; NRW: § 49 GO NRW, more than half of the
// statutory number).
#ifndef VOTUM_RULES_QUORUM_H_
#define VOTUM_RULES_QUORUM_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

struct QuorumResult {
  bool quorate = false;
  uint32_t present = 0;    // members able to take part: neither excluded nor in the audience
  uint32_t statutory = 0;  // N
  uint32_t needed = 0;     // the fewest present that are a quorum
};

// denominator * present > numerator * N (or >=), in integers. Nobody present is never a quorum.
QuorumResult EvaluateQuorum(const v1::QuorumRule& rule, uint32_t statutory, uint32_t present);

// Attendance when an item is called.
struct Attendance {
  uint32_t statutory = 0;            // N
  uint32_t present = 0;              // able to take part: neither excluded nor in the audience
  uint32_t excluded = 0;             // members excluded by conflict, here or not
  uint32_t experts = 0;              // expert citizens (sachkundige Bürger) among `present`
  bool second_call = false;          // the item was postponed for want of a quorum before
  bool second_call_noticed = false;  // and the second invitation announced that
};

// As above, with the rule's further cases: the second call, most members excluded, council members
// outnumbering experts.
QuorumResult EvaluateQuorum(const v1::QuorumRule& rule, const Attendance& attendance);

// States of an item's quorum:
//
//   presumed ─ challenged ─▶ challenged ─ counted ─▶ quorate ─ challenged ─▶ challenged
//                                          └──────▶ not quorate ─ called again ─▶ second call
//
// If the rule does not presume a quorum, an item starts as challenged, and a count is due.
enum class QuorumState { kPresumed, kChallenged, kQuorate, kNotQuorate, kSecondCall, kDoneWith };

QuorumState FirstQuorumState(const v1::QuorumRule& rule);

// Somebody doubts the quorum. FAILED_PRECONDITION/ALREADY_CHALLENGED while a count is due,
// FAILED_PRECONDITION/ITEM_POSTPONED after a lack was found.
absl::StatusOr<QuorumState> ChallengeQuorum(QuorumState state);

// Enters the count: the item is quorate, or it is postponed, or it is closed if this was the last
// call. FAILED_PRECONDITION/ITEM_POSTPONED as above.
absl::StatusOr<QuorumState> CountQuorum(const v1::QuorumRule& rule, const Attendance& attendance,
                                        QuorumState state);

// The postponed item comes up again. FAILED_PRECONDITION/NOT_POSTPONED if it was not.
absl::StatusOr<QuorumState> CallAgain(QuorumState state);

// Whether a vote may be opened: presumed or counted.
bool MayDecide(QuorumState state);

}  // namespace votum::rules

#endif  // VOTUM_RULES_QUORUM_H_
