// Counts in which every elected candidate keeps a part of each ballot: Meek (PR Foundation
// reference rule) and Warren. All votes are whole numbers of 10^-9, rounded as the reference rule
// says; nothing depends on the order of ballots.
#ifndef VOTUM_RANKING_KEEP_COUNT_H_
#define VOTUM_RANKING_KEEP_COUNT_H_

#include <functional>
#include <string>
#include <vector>

#include "ranking/ballots.h"
#include "ranking/decimal.h"

namespace votum::ranking {

inline constexpr int kKeepDigits = 9;
inline constexpr int64_t kKeepUnit = 1000000000;

enum class KeepRule {
  kMeek,    // a candidate keeps the fraction kf of the weight that reaches it
  kWarren,  // a candidate keeps the same amount kf of every ballot, or all of it where less is left
};

struct KeepRound {
  std::vector<OptionIndex> elected;  // in this round
  int excluded = -1;                 // option, or -1
  int iterations = 0;
  std::vector<int128> votes;  // at the end of the round
  std::vector<int64_t> keep;  // keep factors with which they were counted
  int128 quota = 0;
  int128 surplus = 0;
  int128 exhausted = 0;
};

struct KeepTie {
  std::vector<OptionIndex> tied;
  std::string stage;
  OptionIndex chosen = 0;
};

struct KeepResult {
  // False if a round did not come to its end within 100,000 iterations; the rest is then void.
  bool settled = true;
  int128 quota = 0;  // of the last round
  std::vector<OptionIndex> elected;
  std::vector<OptionIndex> excluded;
  std::vector<KeepRound> rounds;
  std::vector<KeepTie> ties;
};

using KeepLot = std::function<OptionIndex(const std::vector<OptionIndex>& tied)>;

// Counts `ballots` (without tied preferences) for `seats` seats (at least 1). `lot` chooses the
// candidate to exclude.
KeepResult CountKeeping(const RankedBallots& ballots, int seats, KeepRule rule, const KeepLot& lot);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_KEEP_COUNT_H_
