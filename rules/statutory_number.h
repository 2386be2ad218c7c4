// The number of members that a council has by law, the base of quorum and qualified majorities
// (NRW: § 3 (2) KWahlG, § 40 (2) GO NRW).
#ifndef VOTUM_RULES_STATUTORY_NUMBER_H_
#define VOTUM_RULES_STATUTORY_NUMBER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// The council's size at the start of a term, and the changes since.
struct TermFacts {
  uint32_t inhabitants = 0;
  uint32_t reduction = 0;   // seats removed by bylaw
  uint32_t additional = 0;  // overhang and levelling seats that were allotted
  uint32_t vacant = 0;      // seats vacant for good
};

struct StatutoryNumber {
  uint32_t number = 0;
  v1::Text explanation;
};

// INVALID_ARGUMENT/NO_STATUTORY_NUMBER if the rule has no table; INVALID_ARGUMENT/BAD_REDUCTION if
// the reduction is not allowed by the rule.
absl::StatusOr<StatutoryNumber> ComputeStatutoryNumber(const v1::StatutoryNumberRule& rule,
                                                       const TermFacts& facts);

}  // namespace votum::rules

#endif  // VOTUM_RULES_STATUTORY_NUMBER_H_
