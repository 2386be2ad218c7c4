// Bradley-Terry strengths from "a or b?" answers: P(i is preferred to j) = 1 / (1 + exp(theta_j -
// theta_i)).
//
// Strengths are estimates computed in floating point. They give a ranking, but Votum bases no
// legally binding result on them. Sums run in a fixed order, so the same comparisons give the same
// bits.
#ifndef VOTUM_RANKING_BRADLEY_TERRY_H_
#define VOTUM_RANKING_BRADLEY_TERRY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ranking/ballots.h"

namespace votum::ranking {

struct Strengths {
  // Log strengths with mean 0.
  std::vector<double> theta;
  // Standard error of each, from the observed information with the prior; 0 for a single option.
  std::vector<double> standard_errors;
  int iterations = 0;
  bool converged = false;
};

// Fits strengths to wins[i * n + j] (how often i was preferred to j). `prior` (0 or more) adds that
// many wins and as many losses of each option against a reference option of strength 0. With prior
// 0 there is an estimate only where Components() gives one component.
Strengths FitBradleyTerry(size_t n, const std::vector<uint64_t>& wins, double prior);

// Strongly connected components of "was preferred to", best first (L. R. Ford, American
// Mathematical Monthly 64, 1957).
std::vector<Tier> Components(size_t n, const std::vector<uint64_t>& wins);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_BRADLEY_TERRY_H_
