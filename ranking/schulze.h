// The Schulze method (M. Schulze, Social Choice and Welfare 36, 2011): an option ranks above
// another if its strongest path to it is stronger than the one back. A path is a chain of pairwise
// victories, as strong as its weakest link.
#ifndef VOTUM_RANKING_SCHULZE_H_
#define VOTUM_RANKING_SCHULZE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "ranking/ballots.h"
#include "ranking/pairwise.h"

namespace votum::ranking {

// Measures of the strength of a victory of a over b. They agree if each ballot ranks all options
// strictly.
enum class Strength {
  kWinningVotesLosingVotes,  // more for; if equal, fewer against (Schulze's own order, the finest)
  kWinningVotes,             // more for
  kMargin,                   // greater difference
};

// Strength of one victory as numbers to compare: (for, -against), (for, 0) or (margin, 0); (0, 0)
// is no victory.
using LinkStrength = std::pair<int64_t, int64_t>;
LinkStrength StrengthOf(const PairwiseMatrix& matrix, size_t a, size_t b, Strength strength);

// Strengths of the strongest paths.
class StrongestPaths {
 public:
  // Uses up to `threads` threads (at least 1); the result does not depend on their number.
  StrongestPaths(const PairwiseMatrix& matrix, Strength strength, size_t threads = 1);

  size_t options() const { return n_; }
  // Place of the strength of a's strongest path to b among all strengths of victories, ascending
  // from 1; 0: no path.
  uint32_t level(size_t a, size_t b) const { return levels_[a * n_ + b]; }
  // The strength itself.
  LinkStrength strength(size_t a, size_t b) const { return strengths_[level(a, b)]; }
  // Options from a to b along one strongest path, both included; empty where there is none.
  // Computed from the levels: the fewest steps over victories at least as strong as the path.
  std::vector<OptionIndex> Witness(size_t a, size_t b) const;
  // Tiers: repeatedly, the options that no remaining option defeats, without recomputing paths.
  std::vector<Tier> Tiers() const;

 private:
  size_t n_;
  std::vector<uint32_t> links_;   // level of each victory
  std::vector<uint32_t> levels_;  // level of each strongest path
  std::vector<LinkStrength> strengths_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_SCHULZE_H_
