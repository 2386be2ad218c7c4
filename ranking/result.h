// Result of a method: tiers, winners, every tie it met, and the explanation.
#ifndef VOTUM_RANKING_RESULT_H_
#define VOTUM_RANKING_RESULT_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "ranking/ballots.h"

namespace votum::ranking {

using Json = nlohmann::ordered_json;

// Options that the rule itself could not separate, and how the tie was handled.
struct TieEvent {
  // Sorted by index.
  std::vector<OptionIndex> tied;
  // The place in the count, e.g. "exclusion at stage 5", "rank 2".
  std::string stage;
  // "shared rank" (left tied), "history" (an earlier stage decided), "lot" (seeded), "manual"
  // (order given as parameter), "option order" (neither seed nor order given), or a rule of the
  // method ("most votes").
  std::string rule;
  // In the order decided, the favoured first; empty where left tied.
  std::vector<OptionIndex> decided;
  // The lot's seed, for rule "lot".
  std::string seed;
  // Whether another decision would have given other winners; nullopt if that was not computed (too
  // many cases).
  std::optional<bool> changes_outcome;
};

struct Ranking {
  // Best first; options of one tier are tied. Covers all options, except for methods that rank only
  // some.
  std::vector<Tier> tiers;
  // The winners (single-winner methods: the first tier), elected candidates or funded projects; in
  // the order of the method.
  std::vector<OptionIndex> winners;
  std::vector<TieEvent> ties;
  // The explanation. Option ids as in the file.
  Json details = Json::object();
  // Members next to "ranking" in the output: "elected", "quota", "stages" of STV, "funded" of
  // budgets.
  Json extra = Json::object();
};

// Sorts options into tiers by `score`, the highest first. Any type with < and ==.
template <typename Score>
std::vector<Tier> TiersByScore(const std::vector<Score>& scores) {
  std::vector<OptionIndex> order(scores.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<OptionIndex>(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](OptionIndex a, OptionIndex b) { return scores[b] < scores[a]; });
  std::vector<Tier> tiers;
  for (OptionIndex option : order) {
    if (tiers.empty() || scores[option] < scores[tiers.back().front()]) tiers.emplace_back();
    tiers.back().push_back(option);
  }
  return tiers;
}

// A ranking of `tiers` whose first tier wins; each tier of several options is a tie of rule "shared
// rank".
Ranking RankingOf(std::vector<Tier> tiers);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_RESULT_H_
