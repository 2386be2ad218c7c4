#include "services/ideas/ranking/widest_paths.h"

#include <algorithm>

namespace votum::ranking {

void WidestPaths(size_t n, uint32_t max_width, std::vector<uint32_t>& widths) {
  for (size_t k = 0; k < n; ++k) {
    const uint32_t* through = &widths[k * n];
    for (size_t i = 0; i < n; ++i) {
      const uint32_t first = widths[i * n + k];
      if (first == 0) continue;
      uint32_t* row = &widths[i * n];
      for (size_t j = 0; j < n; ++j) row[j] = std::max(row[j], std::min(first, through[j]));
    }
  }
  for (size_t i = 0; i < n; ++i) widths[i * n + i] = 0;
}

}  // namespace votum::ranking
