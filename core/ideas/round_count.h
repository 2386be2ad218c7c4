// The running count of a ranking round: each voter's ballot, and the pairwise counts of each group
// and of all together, kept up to date with every ballot. A voter's later ballot replaces the
// earlier one.
#ifndef VOTUM_CORE_IDEAS_ROUND_COUNT_H_
#define VOTUM_CORE_IDEAS_ROUND_COUNT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ranking/pairwise.h"
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

class RoundCount {
 public:
  // The count of a round that `round` opens.
  explicit RoundCount(const v1::OpenRound& round);

  // INVALID_ARGUMENT/BAD_RANKING unless `ranking` names ideas of the round, each once, and at most
  // as many as allowed (the status quo, where it is an option, not counted).
  absl::Status CheckRanking(const TierList& ranking) const;

  // Counts a ballot that passed CheckRanking, instead of an earlier one of the same voter in the
  // same group.
  void Cast(const std::string& group_id, const std::string& voter, const TierList& ranking);

  uint64_t ballot_count() const { return ballots_.size(); }

  // Each group's ranking in the order of the round, then the combined one (group_id empty).
  std::vector<v1::GroupRanking> Rankings() const;
  // The combined ranking.
  TierList CombinedRanking() const;
  // Ideas that beat the status quo in the combined counts; none where it is no option.
  std::vector<std::string> BeatStatusQuo() const;

  // The ballots in a fixed order: (group, voter) and the ballot's ideas; for digests.
  template <typename Visit>
  void ForEachBallot(Visit visit) const {
    for (const auto& [key, coded] : ballots_) visit(key.first, key.second, Decode(coded));
  }

 private:
  struct Group {
    std::string id;
    uint64_t weight = 1;
    uint64_t ballots = 0;
    ranking::PairwiseCounts counts;
  };

  TierList Decode(const std::vector<uint16_t>& coded) const;
  TierList ToTiers(const std::vector<ranking::Tier>& tiers) const;
  v1::GroupRanking Rank(const std::string& group_id, uint64_t ballots,
                        const ranking::PairwiseCounts& counts) const;

  std::vector<ranking::Option> options_;
  std::map<std::string, ranking::OptionIndex, std::less<>> index_of_;
  std::string method_;
  uint32_t max_ranked_;
  std::vector<Group> groups_;
  ranking::PairwiseCounts combined_;
  std::map<std::pair<std::string, std::string>, std::vector<uint16_t>>
      ballots_;  // by group and voter
};

}  // namespace votum::ideas

#endif  // VOTUM_CORE_IDEAS_ROUND_COUNT_H_
