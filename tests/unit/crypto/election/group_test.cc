#include "crypto/election/group.h"

#include <string>

#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::election {
namespace {

constexpr char kP[] =
    "2069478569142254640101364365750500806492298929575110409710088478705737421924271740192223725449"
    "7684338129066633138078958404960054389636289796393038773905722803605973749427671376777618898589"
    "8727358650490811670993105358677809800307904916540637771737641986785272734744763418356000356983"
    "0519314428456170191100078673730733356412397173289791324047457883446826065232797464795113767265"
    "8693582180046317922073668860052627186363386088796882120769432366149491002923444346373222145884"
    "1005864210502421203654335612013204811188524087310770141516662001623131771693721892480785077118"
    "27842317498073276598828825169183103125680162072880719";

std::string PLess1() {
  std::string text = kP;
  text.back() = '8';
  return text;
}

TEST(Element, GeneratorHasTheOrderOfTheGroup) {
  EXPECT_TRUE(Element::Generator().IsMember());
  EXPECT_NE(Element::Generator(), Element());
  EXPECT_EQ(Element::Generator().ToDecimal().substr(0, 16), "2402352677501852");
}

TEST(Element, RefusesWhatIsNotInTheGroup) {
  // p - 1 has order 2.
  for (const std::string& text :
       {std::string("0"), PLess1(), std::string(kP), std::string("2"), std::string("01"),
        std::string("-1"), std::string(""), std::string(700, '1'), std::string("1x")}) {
    EXPECT_THAT(Element::FromDecimal(text), IsRefused(Reason::kNotInGroup)) << text;
  }
  EXPECT_OK(Element::FromDecimal("1"));
}

TEST(Element, UncheckedReadingStillChecksTheRange) {
  EXPECT_OK(Element::FromDecimalUnchecked(PLess1()));
  EXPECT_THAT(Element::FromDecimalUnchecked(kP), IsRefused(Reason::kNotInGroup));
  EXPECT_THAT(Element::FromDecimalUnchecked("0"), IsRefused(Reason::kNotInGroup));
}

TEST(Element, AllWaysToAPowerAgree) {
  const Element base = Element::Generator().Power(Scalar(12345));
  const Comb comb(base);
  const PowerTable table(base);
  std::vector<Scalar> exponents = {Scalar(0),   Scalar(1),   Scalar(2),
                                   Scalar(127), Scalar(128), Scalar() - Scalar(1)};
  for (int i = 0; i < 5; ++i) exponents.push_back(Scalar::Random());
  for (const Scalar& exponent : exponents) {
    const Element power = base.SecretPower(exponent);
    EXPECT_EQ(base.Power(exponent), power);
    EXPECT_EQ(comb.Power(exponent), power);
    EXPECT_EQ(table.Power(exponent), power);
    EXPECT_EQ(table.SecretPower(exponent), power);
    EXPECT_EQ(Element::Generator().SecretPower(exponent * Scalar(12345)), power);
    const auto read = Element::FromDecimal(power.ToDecimal());
    ASSERT_OK(read);
    EXPECT_EQ(*read, power);
    EXPECT_EQ(read->ToDecimal(), power.ToDecimal());
  }
}

TEST(Element, PowerProductIsTheProductOfPowers) {
  std::vector<Element> bases;
  std::vector<Scalar> exponents;
  Element product;
  for (int i = 0; i < 4; ++i) {
    bases.push_back(Element::Generator().Power(Scalar::Random()));
    exponents.push_back(i == 2 ? Scalar(0) : Scalar::Random());
    product *= bases.back().Power(exponents.back());
  }
  EXPECT_EQ(PowerProduct(bases, exponents), product);
}

TEST(Element, Inverts) {
  const Element element = Element::Generator().Power(Scalar::Random());
  EXPECT_EQ(element * element.Inverse(), Element());
  EXPECT_EQ(element.Inverse(), element.Power(Scalar() - Scalar(1)));
}

}  // namespace
}  // namespace votum::election
