#include "ranking/condorcet.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "ranking/families.h"
#include "ranking/method.h"

namespace votum::ranking {

std::optional<OptionIndex> CondorcetWinner(const PairwiseMatrix& matrix) {
  for (size_t a = 0; a < matrix.options(); ++a) {
    size_t beaten = 0;
    while (beaten < matrix.options() && (beaten == a || matrix.beats(a, beaten))) ++beaten;
    if (beaten == matrix.options()) return static_cast<OptionIndex>(a);
  }
  return std::nullopt;
}

std::vector<int64_t> CopelandScores(const PairwiseMatrix& matrix) {
  std::vector<int64_t> scores(matrix.options());
  for (size_t a = 0; a < matrix.options(); ++a) {
    for (size_t b = 0; b < matrix.options(); ++b) {
      scores[a] += (matrix.beats(a, b) ? 1 : 0) - (matrix.beats(b, a) ? 1 : 0);
    }
  }
  return scores;
}

std::vector<Tier> SmithSets(const PairwiseMatrix& matrix) {
  // A member of the Smith set has a higher Copeland score than any outsider, so the sets are runs
  // of that order. A run ends where every option so far beats every later option.
  const std::vector<int64_t> scores = CopelandScores(matrix);
  std::vector<OptionIndex> order;
  for (const Tier& tier : TiersByScore(scores)) order.insert(order.end(), tier.begin(), tier.end());
  const size_t n = order.size();
  std::vector<size_t> last_not_beaten(n);  // by the option at this place, among later ones
  for (size_t i = 0; i < n; ++i) {
    last_not_beaten[i] = i;
    for (size_t j = n; j-- > i + 1;) {
      if (!matrix.beats(order[i], order[j])) {
        last_not_beaten[i] = j;
        break;
      }
    }
  }
  std::vector<Tier> sets;
  size_t reach = 0;
  for (size_t i = 0, begin = 0; i < n; ++i) {
    reach = std::max(reach, last_not_beaten[i]);
    if (reach > i) continue;
    sets.emplace_back(order.begin() + begin, order.begin() + i + 1);
    std::sort(sets.back().begin(), sets.back().end());
    begin = i + 1;
  }
  return sets;
}

namespace {

void ExplainPairs(const Call& call, Ranking& ranking) {
  if (!call.explain()) return;
  ranking.details["pairwise"] =
      call.Table([&](size_t a, size_t b) { return call.matrix().at(a, b); });
}

absl::StatusOr<Ranking> RunCondorcet(const Call& call) {
  Ranking ranking = RankingOf(SmithSets(call.matrix()));
  const std::optional<OptionIndex> winner = CondorcetWinner(call.matrix());
  ranking.details["condorcet_winner"] = winner ? call.Id(*winner) : Json();
  ranking.details["smith_set"] = call.Ids(ranking.tiers.front());
  ranking.details["pairwise"] =
      call.Table([&](size_t a, size_t b) { return call.matrix().at(a, b); });
  return ranking;
}

absl::StatusOr<Ranking> RunCopeland(const Call& call) {
  const std::vector<int64_t> scores = CopelandScores(call.matrix());
  Ranking ranking = RankingOf(TiersByScore(scores));
  ranking.details["scores"] = call.PerOption([&](size_t i) { return scores[i]; });
  ExplainPairs(call, ranking);
  return ranking;
}

// The worst pairwise result of each option; the option with the least bad one wins.
enum class Defeat { kWinningVotes, kMargin, kOpposition };

int64_t DefeatOf(const PairwiseMatrix& matrix, size_t option, size_t by, Defeat measure) {
  if (measure == Defeat::kMargin) return matrix.margin(by, option);
  if (measure == Defeat::kWinningVotes && !matrix.beats(by, option)) return 0;
  return static_cast<int64_t>(matrix.at(by, option));
}

template <Defeat measure>
absl::StatusOr<Ranking> RunMinimax(const Call& call) {
  const size_t n = call.options();
  std::vector<int64_t> worst(n, 0), badness(n);
  std::vector<size_t> by(n);
  for (size_t a = 0; a < n; ++a) {
    for (size_t b = 0, first = 1; b < n; ++b) {
      if (a == b) continue;
      const int64_t defeat = DefeatOf(call.matrix(), a, b, measure);
      if (first || defeat > worst[a]) {
        worst[a] = defeat;
        by[a] = b;
      }
      first = 0;
    }
    badness[a] = -worst[a];
  }
  Ranking ranking = RankingOf(TiersByScore(badness));
  ranking.details["scores"] = call.PerOption([&](size_t i) { return worst[i]; });
  if (call.explain() && n > 1) {
    ranking.details["worst_pair"] =
        call.PerOption([&](size_t i) { return call.Id(static_cast<OptionIndex>(by[i])); });
  }
  ExplainPairs(call, ranking);
  return ranking;
}

absl::StatusOr<Ranking> RunBordaSymmetric(const Call& call) {
  std::vector<int64_t> scores(call.options());
  for (size_t a = 0; a < call.options(); ++a) {
    for (size_t b = 0; b < call.options(); ++b) scores[a] += call.matrix().margin(a, b);
  }
  Ranking ranking = RankingOf(TiersByScore(scores));
  ranking.details["scores"] = call.PerOption([&](size_t i) { return scores[i]; });
  ExplainPairs(call, ranking);
  return ranking;
}

absl::StatusOr<Ranking> RunBordaModified(const Call& call) {
  // An option gets one point for being ranked and one for each option ranked behind it. Options of
  // a tied group get the mean, so scores are doubled.
  const PairwiseCounts& counts = call.counts();
  std::vector<int64_t> doubled(call.options());
  for (size_t a = 0; a < call.options(); ++a) {
    doubled[a] = 2 * static_cast<int64_t>(counts.ranked(a));
    for (size_t b = 0; b < call.options(); ++b) {
      doubled[a] += static_cast<int64_t>(2 * counts.before(a, b) + counts.tied(a, b));
    }
  }
  Ranking ranking = RankingOf(TiersByScore(doubled));
  ranking.details["scores"] = call.PerOption([&](size_t i) -> Json {
    if (doubled[i] % 2 == 0) return doubled[i] / 2;
    return absl::StrCat(doubled[i], "/2");
  });
  return ranking;
}

}  // namespace

ParamSpec UnrankedParam() {
  return {"unranked", "bottom", "bottom|not-compared",
          "options that a ballot does not rank stand tied below the others, or are not compared"};
}

std::vector<Method> PairwiseScoreMethods() {
  const std::vector<ParamSpec> params = {UnrankedParam()};
  return {
      {"condorcet", 1, Needs::kPairwise,
       "Successive Smith sets; names the Condorcet winner (beats every other) and gives the "
       "pairwise matrix.",
       "Condorcet, Essai (1785); J. H. Smith, Econometrica 41 (1973)", params, RunCondorcet},
      {"copeland", 1, Needs::kPairwise, "Pairwise victories minus defeats.",
       "A. H. Copeland, Michigan seminar (1951); Llull (1299)", params, RunCopeland},
      {"minimax.wv", 1, Needs::kPairwise,
       "The option whose worst defeat has the fewest votes for the victor.",
       "P. B. Simpson (1969); G. Kramer (1977)", params, RunMinimax<Defeat::kWinningVotes>},
      {"minimax.margin", 1, Needs::kPairwise,
       "The option whose worst defeat has the least margin; undefeated options compare by their "
       "narrowest victory.",
       "P. B. Simpson (1969); G. Kramer (1977)", params, RunMinimax<Defeat::kMargin>},
      {"minimax.opposition", 1, Needs::kPairwise,
       "The option with the least greatest opposition in any pair.",
       "P. B. Simpson (1969); G. Kramer (1977)", params, RunMinimax<Defeat::kOpposition>},
      {"borda.symmetric", 1, Needs::kPairwise,
       "Sum of margins: ranks as points m-1..0 do, with tied and unranked options sharing theirs.",
       "J.-C. de Borda (1784); symmetric treatment of ties: D. Black (1976)", params,
       RunBordaSymmetric},
      {"borda.modified",
       1,
       Needs::kPairwise,
       "A ballot of k preferences gives k..1 points, and 0 to the others.",
       "P. Emerson, Social Choice and Welfare 40 (2013); de Borda Institute",
       {},
       RunBordaModified},
  };
}

}  // namespace votum::ranking
