// Selects vector instructions at run time. Every kernel has a portable form that gives the same
// numbers.
#ifndef VOTUM_RANKING_SIMD_H_
#define VOTUM_RANKING_SIMD_H_

namespace votum::ranking {

enum class Simd { kPortable, kAvx2, kAvx512 };

// The best level that this machine supports.
Simd BestSimd();

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_SIMD_H_
