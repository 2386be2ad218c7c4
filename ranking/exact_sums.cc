#include "ranking/exact_sums.h"

#include <cstdint>

namespace votum::ranking {

mpz_class ToInteger(int128 value) {
  const bool negative = value < 0;
  const auto magnitude = static_cast<uint128>(negative ? -value : value);
  mpz_class result = static_cast<unsigned long>(magnitude >> 64);  // NOLINT: GNU MP speaks long
  result <<= 64;
  result += static_cast<unsigned long>(magnitude);  // NOLINT
  return negative ? mpz_class(-result) : result;
}

void ExactSums::Append(const Rational& value) {
  mpz_class factor;
  mpz_gcd(factor.get_mpz_t(), denominator_.get_mpz_t(), value.get_den_mpz_t());
  mpz_divexact(factor.get_mpz_t(), value.get_den_mpz_t(), factor.get_mpz_t());
  if (factor != 1) {
    denominator_ *= factor;
    for (mpz_class& numerator : numerators_) numerator *= factor;
  }
  numerators_.push_back(value.get_num() * (denominator_ / value.get_den()));
}

Rational ExactSums::at(size_t i) const {
  Rational value(numerators_[i], denominator_);
  value.canonicalize();
  return value;
}

Rational ExactSums::Sum(const std::vector<int128>& coefficients) const {
  mpz_class sum = 0;
  for (size_t i = 0; i < coefficients.size(); ++i) {
    const int128 c = coefficients[i];
    if (c == 0) continue;
    if (c > 0 && c <= INT64_MAX) {
      mpz_addmul_ui(sum.get_mpz_t(), numerators_[i].get_mpz_t(),
                    static_cast<unsigned long>(c));  // NOLINT
    } else {
      sum += ToInteger(c) * numerators_[i];
    }
  }
  Rational value(sum, denominator_);
  value.canonicalize();
  return value;
}

}  // namespace votum::ranking
