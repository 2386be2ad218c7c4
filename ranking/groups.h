// An electorate of several groups (citizens, employees, companies, council): a ranking for each
// group and for all together with stated weights. The status quo can be an option that an idea must
// beat before it is handed over.
#ifndef VOTUM_RANKING_GROUPS_H_
#define VOTUM_RANKING_GROUPS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ranking/method.h"

namespace votum::ranking {

struct ElectorateGroup {
  std::string id;
  // Each ballot of the group counts this often in the combined ranking; 0 leaves the group out of
  // it. At most 1,000,000.
  uint64_t weight = 1;
  RankedBallots ballots;
};

struct GroupedRanking {
  // One ranking per group, in the order of the groups. A group without ballots has none.
  std::vector<std::pair<std::string, std::optional<Ranking>>> groups;
  Ranking combined;
};

// Ranks `options` for each of `groups` and for all of them. As Rank; BAD_GROUP for equal or empty
// ids, a weight out of range, or no weight at all.
absl::StatusOr<GroupedRanking> RankGroups(absl::string_view method, const Params& params,
                                          const std::vector<Option>& options,
                                          const std::vector<ElectorateGroup>& groups,
                                          const RankOptions& rank_options = {});

// The pairwise counts of all groups, each ballot with its group's weight. The combined ranking is
// computed from these.
PairwiseCounts CombinedCounts(const std::vector<std::pair<uint64_t, const PairwiseCounts*>>& groups,
                              size_t options);

// Options that beat `status_quo`: among the ballots that prefer one of the two, more than
// numerator/denominator prefer the option. 1/2 is a majority; 2/3 requires two to one.
std::vector<OptionIndex> BeatStatusQuo(const PairwiseMatrix& matrix, OptionIndex status_quo,
                                       uint32_t numerator = 1, uint32_t denominator = 2);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_GROUPS_H_
