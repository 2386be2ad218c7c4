// Fractions over one common denominator, so that sums of many of them need no reduction in between.
#ifndef VOTUM_RANKING_EXACT_SUMS_H_
#define VOTUM_RANKING_EXACT_SUMS_H_

#include <cstddef>
#include <vector>

#include "ranking/decimal.h"
#include "ranking/rational.h"

namespace votum::ranking {

// `value` as an integer of arbitrary size.
mpz_class ToInteger(int128 value);

class ExactSums {
 public:
  // Adds a fraction to the list.
  void Append(const Rational& value);
  size_t size() const { return numerators_.size(); }
  Rational at(size_t i) const;
  // The sum of coefficients[i] * at(i); there may be fewer coefficients than fractions.
  Rational Sum(const std::vector<int128>& coefficients) const;

 private:
  mpz_class denominator_ = 1;
  std::vector<mpz_class> numerators_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_EXACT_SUMS_H_
