// Elections to several places in one ballot, in which each voter may name several candidates.
//
// The candidates with the most votes who reach the rule's share are elected, as many as there are
// places. Where the share would refer to valid votes in a single-vote election, it refers to valid
// ballots here. Ties for the last places are decided by lot. Places for which nobody reaches the
// share stay open for new nominations.
#ifndef VOTUM_RULES_PLACES_H_
#define VOTUM_RULES_PLACES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rules/election.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

struct PlacesResult {
  std::vector<size_t> elected;  // candidates, ascending
  std::vector<size_t> tied;     // ascending; for the places that the lot gives
  uint32_t to_draw = 0;         // how many of `tied`
  uint64_t base = 0;            // base of the share
  uint64_t needed = 0;          // the fewest votes that elect
};

// `valid_ballots` name at least one candidate. INVALID_ARGUMENT/BAD_VOTES if there is no
// candidate, no place, or more than kMaxCandidates.
absl::StatusOr<PlacesResult> EvaluatePlaces(const v1::ElectionRule& rule, uint32_t places,
                                            uint32_t valid_ballots, const ElectionTally& tally);

// "Meyer 12, Schulz 9, Vogt 3; 2 places, 8 of 15 are needed: elected Meyer, Schulz." `names` is
// indexed by candidate.
v1::Text ExplainPlaces(const v1::ElectionRule& rule, uint32_t places, const ElectionTally& tally,
                       const PlacesResult& result, const std::vector<std::string>& names);

}  // namespace votum::rules

#endif  // VOTUM_RULES_PLACES_H_
