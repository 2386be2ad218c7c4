// Majorities between pairs: Condorcet winner, Smith sets, Copeland and Minimax scores.
#ifndef VOTUM_RANKING_CONDORCET_H_
#define VOTUM_RANKING_CONDORCET_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "ranking/ballots.h"
#include "ranking/pairwise.h"

namespace votum::ranking {

// The option that beats every other by strict majority.
std::optional<OptionIndex> CondorcetWinner(const PairwiseMatrix& matrix);

// Victories minus defeats of each option (ties count 0).
std::vector<int64_t> CopelandScores(const PairwiseMatrix& matrix);

// All options in successive Smith sets: the smallest set of which each member beats every outsider,
// then the same among the others, and so on. Each tier is sorted.
std::vector<Tier> SmithSets(const PairwiseMatrix& matrix);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_CONDORCET_H_
