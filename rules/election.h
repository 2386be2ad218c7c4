// Elections of persons (NRW: § 50 (2) GO NRW).
//
// First ballot: a candidate whose votes reach the required share of the base is elected; No votes
// are valid votes where the rule says so. Otherwise there is a second ballot (runoff), in which the
// most votes elect. A lot decides ties. A single candidate has a second ballot only where the rule
// says so (single_again_days; § 37 (7) GemO BW), and needs the same share again.
#ifndef VOTUM_RULES_ELECTION_H_
#define VOTUM_RULES_ELECTION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

inline constexpr size_t kMaxCandidates = 1000;

// The counts of one ballot for one office.
struct ElectionTally {
  std::vector<uint32_t> votes;  // by candidate
  uint32_t no = 0;
  uint32_t abstain = 0;
  uint32_t invalid = 0;
  uint32_t present = 0;
  uint32_t seated = 0;
  uint32_t statutory = 0;
};

enum class Ballot { kFirst, kRunoff };

enum class ElectionOutcome {
  kElected,     // candidates[0]
  kRunoff,      // a second ballot between `candidates`
  kLot,         // the lot decides between `candidates`
  kNotElected,  // nobody, and no second ballot: nominate anew
};

struct ElectionResult {
  ElectionOutcome outcome = ElectionOutcome::kNotElected;
  std::vector<size_t> candidates;  // ascending; meaning by outcome
  uint64_t base = 0;               // base of the share; 0 where the most votes elect
  uint64_t needed = 0;             // the fewest votes that elect; 0 where the most votes elect
};

// INVALID_ARGUMENT/BAD_VOTES if there is no candidate or more than kMaxCandidates.
//
// Candidates of the second ballot by RUNOFF_TWO_HIGHEST: if several share the highest count, these;
// otherwise the candidate with the highest count and all who share the second highest.
absl::StatusOr<ElectionResult> EvaluateElection(const v1::ElectionRule& rule, Ballot ballot,
                                                const ElectionTally& tally);

// "Meyer 10, No 11: 11 of 21 valid votes needed, nobody elected". `names` is indexed by candidate.
v1::Text ExplainElection(const v1::ElectionRule& rule, const ElectionTally& tally,
                         const ElectionResult& result, const std::vector<std::string>& names);

}  // namespace votum::rules

#endif  // VOTUM_RULES_ELECTION_H_
