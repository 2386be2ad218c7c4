// Ranked Pairs (T. N. Tideman, Social Choice and Welfare 4, 1987): lock victories, the strongest
// first, unless one closes a cycle with those locked before.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ranking/families.h"
#include "ranking/method.h"
#include "ranking/schulze.h"
#include "ranking/tie_break.h"

namespace votum::ranking {
namespace {

struct Pair {
  OptionIndex winner;
  OptionIndex loser;
  LinkStrength strength;
};

// The locked pairs and all pairs that follow from them.
class Locked {
 public:
  explicit Locked(size_t n)
      : n_(n), words_((n + 63) / 64), below_(n * words_), above_(n * words_) {}

  bool Reaches(size_t from, size_t to) const { return Bit(below_, from, to); }
  // Locks the pair; it must not close a cycle. Each pair of options becomes ordered only once,
  // however many pairs are locked, so all calls together take n^2 steps of n/64 words.
  void Lock(size_t winner, size_t loser) {
    if (Reaches(winner, loser)) return;
    OrderAbove(winner, loser);
    ForEachBit(above_, winner, [&](size_t x) {
      if (!Reaches(x, loser)) OrderAbove(x, loser);
    });
  }
  std::vector<OptionIndex> Undefeated() const {
    std::vector<OptionIndex> top;
    for (size_t i = 0; i < n_; ++i) {
      const auto* row = &above_[i * words_];
      if (std::all_of(row, row + words_, [](uint64_t word) { return word == 0; })) {
        top.push_back(static_cast<OptionIndex>(i));
      }
    }
    return top;
  }
  // Repeatedly, the options that no remaining option defeats.
  std::vector<Tier> Tiers() const {
    std::vector<size_t> above(n_);
    for (size_t b = 0; b < n_; ++b) {
      ForEachBit(above_, b, [&](size_t) { ++above[b]; });
    }
    std::vector<Tier> tiers;
    for (size_t placed = 0; placed < n_; placed += tiers.back().size()) {
      Tier tier;
      for (size_t i = 0; i < n_; ++i) {
        if (above[i] == 0) tier.push_back(static_cast<OptionIndex>(i));
      }
      for (OptionIndex out : tier) {
        above[out] = n_;  // never again
        ForEachBit(below_, out, [&](size_t b) { --above[b]; });
      }
      tiers.push_back(std::move(tier));
    }
    return tiers;
  }

 private:
  using Bits = std::vector<uint64_t>;

  bool Bit(const Bits& bits, size_t row, size_t column) const {
    return (bits[row * words_ + column / 64] >> (column % 64) & 1) != 0;
  }
  template <typename F>
  void ForEachBit(const Bits& bits, size_t row, F&& f) const {
    for (size_t w = 0; w < words_; ++w) {
      for (uint64_t word = bits[row * words_ + w]; word != 0; word &= word - 1) {
        f(w * 64 + static_cast<size_t>(__builtin_ctzll(word)));
      }
    }
  }
  void Set(Bits& bits, size_t row, size_t column) {
    bits[row * words_ + column / 64] |= uint64_t{1} << (column % 64);
  }

  // Puts `x` above `loser` and above all that is below `loser`.
  void OrderAbove(size_t x, size_t loser) {
    Set(below_, x, loser);
    Set(above_, loser, x);
    for (size_t w = 0; w < words_; ++w) {
      uint64_t added = below_[loser * words_ + w] & ~below_[x * words_ + w];
      below_[x * words_ + w] |= added;
      for (; added != 0; added &= added - 1) {
        Set(above_, w * 64 + static_cast<size_t>(__builtin_ctzll(added)), x);
      }
    }
  }

  size_t n_, words_;
  Bits below_;  // row i: options below i
  Bits above_;  // row i: options above i
};

// The pairs of `group` (all of one strength) whose fate depends on their order: those that locked
// pairs do not exclude and that lie on a cycle which the group could close. Pairs on no such cycle
// are locked.
std::vector<Pair> LockFreePairs(const std::vector<Pair>& group, Locked& locked) {
  std::vector<Pair> open;
  for (const Pair& pair : group) {
    if (!locked.Reaches(pair.loser, pair.winner)) open.push_back(pair);
  }
  // A path back from the loser to the winner over locked and open pairs would close a cycle.
  auto on_cycle = [&](const Pair& pair) {
    std::set<OptionIndex> seen = {pair.loser};
    std::vector<OptionIndex> queue = {pair.loser};
    while (!queue.empty()) {
      const OptionIndex at = queue.back();
      queue.pop_back();
      if (at == pair.winner || locked.Reaches(at, pair.winner)) return true;
      for (const Pair& next : open) {
        if ((next.winner == at || locked.Reaches(at, next.winner)) &&
            seen.insert(next.loser).second) {
          queue.push_back(next.loser);
        }
      }
    }
    return false;
  };
  std::vector<Pair> bound, free;
  for (const Pair& pair : open) (on_cycle(pair) ? bound : free).push_back(pair);
  for (const Pair& pair : free) locked.Lock(pair.winner, pair.loser);
  return bound;
}

// All options that win under some order of pairs of equal strength; nullopt if there are too many
// orders.
class AllOrders {
 public:
  explicit AllOrders(const std::vector<std::vector<Pair>>& groups) : groups_(groups) {}

  std::optional<std::set<OptionIndex>> Winners(size_t n) {
    Explore(0, Locked(n));
    if (budget_ == 0) return std::nullopt;
    return winners_;
  }

 private:
  static constexpr size_t kMaxBound = 6;

  void Explore(size_t group, Locked locked) {
    std::vector<Pair> bound;
    for (; group < groups_.size() && bound.empty(); ++group) {
      bound =
          groups_[group].size() == 1 ? std::vector<Pair>() : LockFreePairs(groups_[group], locked);
      if (groups_[group].size() == 1) {
        const Pair& pair = groups_[group].front();
        if (!locked.Reaches(pair.loser, pair.winner)) locked.Lock(pair.winner, pair.loser);
      }
    }
    if (bound.empty()) {
      for (OptionIndex option : locked.Undefeated()) winners_.insert(option);
      return;
    }
    if (bound.size() > kMaxBound) budget_ = 0;
    std::vector<size_t> order(bound.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    do {
      if (budget_ == 0) return;
      --budget_;
      Locked next = locked;
      for (size_t i : order) {
        if (!next.Reaches(bound[i].loser, bound[i].winner))
          next.Lock(bound[i].winner, bound[i].loser);
      }
      Explore(group, std::move(next));
    } while (std::next_permutation(order.begin(), order.end()));
  }

  const std::vector<std::vector<Pair>>& groups_;
  size_t budget_ = 5000;
  std::set<OptionIndex> winners_;
};

// All victories by strength, the strongest first; those of one strength together, in the order that
// decides ties.
std::vector<std::vector<Pair>> Groups(const PairwiseMatrix& matrix, Strength strength,
                                      const TieBreaker& breaker) {
  std::vector<Pair> pairs;
  for (size_t a = 0; a < matrix.options(); ++a) {
    for (size_t b = 0; b < matrix.options(); ++b) {
      if (!matrix.beats(a, b)) continue;
      pairs.push_back({static_cast<OptionIndex>(a), static_cast<OptionIndex>(b),
                       StrengthOf(matrix, a, b, strength)});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) {
    return std::make_tuple(b.strength, breaker.place(a.winner), breaker.place(a.loser)) <
           std::make_tuple(a.strength, breaker.place(b.winner), breaker.place(b.loser));
  });
  std::vector<std::vector<Pair>> groups;
  for (const Pair& pair : pairs) {
    if (groups.empty() || groups.back().front().strength != pair.strength) groups.emplace_back();
    groups.back().push_back(pair);
  }
  return groups;
}

// A locked path from `from` to `to`, both included.
std::vector<OptionIndex> PathOf(const std::vector<std::vector<OptionIndex>>& locked,
                                OptionIndex from, OptionIndex to) {
  std::map<OptionIndex, OptionIndex> before = {{from, from}};
  std::vector<OptionIndex> queue = {from};
  for (size_t head = 0; head < queue.size() && before.count(to) == 0; ++head) {
    for (OptionIndex next : locked[queue[head]]) {
      if (before.emplace(next, queue[head]).second) queue.push_back(next);
    }
  }
  std::vector<OptionIndex> path = {to};
  while (path.back() != from) path.push_back(before.at(path.back()));
  std::reverse(path.begin(), path.end());
  return path;
}

// The maximum number of options for which the path that a skipped pair would have closed is
// searched.
constexpr size_t kMaxReasons = 100;

struct Locking {
  Locked locked;
  Json locked_list = Json::array();
  Json skipped_list = Json::array();
};

Locking LockAll(const Call& call, const std::vector<std::vector<Pair>>& groups) {
  Locking result{Locked(call.options())};
  std::vector<std::vector<OptionIndex>> edges(call.options());
  for (const std::vector<Pair>& group : groups) {
    for (const Pair& pair : group) {
      Json row = Json::array({call.Id(pair.winner), call.Id(pair.loser)});
      if (result.locked.Reaches(pair.loser, pair.winner)) {
        if (call.explain() && call.options() <= kMaxReasons) {
          row = {{"pair", std::move(row)},
                 {"strength", pair.strength.first},
                 {"because", call.Ids(PathOf(edges, pair.loser, pair.winner))}};
        }
        result.skipped_list.push_back(std::move(row));
        continue;
      }
      result.locked.Lock(pair.winner, pair.loser);
      if (!call.explain()) continue;
      edges[pair.winner].push_back(pair.loser);
      result.locked_list.push_back({{"pair", std::move(row)}, {"strength", pair.strength.first}});
    }
  }
  return result;
}

void AddTies(const Call& call, const std::vector<std::vector<Pair>>& groups,
             const TieBreaker& breaker, const std::optional<std::set<OptionIndex>>& all,
             const std::vector<OptionIndex>& winners, Ranking& ranking) {
  Locked locked(call.options());
  for (const std::vector<Pair>& group : groups) {
    const std::vector<Pair> bound = group.size() > 1 && group.size() < 1000
                                        ? LockFreePairs(group, locked)
                                        : std::vector<Pair>();
    for (const Pair& pair : group) {
      if (!locked.Reaches(pair.loser, pair.winner)) locked.Lock(pair.winner, pair.loser);
    }
    if (bound.empty()) continue;
    std::set<OptionIndex> options;
    for (const Pair& pair : bound) {
      options.insert(pair.winner);
      options.insert(pair.loser);
    }
    TieEvent event =
        breaker.Event({options.begin(), options.end()},
                      absl::StrCat("pairs of strength ", group.front().strength.first));
    if (all) event.changes_outcome = *all != std::set<OptionIndex>(winners.begin(), winners.end());
    ranking.ties.push_back(std::move(event));
  }
}

template <Strength strength>
absl::StatusOr<Ranking> RunRankedPairs(const Call& call) {
  ASSIGN_OR_RETURN(const TieBreaker breaker, TieBreaker::Make(call));
  const std::vector<std::vector<Pair>> groups = Groups(call.matrix(), strength, breaker);
  Locking locking = LockAll(call, groups);
  Ranking ranking = RankingOf(locking.locked.Tiers());
  bool strength_ties = false;
  for (const std::vector<Pair>& group : groups) strength_ties |= group.size() > 1;
  ranking.details["strength_ties"] = strength_ties;
  // The search over orders is meant for councils, not for a thousand ideas.
  std::optional<std::set<OptionIndex>> all;
  if (call.options() <= 64) all = AllOrders(groups).Winners(call.options());
  ranking.details["winners_of_all_orders"] =
      all ? call.Ids(std::vector<OptionIndex>(all->begin(), all->end())) : Json();
  if (call.options() <= 64) AddTies(call, groups, breaker, all, ranking.winners, ranking);
  ranking.details["skipped"] = std::move(locking.skipped_list);
  if (call.explain()) {
    ranking.details["locked"] = std::move(locking.locked_list);
    ranking.details["pairwise"] =
        call.Table([&](size_t a, size_t b) { return call.matrix().at(a, b); });
  }
  return ranking;
}

}  // namespace

std::vector<Method> RankedPairsMethods() {
  std::vector<ParamSpec> params = TieParams();
  params.push_back(UnrankedParam());
  const std::string source =
      "T. N. Tideman, Social Choice and Welfare 4 (1987); ties: T. M. Zavist, T. N. Tideman, ibid. "
      "6 (1989)";
  return {
      {"ranked-pairs.margin", 1, Needs::kPairwise,
       "Locks victories by difference, greatest first, unless one closes a cycle; equal ones in "
       "the order of ties.",
       source, params, RunRankedPairs<Strength::kMargin>},
      {"ranked-pairs.wv", 1, Needs::kPairwise,
       "Locks victories by votes for, most first, unless one closes a cycle; equal ones in the "
       "order of ties.",
       source, params, RunRankedPairs<Strength::kWinningVotesLosingVotes>},
  };
}

}  // namespace votum::ranking
