#include "ranking/groups.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/decimal.h"

namespace votum::ranking {
namespace {

constexpr uint64_t kMaxGroupWeight = 1000000;

absl::Status CheckGroups(const std::vector<ElectorateGroup>& groups, size_t options) {
  std::set<std::string> ids;
  uint64_t weights = 0;
  for (const ElectorateGroup& group : groups) {
    if (group.id.empty() || !ids.insert(group.id).second) {
      return Refuse(Reason::kBadGroup,
                    absl::StrCat("group id \"", group.id, "\" is empty or stands twice"));
    }
    if (group.weight > kMaxGroupWeight) {
      return Refuse(Reason::kBadGroup, absl::StrCat("group ", group.id, " has weight ",
                                                    group.weight, "; at most ", kMaxGroupWeight));
    }
    if (group.ballots.options() != options) {
      return Refuse(Reason::kBadGroup,
                    absl::StrCat("ballots of group ", group.id, " do not fit the options"));
    }
    weights += group.weight;
  }
  if (weights > 0) return absl::OkStatus();
  return Refuse(Reason::kBadGroup, "no group has a weight; give one of them at least 1");
}

}  // namespace

absl::StatusOr<GroupedRanking> RankGroups(absl::string_view method, const Params& params,
                                          const std::vector<Option>& options,
                                          const std::vector<ElectorateGroup>& groups,
                                          const RankOptions& rank_options) {
  RETURN_IF_ERROR(CheckGroups(groups, options.size()));
  GroupedRanking result;
  Election all;
  all.options = options;
  all.ranked = RankedBallots(options.size());
  for (const ElectorateGroup& group : groups) {
    absl::Status added;
    group.ballots.ForEach([&](BallotView ballot) {
      if (added.ok()) added = all.ranked.AddChecked(ballot.coded, ballot.weight * group.weight);
    });
    RETURN_IF_ERROR(added);
    result.groups.emplace_back(group.id, std::nullopt);
    if (group.ballots.empty()) continue;
    Election own;
    own.options = options;
    own.ranked = group.ballots;
    ASSIGN_OR_RETURN(result.groups.back().second, Rank(method, params, own, rank_options));
  }
  ASSIGN_OR_RETURN(result.combined, Rank(method, params, all, rank_options));
  return result;
}

PairwiseCounts CombinedCounts(const std::vector<std::pair<uint64_t, const PairwiseCounts*>>& groups,
                              size_t options) {
  PairwiseCounts combined(options);
  for (const auto& [weight, counts] : groups) combined.Merge(*counts, weight);
  return combined;
}

std::vector<OptionIndex> BeatStatusQuo(const PairwiseMatrix& matrix, OptionIndex status_quo,
                                       uint32_t numerator, uint32_t denominator) {
  std::vector<OptionIndex> beat;
  for (size_t option = 0; option < matrix.options(); ++option) {
    if (option == status_quo) continue;
    const int128 in_favour = matrix.at(option, status_quo);
    const int128 either = in_favour + matrix.at(status_quo, option);
    if (in_favour * denominator > either * numerator)
      beat.push_back(static_cast<OptionIndex>(option));
  }
  return beat;
}

}  // namespace votum::ranking
