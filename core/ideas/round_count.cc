#include "core/ideas/round_count.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "ranking/ballots.h"
#include "ranking/groups.h"
#include "ranking/method.h"

namespace votum::ideas {

absl::StatusOr<TierList> ResolveTies(
    const TierList& ranking, const google::protobuf::RepeatedPtrField<std::string>& tie_order) {
  std::map<absl::string_view, int> place;
  for (const std::string& idea : tie_order) {
    if (!place.emplace(idea, static_cast<int>(place.size())).second)
      return Refuse(Reason::kBadTieOrder, absl::StrCat("idea ", idea, " comes twice"));
  }
  TierList resolved;
  for (const v1::Tier& tier : ranking) {
    std::map<int, absl::string_view> named;
    for (const std::string& idea : tier.idea_ids()) {
      const auto found = place.find(idea);
      if (found == place.end()) continue;
      named.emplace(found->second, idea);
      place.erase(found);
    }
    if (named.empty()) {
      *resolved.Add() = tier;
      continue;
    }
    if (tier.idea_ids_size() == 1 || static_cast<int>(named.size()) != tier.idea_ids_size()) {
      return Refuse(
          Reason::kBadTieOrder,
          absl::StrCat("idea ", named.begin()->second, " stands in a tier of ",
                       tier.idea_ids_size(), "; name all ideas that are tied with each other (",
                       absl::StrJoin(tier.idea_ids(), ", "), "), and none that are not tied"));
    }
    for (const auto& [at, idea] : named) resolved.Add()->add_idea_ids(std::string(idea));
  }
  if (!place.empty()) {
    return Refuse(Reason::kBadTieOrder,
                  absl::StrCat("idea ", place.begin()->first, " is not in the ranking"));
  }
  return resolved;
}

RoundCount::RoundCount(const v1::OpenRound& round)
    : method_(ranking::PinnedId(round.method())),
      max_ranked_(round.max_ranked()),
      combined_(static_cast<size_t>(round.idea_ids_size()) + (round.status_quo() ? 1 : 0)) {
  for (const std::string& idea : round.idea_ids()) options_.push_back({idea, "", false});
  if (round.status_quo()) options_.push_back({std::string(kStatusQuo), "", false});
  for (const ranking::Option& option : options_) {
    const auto index = static_cast<ranking::OptionIndex>(index_of_.size());
    index_of_[option.id] = index;
  }
  for (const v1::RoundGroup& group : round.groups()) {
    groups_.push_back(
        {group.group_id(), group.weight(), 0, ranking::PairwiseCounts(options_.size())});
  }
}

absl::Status RoundCount::CheckRanking(const TierList& ranking) const {
  std::set<absl::string_view> seen;
  for (const v1::Tier& tier : ranking) {
    if (tier.idea_ids_size() == 0)
      return Refuse(Reason::kBadRanking, "a tier of the ranking is empty; leave it out");
    for (const std::string& idea : tier.idea_ids()) {
      if (index_of_.find(idea) == index_of_.end()) {
        return Refuse(Reason::kBadRanking, absl::StrCat("idea ", idea, " is not in this round"));
      }
      if (!seen.insert(idea).second)
        return Refuse(Reason::kBadRanking, absl::StrCat("idea ", idea, " is ranked twice"));
    }
  }
  const size_t ideas = seen.size() - seen.count(kStatusQuo);
  if (ideas > max_ranked_) {
    return Refuse(Reason::kBadRanking, absl::StrCat("the ballot ranks ", ideas, " ideas, ",
                                                    max_ranked_, " are allowed; rank fewer"));
  }
  return absl::OkStatus();
}

void RoundCount::Cast(const std::string& group_id, const std::string& voter,
                      const TierList& ranking) {
  std::vector<ranking::Tier> tiers;
  for (const v1::Tier& tier : ranking) {
    ranking::Tier& indices = tiers.emplace_back();
    for (const std::string& idea : tier.idea_ids()) indices.push_back(index_of_.find(idea)->second);
    std::sort(indices.begin(), indices.end());
  }
  const std::vector<uint16_t> coded = ranking::Encode(tiers);
  Group& group = *std::find_if(groups_.begin(), groups_.end(),
                               [&](const Group& g) { return g.id == group_id; });
  const auto [place, is_new] = ballots_.try_emplace({group_id, voter}, coded);
  if (is_new) {
    ++group.ballots;
  } else {
    group.counts.Remove(place->second);
    combined_.Remove(place->second, group.weight);
    place->second = coded;
  }
  group.counts.Add(coded);
  combined_.Add(coded, group.weight);
}

TierList RoundCount::ToTiers(const std::vector<ranking::Tier>& tiers) const {
  TierList list;
  for (const ranking::Tier& tier : tiers) {
    v1::Tier* row = list.Add();
    for (const ranking::OptionIndex option : tier) row->add_idea_ids(options_[option].id);
  }
  return list;
}

TierList RoundCount::Decode(const std::vector<uint16_t>& coded) const {
  return ToTiers(ranking::Decode(coded));
}

v1::GroupRanking RoundCount::Rank(const std::string& group_id, uint64_t ballots,
                                  const ranking::PairwiseCounts& counts) const {
  v1::GroupRanking result;
  result.set_group_id(group_id);
  result.set_ballot_count(ballots);
  // The method was checked when the round was opened: it needs pairwise counts and takes no
  // parameters here.
  const auto ranking = ranking::RankPairwise(method_, {}, counts, options_);
  if (ranking.ok()) *result.mutable_ranking() = ToTiers(ranking->tiers);
  const ranking::PairwiseMatrix matrix = counts.Matrix();
  for (size_t a = 0; a < options_.size(); ++a) {
    v1::IdeaScore* score = result.add_scores();
    score->set_idea_id(options_[a].id);
    int64_t borda = 0;
    for (size_t b = 0; b < options_.size(); ++b) {
      borda += static_cast<int64_t>(matrix.at(a, b)) - static_cast<int64_t>(matrix.at(b, a));
    }
    score->set_borda(borda);
    score->set_approvals(counts.ranked(a));
  }
  return result;
}

std::vector<v1::GroupRanking> RoundCount::Rankings() const {
  std::vector<v1::GroupRanking> rankings;
  for (const Group& group : groups_)
    rankings.push_back(Rank(group.id, group.ballots, group.counts));
  rankings.push_back(Rank("", ballot_count(), combined_));
  return rankings;
}

std::vector<std::string> RoundCount::BeatStatusQuo() const {
  const auto status_quo = index_of_.find(kStatusQuo);
  std::vector<std::string> ideas;
  if (status_quo == index_of_.end()) return ideas;
  for (const ranking::OptionIndex idea :
       ranking::BeatStatusQuo(combined_.Matrix(), status_quo->second))
    ideas.push_back(options_[idea].id);
  return ideas;
}

TierList RoundCount::CombinedRanking() const {
  return Rank("", ballot_count(), combined_).ranking();
}

}  // namespace votum::ideas
