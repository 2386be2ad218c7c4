// The Method of Equal Shares (D. Peters, M. Skowron, EC 2020; Peters, Pierczynski, Skowron, NeurIPS
// 2021).
//
// Every voter gets an equal share of the budget. A project whose supporters can pay for it has a
// price: the least rho such that everybody pays rho per unit of utility, or all that is left. The
// project of the least price is bought, and so on. Prices are compared in floating point with a
// bound on its error; where the bound does not separate them, exactly.
#ifndef VOTUM_RANKING_EQUAL_SHARES_H_
#define VOTUM_RANKING_EQUAL_SHARES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ranking/budget_problem.h"
#include "ranking/exact_sums.h"

namespace votum::ranking {

// What a supported project is worth to a voter.
enum class Utility { kCost, kCardinality, kScore };

class EqualShares {
 public:
  // `problem` and `order` must outlive this.
  EqualShares(const BudgetProblem& problem, Utility utility, const ProjectOrder& order);
  ~EqualShares();

  // Buys projects with `share` of money for each voter; ties go to `events` unless null.
  void Run(const Rational& share, std::vector<TieEvent>* events);

  // Of the last run: projects bought, in order, and what they cost together.
  const std::vector<OptionIndex>& bought() const;
  int64_t spent() const;
  // The exact price of the i-th bought.
  Rational Price(size_t i) const;
  // People who paid for the i-th bought with anything.
  int64_t Payers(size_t i) const;
  // What the supporters of `project` have left together.
  Rational MoneyOfSupporters(OptionIndex project) const;
  // How often prices had to be compared exactly, in all runs.
  size_t exact_comparisons() const;

 private:
  class Market;
  std::unique_ptr<Market> market_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_EQUAL_SHARES_H_
