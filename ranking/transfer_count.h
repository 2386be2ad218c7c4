// Counts in which ballot papers pass from candidate to candidate at a value: the Scottish rules
// (weighted inclusive Gregory, SSI 2011/399 Schedule 1, rules 45-52) and the PR Foundation's
// reference WIGM.
#ifndef VOTUM_RANKING_TRANSFER_COUNT_H_
#define VOTUM_RANKING_TRANSFER_COUNT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ranking/ballots.h"
#include "ranking/decimal.h"

namespace votum::ranking {

// The differences between the two rule books.
struct TransferRules {
  // Votes are whole numbers of 10^-digits.
  int digits;
  int64_t unit;
  // The quota is floor(votes / (seats+1)) + 1 whole votes; otherwise to the last digit, plus one
  // unit of it.
  bool whole_quota;
  // value * surplus is truncated to `digits` before it is divided by the candidate's votes.
  bool cut_product;
  // A candidate with exactly the quota has a (zero) surplus whose transfer is a stage.
  bool transfer_zero_surplus;
  // Ties are decided by the most recent earlier stage at which the tied had unequal votes, before
  // any lot.
  bool ties_by_history;
  // The count may end after an exclusion, before the papers are transferred.
  bool stop_before_transfer;
};
extern const TransferRules kScottish2011;
extern const TransferRules kWigmPrf;

// One stage of the count, with the votes at its end.
struct TransferStage {
  std::string action;      // "first preferences", "surplus", "exclude"
  OptionIndex option = 0;  // whose surplus, or who is excluded
  std::vector<int64_t> votes;
  std::vector<int64_t> received;  // votes that each candidate got in this stage
  // Value of papers that name no continuing candidate, and what truncation lost; up to and
  // including this stage. With the votes they add up to the valid papers.
  int64_t nontransferable = 0;
  int64_t lost_to_rounding = 0;
  std::vector<OptionIndex> elected;  // in this stage, most votes first
};

// A choice that the rules leave to history or a lot.
struct TransferTie {
  std::vector<OptionIndex> tied;
  std::string stage;
  bool by_history = false;
  OptionIndex chosen = 0;
};

struct TransferResult {
  int64_t quota = 0;
  int64_t valid = 0;                  // ballots with a preference
  std::vector<OptionIndex> elected;   // in order
  std::vector<OptionIndex> excluded;  // in order
  std::vector<TransferStage> stages;
  std::vector<TransferTie> ties;
};

// Chooses which of several tied candidates to exclude, or whose surplus to transfer first.
using TransferLot =
    std::function<OptionIndex(const std::vector<OptionIndex>& tied, bool exclusion)>;

// Counts `ballots` (without tied preferences) for `seats` seats (at least 1).
TransferResult CountTransfers(const RankedBallots& ballots, int seats, const TransferRules& rules,
                              const TransferLot& lot);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_TRANSFER_COUNT_H_
