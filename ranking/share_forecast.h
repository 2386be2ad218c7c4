// How far the share of Equal Shares can be raised before other projects can be bought.
//
// Add1 raises every voter's share by one unit of money until the purchases change. With the budget
// of a city that can be 10^15 raises between two changes, so the raises in between are jumped over.
#ifndef VOTUM_RANKING_SHARE_FORECAST_H_
#define VOTUM_RANKING_SHARE_FORECAST_H_

#include <cstdint>
#include <vector>

#include "ranking/budget_problem.h"
#include "ranking/equal_shares.h"

namespace votum::ranking {

// A number of raises of `step` (more than 0) each, above `share`, after each of which Equal Shares
// surely buys `bought` again, as it does with `share`; 0 if nothing is sure, INT64_MAX if no raise
// will ever change the purchases. Not the greatest such number.
//
// As long as the same voters pay in full for every purchase, each price and each purse is a linear
// function of the share. The price of a project that is not bought is a convex one (each supporter
// pays the least of two linear functions), so it stays above its tangent. Thus the share at which
// another project is bought, or a voter begins to pay in full or ceases to, is the least zero of
// linear functions, which are followed through the purchases in floating point. A margin far above
// the error of rounding is taken off.
int64_t RaisesWithoutChange(const BudgetProblem& problem, Utility utility, const Rational& share,
                            const Rational& step, const std::vector<OptionIndex>& bought);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_SHARE_FORECAST_H_
