// Robustness of a result: whether other methods choose differently, and how many additional ballots
// would change it.
#ifndef VOTUM_RANKING_SENSITIVITY_H_
#define VOTUM_RANKING_SENSITIVITY_H_

#include "ranking/method.h"

namespace votum::ranking {

// {"other_methods": [{"method","winners","same"}..], "added_ballots": {"for","ballots"}}: the other
// methods that read the same ballots, with their default parameters; and the least number of
// ballots for a single other option (ranked alone, or with the best grade) that is found to change
// the winners, and which option. The latter is found by bisection, exact for methods in which more
// support never harms. Absent members: not applicable, or too large an election.
Json Sensitivity(const Method& method, const Params& params, const Election& election,
                 const Ranking& ranking);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_SENSITIVITY_H_
