#include "ranking/rational.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace votum::ranking {

Rational Fraction(int64_t numerator, int64_t denominator) {
  static_assert(sizeof(long) == sizeof(int64_t));  // NOLINT: GNU MP speaks long
  Rational value(static_cast<long>(numerator), static_cast<long>(denominator));  // NOLINT
  value.canonicalize();
  return value;
}

std::string ToString(const Rational& value) { return value.get_str(); }

std::optional<Rational> ParseRational(absl::string_view text) {
  if (text.empty() || text.size() > 40) return std::nullopt;
  std::string digits;
  size_t decimals = 0;
  bool point = false;
  for (char c : text) {
    if (c == '.' && !point) {
      point = true;
    } else if (absl::ascii_isdigit(c)) {
      digits.push_back(c);
      decimals += point ? 1 : 0;
    } else {
      return std::nullopt;
    }
  }
  if (digits.empty()) return std::nullopt;
  Rational value{mpz_class(digits, 10),
                 mpz_class(absl::StrCat("1", std::string(decimals, '0')), 10)};
  value.canonicalize();
  return value;
}

}  // namespace votum::ranking
