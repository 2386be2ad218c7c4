#include "core/ideas/round_count.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/batch_counter.h"
#include "ranking/groups.h"
#include "ranking/method.h"
#include "ranking/pairwise.h"

namespace votum::ideas {
namespace {

size_t OptionsOf(const v1::Round& round) {
  return static_cast<size_t>(round.idea_ids_size()) + (round.status_quo() ? 1 : 0);
}

std::string IdOf(const v1::Round& round, size_t option) {
  const auto ideas = static_cast<size_t>(round.idea_ids_size());
  return option < ideas ? round.idea_ids(static_cast<int>(option)) : std::string(kStatusQuo);
}

absl::StatusOr<v1::GroupRanking> Rank(const v1::Round& round, const std::string& group_id,
                                      const ranking::PairwiseCounts& counts) {
  v1::GroupRanking result;
  result.set_group_id(group_id);
  std::vector<ranking::Option> options;
  for (size_t i = 0; i < counts.options(); ++i) options.push_back({IdOf(round, i), "", false});
  ASSIGN_OR_RETURN(const ranking::Ranking ranking,
                   ranking::RankPairwise(round.method(), {}, counts, options));
  *result.mutable_ranking() = ToTiers(round, ranking.tiers);
  const ranking::PairwiseMatrix matrix = counts.Matrix();
  for (size_t a = 0; a < options.size(); ++a) {
    v1::IdeaScore* score = result.add_scores();
    score->set_idea_id(options[a].id);
    int64_t borda = 0;
    for (size_t b = 0; b < options.size(); ++b) borda += matrix.margin(a, b);
    score->set_borda(borda);
    score->set_approvals(counts.ranked(a));
  }
  return result;
}

}  // namespace

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

absl::Status CheckRanking(const RoundEntry& entry, const TierList& ranking) {
  std::set<absl::string_view> seen;
  for (const v1::Tier& tier : ranking) {
    if (tier.idea_ids_size() == 0)
      return Refuse(Reason::kBadRanking, "a tier of the ranking is empty; leave it out");
    for (const std::string& idea : tier.idea_ids()) {
      if (!entry.option_of.Contains(idea)) {
        return Refuse(Reason::kBadRanking, absl::StrCat("idea ", idea, " is not in this round"));
      }
      if (!seen.insert(idea).second)
        return Refuse(Reason::kBadRanking, absl::StrCat("idea ", idea, " is ranked twice"));
    }
  }
  const size_t ideas = seen.size() - seen.count(kStatusQuo);
  const uint32_t allowed = entry.round.max_ranked();
  if (ideas > allowed) {
    return Refuse(Reason::kBadRanking, absl::StrCat("the ballot ranks ", ideas, " ideas, ", allowed,
                                                    " are allowed; rank fewer"));
  }
  return absl::OkStatus();
}

std::vector<ranking::Tier> ToOptions(const RoundEntry& entry, const TierList& ranking) {
  std::vector<ranking::Tier> tiers;
  for (const v1::Tier& tier : ranking) {
    ranking::Tier& options = tiers.emplace_back();
    for (const std::string& idea : tier.idea_ids()) options.push_back(*entry.option_of.Find(idea));
  }
  return tiers;
}

TierList ToTiers(const v1::Round& round, const std::vector<ranking::Tier>& tiers) {
  TierList list;
  for (const ranking::Tier& tier : tiers) {
    v1::Tier* row = list.Add();
    for (const ranking::OptionIndex option : tier) row->add_idea_ids(IdOf(round, option));
  }
  return list;
}

absl::Status CountBallots(const RoundUrn& urn, v1::Round& round) {
  const size_t options = OptionsOf(round);
  ranking::PairwiseCounts combined(options);
  uint64_t ballot_count = 0;
  for (const v1::RoundGroup& group : round.groups()) {
    ranking::PairwiseCounts counts(options);
    const auto* ballots = urn.ballots.Find(group.group_id());
    if (ballots != nullptr) {
      ranking::BatchCounter batch(counts);
      for (const auto& [voter, ballot] : *ballots) batch.Add(ballot, 1);
    }
    combined.Merge(counts, group.weight());
    ASSIGN_OR_RETURN(*round.add_rankings(), Rank(round, group.group_id(), counts));
    round.mutable_rankings()->rbegin()->set_ballot_count(counts.total_weight());
    ballot_count += counts.total_weight();
  }
  ASSIGN_OR_RETURN(*round.add_rankings(), Rank(round, "", combined));
  round.mutable_rankings()->rbegin()->set_ballot_count(ballot_count);
  round.set_ballot_count(ballot_count);
  if (!round.status_quo()) return absl::OkStatus();
  const auto status_quo = static_cast<ranking::OptionIndex>(round.idea_ids_size());
  for (const auto idea : ranking::BeatStatusQuo(combined.Matrix(), status_quo))
    round.add_beat_status_quo(IdOf(round, idea));
  return absl::OkStatus();
}

}  // namespace votum::ideas
