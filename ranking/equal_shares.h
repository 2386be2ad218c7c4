// The Method of Equal Shares (D. Peters, M. Skowron, EC 2020; Peters, Pierczynski, Skowron, NeurIPS
// 2021).
//
// Every voter gets an equal share of the budget. A project whose supporters can pay for it has a
// price: the least rho such that every supporter pays rho per unit of utility, or all remaining
// money. The project with the least price is bought, and so on. Prices are compared in floating
// point with a bound on its error; where the bound does not separate them, exactly.
#ifndef VOTUM_RANKING_EQUAL_SHARES_H_
#define VOTUM_RANKING_EQUAL_SHARES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ranking/budget_problem.h"
#include "ranking/exact_sums.h"

namespace votum::ranking {

// The utility of a supported project to a voter.
enum class Utility { kCost, kCardinality, kScore };

class EqualShares {
 public:
  // `problem` and `order` must outlive this.
  EqualShares(const BudgetProblem& problem, Utility utility, const ProjectOrder& order);
  ~EqualShares();

  // Buys projects with `share` of money for each voter; ties go to `events` unless null.
  void Run(const Rational& share, std::vector<TieEvent>* events);

  // Results of the last run: projects bought, in order, and their total cost.
  const std::vector<OptionIndex>& bought() const;
  int64_t spent() const;
  // The exact price of the i-th bought.
  Rational Price(size_t i) const;
  // The number of people who paid anything for the i-th bought project.
  int64_t Payers(size_t i) const;
  // The total remaining money of the supporters of `project`.
  Rational MoneyOfSupporters(OptionIndex project) const;
  // The number of exact price comparisons in all runs.
  size_t exact_comparisons() const;

 private:
  class Market;
  std::unique_ptr<Market> market_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_EQUAL_SHARES_H_
