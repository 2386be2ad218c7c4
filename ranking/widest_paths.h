// All-pairs widest paths: the n^3 step of the Schulze method.
#ifndef VOTUM_RANKING_WIDEST_PATHS_H_
#define VOTUM_RANKING_WIDEST_PATHS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ranking/simd.h"

namespace votum::ranking {

// Replaces the n x n link widths in `widths` (0: no link, at most `max_width`) by the widths of the
// widest paths: the greatest over all paths from i to j of the least link. The diagonal is left 0.
// Uses up to `threads` threads (at least 1); the numbers do not depend on how many.
void WidestPaths(size_t n, uint32_t max_width, std::vector<uint32_t>& widths, size_t threads = 1,
                 Simd simd = BestSimd());

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_WIDEST_PATHS_H_
