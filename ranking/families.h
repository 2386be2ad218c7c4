// The rows of the method table, family by family; each is defined beside its methods. Used by
// method.cc only.
#ifndef VOTUM_RANKING_FAMILIES_H_
#define VOTUM_RANKING_FAMILIES_H_

#include <vector>

#include "ranking/method.h"

namespace votum::ranking {

// The treatment of options that a ballot does not rank; a parameter of all pairwise methods.
ParamSpec UnrankedParam();

std::vector<Method> SchulzeMethods();
std::vector<Method> PairwiseScoreMethods();
std::vector<Method> RankedPairsMethods();
std::vector<Method> KemenyMethods();
std::vector<Method> IrvMethods();
std::vector<Method> StvMethods();
std::vector<Method> GradeMethods();
std::vector<Method> BradleyTerryMethods();
std::vector<Method> BudgetMethods();

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FAMILIES_H_
