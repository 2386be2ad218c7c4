#include "services/ideas/ranking/schulze.h"

#include <algorithm>

#include "services/ideas/ranking/families.h"
#include "services/ideas/ranking/method.h"
#include "services/ideas/ranking/widest_paths.h"

namespace votum::ranking {

LinkStrength StrengthOf(const PairwiseMatrix& matrix, size_t a, size_t b, Strength strength) {
  if (!matrix.beats(a, b)) return {0, 0};
  const auto for_a = static_cast<int64_t>(matrix.at(a, b));
  const auto for_b = static_cast<int64_t>(matrix.at(b, a));
  if (strength == Strength::kMargin) return {for_a - for_b, 0};
  if (strength == Strength::kWinningVotes) return {for_a, 0};
  return {for_a, -for_b};
}

StrongestPaths::StrongestPaths(const PairwiseMatrix& matrix, Strength strength)
    : n_(matrix.options()), links_(n_ * n_), strengths_{{0, 0}} {
  for (size_t a = 0; a < n_; ++a) {
    for (size_t b = 0; b < n_; ++b) {
      if (matrix.beats(a, b)) strengths_.push_back(StrengthOf(matrix, a, b, strength));
    }
  }
  std::sort(strengths_.begin() + 1, strengths_.end());
  strengths_.erase(std::unique(strengths_.begin() + 1, strengths_.end()), strengths_.end());
  for (size_t a = 0; a < n_; ++a) {
    for (size_t b = 0; b < n_; ++b) {
      if (!matrix.beats(a, b)) continue;
      const auto place = std::lower_bound(strengths_.begin() + 1, strengths_.end(),
                                          StrengthOf(matrix, a, b, strength));
      links_[a * n_ + b] = static_cast<uint32_t>(place - strengths_.begin());
    }
  }
  levels_ = links_;
  WidestPaths(n_, static_cast<uint32_t>(strengths_.size() - 1), levels_);
}

std::vector<OptionIndex> StrongestPaths::Witness(size_t a, size_t b) const {
  const uint32_t least = level(a, b);
  if (least == 0 || a == b) return {};
  std::vector<OptionIndex> from(n_, static_cast<OptionIndex>(n_));
  std::vector<OptionIndex> queue = {static_cast<OptionIndex>(a)};
  from[a] = static_cast<OptionIndex>(a);
  for (size_t head = 0; from[b] == n_; ++head) {
    const OptionIndex at = queue[head];
    for (size_t next = 0; next < n_; ++next) {
      if (from[next] != n_ || links_[at * n_ + next] < least) continue;
      from[next] = at;
      queue.push_back(static_cast<OptionIndex>(next));
    }
  }
  std::vector<OptionIndex> path = {static_cast<OptionIndex>(b)};
  while (path.back() != a) path.push_back(from[path.back()]);
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<Tier> StrongestPaths::Tiers() const {
  std::vector<size_t> defeats(n_);
  for (size_t a = 0; a < n_; ++a) {
    for (size_t b = 0; b < n_; ++b) defeats[b] += level(a, b) > level(b, a) ? 1 : 0;
  }
  std::vector<Tier> tiers;
  Tier tier;
  for (size_t i = 0; i < n_; ++i) {
    if (defeats[i] == 0) tier.push_back(static_cast<OptionIndex>(i));
  }
  while (!tier.empty()) {
    Tier next;
    for (OptionIndex out : tier) {
      for (size_t b = 0; b < n_; ++b) {
        if (level(out, b) > level(b, out) && --defeats[b] == 0)
          next.push_back(static_cast<OptionIndex>(b));
      }
    }
    std::sort(next.begin(), next.end());
    tiers.push_back(std::move(tier));
    tier = std::move(next);
  }
  return tiers;
}

namespace {

Json PathTable(const Call& call, const StrongestPaths& paths, Strength strength) {
  return call.Table([&](size_t a, size_t b) -> Json {
    const LinkStrength value = a == b ? LinkStrength{0, 0} : paths.strength(a, b);
    if (strength == Strength::kWinningVotesLosingVotes)
      return Json::array({value.first, value.second});
    return value.first;
  });
}

Json WitnessPaths(const Call& call, const StrongestPaths& paths) {
  Json list = Json::array();
  for (size_t a = 0; a < call.options(); ++a) {
    for (size_t b = 0; b < call.options(); ++b) {
      if (a == b || paths.level(a, b) == 0) continue;
      list.push_back({{"from", call.Id(static_cast<OptionIndex>(a))},
                      {"to", call.Id(static_cast<OptionIndex>(b))},
                      {"strength", paths.strength(a, b).first},
                      {"path", call.Ids(paths.Witness(a, b))}});
    }
  }
  return list;
}

template <Strength strength>
absl::StatusOr<Ranking> RunSchulze(const Call& call) {
  const StrongestPaths paths(call.matrix(), strength);
  Ranking ranking = RankingOf(paths.Tiers());
  if (call.explain()) {
    ranking.details["pairwise"] =
        call.Table([&](size_t a, size_t b) { return call.matrix().at(a, b); });
    ranking.details["strongest_paths"] = PathTable(call, paths, strength);
    ranking.details["paths"] = WitnessPaths(call, paths);
  }
  return ranking;
}

}  // namespace

std::vector<Method> SchulzeMethods() {
  const std::string source = "M. Schulze, Social Choice and Welfare 36 (2011) 267-303";
  return {
      {"schulze.wv_lv",
       1,
       Needs::kPairwise,
       "Strongest paths; victories by more votes for, then fewer against. The default: fewest "
       "ties.",
       source,
       {UnrankedParam()},
       RunSchulze<Strength::kWinningVotesLosingVotes>},
      {"schulze.wv",
       1,
       Needs::kPairwise,
       "Strongest paths; victories by votes for.",
       source,
       {UnrankedParam()},
       RunSchulze<Strength::kWinningVotes>},
      {"schulze.margin",
       1,
       Needs::kPairwise,
       "Strongest paths; victories by difference.",
       source,
       {UnrankedParam()},
       RunSchulze<Strength::kMargin>},
  };
}

}  // namespace votum::ranking
