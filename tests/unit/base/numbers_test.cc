#include "base/numbers.h"

#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(ParseDecimalTest, TakesPlainDigitsOnly) {
  EXPECT_EQ(ParseDecimal("0"), 0u);
  EXPECT_EQ(ParseDecimal("18446744073709551615"), 18446744073709551615u);
  for (const char* bad :
       {"", " 1", "1 ", "+1", "-1", "01", "00", "1x", "18446744073709551616", "\xC2\xB2"}) {
    EXPECT_EQ(ParseDecimal(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace votum
