// Fixed-point numbers as the counting rules prescribe them: whole numbers of 10^-digits.
#ifndef VOTUM_RANKING_DECIMAL_H_
#define VOTUM_RANKING_DECIMAL_H_

#include <cstdint>
#include <string>

namespace votum::ranking {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

// a * b / c with the whole product, rounded down or up. c > 0; a, b >= 0; the result fits.
inline int128 MulDivDown(int128 a, int128 b, int128 c) { return a * b / c; }
inline int128 MulDivUp(int128 a, int128 b, int128 c) { return (a * b + c - 1) / c; }

// `value` units of 10^-digits in decimal, e.g. (859854750678, 9) -> "859.854750678". value >= 0.
std::string ToDecimal(int128 value, int digits);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_DECIMAL_H_
