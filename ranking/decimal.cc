#include "ranking/decimal.h"

#include <algorithm>

namespace votum::ranking {

std::string ToDecimal(int128 value, int digits) {
  std::string reversed;
  for (int place = 0; value > 0 || place <= digits; ++place) {
    if (place == digits && digits > 0) reversed.push_back('.');
    reversed.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  }
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

}  // namespace votum::ranking
