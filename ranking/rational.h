// Exact fractions of any size (GNU MP). Prices of Equal Shares have hundreds of digits, and
// rounding them could change the result.
#ifndef VOTUM_RANKING_RATIONAL_H_
#define VOTUM_RANKING_RATIONAL_H_

#include <gmpxx.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace votum::ranking {

using Rational = mpq_class;

// numerator/denominator in lowest terms; denominator is not 0.
Rational Fraction(int64_t numerator, int64_t denominator = 1);
// "p/q" in lowest terms, or "p" where q is 1.
std::string ToString(const Rational& value);
// The value of decimal digits with at most one point, e.g. "1200", "0.5"; nullopt for anything else
// (signs, exponents, more than 40 characters).
std::optional<Rational> ParseRational(absl::string_view text);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_RATIONAL_H_
