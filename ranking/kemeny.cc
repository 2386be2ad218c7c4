// Kemeny-Young: the order of all options with the least pairwise disagreement with the ballots,
// computed exactly.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/condorcet.h"
#include "ranking/families.h"
#include "ranking/method.h"
#include "ranking/tie_break.h"

namespace votum::ranking {
namespace {

// The maximum number of options for one dynamic program: 2^20 sets.
constexpr size_t kMaxTogether = 20;

// The best orders of one set of options, by dynamic programming over its subsets (the options still
// to be placed).
class BestOrders {
 public:
  // `options` are in the order that decides between equally good rankings.
  BestOrders(const PairwiseMatrix& matrix, std::vector<OptionIndex> options)
      : options_(std::move(options)), low_bits_(options_.size() / 2) {
    PrepareCosts(matrix);
    const size_t sets = size_t{1} << options_.size();
    least_.resize(sets);
    orders_.resize(sets, 1);
    for (size_t set = 1; set < sets; ++set) Solve(set);
  }

  int64_t disagreement() const { return least_.back(); }
  // The number of best orders; saturates.
  uint64_t count() const { return orders_.back(); }
  std::vector<OptionIndex> First() const {
    std::vector<OptionIndex> order;
    for (size_t set = least_.size() - 1; set != 0;) {
      size_t v = 0;
      while ((set >> v & 1) == 0 || Cost(v, set) + least_[set ^ (size_t{1} << v)] != least_[set])
        ++v;
      order.push_back(options_[v]);
      set ^= size_t{1} << v;
    }
    return order;
  }
  // The options that are first in some best order.
  std::vector<OptionIndex> Tops() const {
    std::vector<OptionIndex> tops;
    const size_t all = least_.size() - 1;
    for (size_t v = 0; v < options_.size(); ++v) {
      if (Cost(v, all) + least_[all ^ (size_t{1} << v)] == least_[all]) tops.push_back(options_[v]);
    }
    return tops;
  }

 private:
  // Ballots that disagree if v is ranked before all others of `set`: two table lookups.
  int64_t Cost(size_t v, size_t set) const {
    return low_[(v << low_bits_) + (set & ((size_t{1} << low_bits_) - 1))] +
           high_[(v << (options_.size() - low_bits_)) + (set >> low_bits_)];
  }

  void PrepareCosts(const PairwiseMatrix& matrix) {
    const size_t m = options_.size(), high_bits = m - low_bits_;
    low_.resize(m << low_bits_);
    high_.resize(m << high_bits);
    for (size_t v = 0; v < m; ++v) {
      auto fill = [&](std::vector<int64_t>& table, size_t bits, size_t offset) {
        for (size_t set = 1; set < size_t{1} << bits; ++set) {
          const auto u = static_cast<size_t>(__builtin_ctzll(set));
          const int64_t against =
              u + offset == v ? 0
                              : static_cast<int64_t>(matrix.at(options_[u + offset], options_[v]));
          table[(v << bits) + set] = table[(v << bits) + (set & (set - 1))] + against;
        }
      };
      fill(low_, low_bits_, 0);
      fill(high_, high_bits, low_bits_);
    }
  }

  void Solve(size_t set) {
    int64_t best = std::numeric_limits<int64_t>::max();
    uint64_t orders = 0;
    for (size_t rest = set; rest != 0; rest &= rest - 1) {
      const auto v = static_cast<size_t>(__builtin_ctzll(rest));
      const size_t without = set ^ (size_t{1} << v);
      const int64_t cost = Cost(v, set) + least_[without];
      if (cost > best) continue;
      if (cost < best) {
        best = cost;
        orders = 0;
      }
      if (__builtin_add_overflow(orders, orders_[without], &orders)) {
        orders = std::numeric_limits<uint64_t>::max();
      }
    }
    least_[set] = best;
    orders_[set] = orders;
  }

  std::vector<OptionIndex> options_;
  size_t low_bits_;
  std::vector<int64_t> low_, high_;
  std::vector<int64_t> least_;
  std::vector<uint64_t> orders_;
};

// Ballots that disagree with `order` in any pair, counted per pair.
int64_t Disagreement(const PairwiseMatrix& matrix, const std::vector<OptionIndex>& order) {
  int64_t sum = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    for (size_t j = i + 1; j < order.size(); ++j)
      sum += static_cast<int64_t>(matrix.at(order[j], order[i]));
  }
  return sum;
}

absl::StatusOr<Ranking> RunKemeny(const Call& call) {
  ASSIGN_OR_RETURN(const TieBreaker breaker, TieBreaker::Make(call));
  std::vector<OptionIndex> order;
  std::vector<OptionIndex> tops;
  uint64_t count = 1;
  // Where each option of one set beats each of another, every best order puts the first set first.
  for (const Tier& together : SmithSets(call.matrix())) {
    if (together.size() > kMaxTogether) {
      return Refuse(Reason::kTooManyOptions,
                    absl::StrCat("kemeny would have to order ", together.size(),
                                 " options that beat each other in a circle; it can do ",
                                 kMaxTogether, "; use ranked-pairs.margin or schulze.wv_lv"));
    }
    const BestOrders best(call.matrix(), breaker.Order(together));
    const std::vector<OptionIndex> part = best.First();
    order.insert(order.end(), part.begin(), part.end());
    if (tops.empty()) tops = best.Tops();
    if (__builtin_mul_overflow(count, best.count(), &count))
      count = std::numeric_limits<uint64_t>::max();
  }
  std::vector<Tier> tiers;
  for (OptionIndex option : order) tiers.push_back({option});
  Ranking ranking = RankingOf(std::move(tiers));
  if (count > 1) {
    TieEvent event = breaker.Event(order, absl::StrCat(count, " best orders"));
    event.changes_outcome = tops.size() > 1;
    ranking.ties.push_back(std::move(event));
  }
  ranking.details["min_disagreement"] = Disagreement(call.matrix(), order);
  ranking.details["optimal_orders"] = count;
  ranking.details["winners_of_all_optimal_orders"] = call.Ids(tops);
  if (call.explain()) {
    ranking.details["pairwise"] =
        call.Table([&](size_t a, size_t b) { return call.matrix().at(a, b); });
  }
  return ranking;
}

}  // namespace

std::vector<Method> KemenyMethods() {
  std::vector<ParamSpec> params = TieParams();
  params.push_back(UnrankedParam());
  return {{"kemeny", 1, Needs::kPairwise,
           "The order with which ballots disagree least, pair by pair; the number of equally good "
           "orders is reported.",
           "J. G. Kemeny, Daedalus 88 (1959); H. P. Young, A. Levenglick, SIAM J. Appl. Math. 35 "
           "(1978)",
           params, RunKemeny, kMaxTogether}};
}

}  // namespace votum::ranking
