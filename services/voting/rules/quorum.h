// Whether a meeting can decide (Beschlussfähigkeit; NRW: § 49 (1) GO NRW, more than half of the
// statutory number).
#ifndef VOTUM_SERVICES_VOTING_RULES_QUORUM_H_
#define VOTUM_SERVICES_VOTING_RULES_QUORUM_H_

#include <cstdint>

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

}  // namespace votum::rules

#endif  // VOTUM_SERVICES_VOTING_RULES_QUORUM_H_
