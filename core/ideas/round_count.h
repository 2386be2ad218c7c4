// The rankings of a round: what a ballot may say, how it is kept, and what all ballots give.
//
// Ballots are counted when the round is closed (round_outcomes.h). Pairwise counts (the square of the
// number of ideas, for each group) are gone when the rankings are made: nothing needs them before or
// after.
#ifndef VOTUM_CORE_IDEAS_ROUND_COUNT_H_
#define VOTUM_CORE_IDEAS_ROUND_COUNT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/ideas/ideas_state.h"
#include "ranking/ballots.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::ideas {

using TierList = google::protobuf::RepeatedPtrField<v1::Tier>;

// The option "keep things as they are" of rounds that have it.
inline constexpr absl::string_view kStatusQuo = "status-quo";

// Returns `ranking` with each tier that `tie_order` covers split into single ideas in that order.
// INVALID_ARGUMENT/BAD_TIE_ORDER unless it names all ideas of a tied tier or none of them, each
// once, and no others.
absl::StatusOr<TierList> ResolveTies(
    const TierList& ranking, const google::protobuf::RepeatedPtrField<std::string>& tie_order);

// INVALID_ARGUMENT/BAD_RANKING unless `ranking` names ideas of the round, each once, and at most
// as many as allowed (the status quo, where it is an option, not counted).
absl::Status CheckRanking(const RoundEntry& entry, const TierList& ranking);

// To the options of a round and back. REQUIRES: CheckRanking(entry, ranking) is OK.
std::vector<ranking::Tier> ToOptions(const RoundEntry& entry, const TierList& ranking);
TierList ToTiers(const v1::Round& round, const std::vector<ranking::Tier>& tiers);

// Counts the ballots of `urn` and puts the outcome into `round`: how many there are; each group's
// ranking in the order of the groups, then the combined one (group_id empty); and which ideas beat
// the status quo in the combined counts, where it is an option. An error of the method, which OpenRound
// leaves no room for, is an error here and no empty ranking.
absl::Status CountBallots(const RoundUrn& urn, v1::Round& round);

}  // namespace votum::ideas

#endif  // VOTUM_CORE_IDEAS_ROUND_COUNT_H_
