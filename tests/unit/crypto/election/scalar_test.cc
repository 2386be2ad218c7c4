#include "crypto/election/scalar.h"

#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::election {
namespace {

constexpr char kOrder[] =
    "78571733251071885079927659812671450121821421258408794611510081919805623223441";
constexpr char kOrderLess1[] =
    "78571733251071885079927659812671450121821421258408794611510081919805623223440";

Scalar Of(absl::string_view text) {
  const auto scalar = Scalar::FromDecimal(text);
  EXPECT_OK(scalar);
  return *scalar;
}

TEST(Scalar, IsReadAndWritten) {
  for (const char* text :
       {"0", "1", "9", "10", "18446744073709551615", "18446744073709551616", "10000000000000000000",
        "100000000000000000000000000000000000000", kOrderLess1}) {
    EXPECT_EQ(Of(text).ToDecimal(), text);
  }
}

TEST(Scalar, HasOneText) {
  for (const char* text :
       {"", "00", "01", "-1", "+1", " 1", "1 ", "0x1", "1.0", kOrder,
        "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "99999999999999999999999999999999999999999999999999999999999999999999999999999"}) {
    EXPECT_THAT(Scalar::FromDecimal(text), IsRefused(Reason::kNotAScalar)) << text;
  }
}

TEST(Scalar, CalculatesModuloTheOrder) {
  EXPECT_EQ((Of(kOrderLess1) + Scalar(1)).ToDecimal(), "0");
  EXPECT_EQ((Scalar(0) - Scalar(1)).ToDecimal(), kOrderLess1);
  EXPECT_EQ((Of(kOrderLess1) * Of(kOrderLess1)).ToDecimal(), "1");
  EXPECT_EQ(
      (Of("123456789012345678901234567890") * Of("987654321098765432109876543210")).ToDecimal(),
      "121932631137021795226185032733622923332237463801111263526900");
  // Computed with Python.
  EXPECT_EQ((Of("34567890123456789012345678901234567890123456789012345678901234567890123456789") *
             Of("76543210987654321098765432109876543210987654321098765432109876543210987654321"))
                .ToDecimal(),
            "7139100220174861947367525970081546100666668526399489399465220335569443426489");
}

TEST(Scalar, InvertsAndDistributes) {
  for (int i = 0; i < 20; ++i) {
    const Scalar a = Scalar::Random();
    const Scalar b = Scalar::Random();
    const Scalar c = Scalar::Random();
    EXPECT_EQ(a * a.Inverse(), Scalar(1));
    EXPECT_EQ(a * (b + c), a * b + a * c);
    EXPECT_EQ((a - b) + b, a);
    EXPECT_EQ(Of(a.ToDecimal()), a);
    EXPECT_NE(a, b);
  }
  EXPECT_EQ(Scalar(0).Inverse(), Scalar(0));
}

TEST(Scalar, ReducesDigests) {
  crypto::Digest digest;
  digest.fill(0xff);
  EXPECT_EQ(Scalar::FromDigest(digest).ToDecimal(),
            "37220355986244310343643325196016457731448563407231769427947502088107506416494");
  digest.fill(0);
  digest[31] = 7;
  digest[30] = 1;
  EXPECT_EQ(Scalar::FromDigest(digest), Scalar(263));
}

}  // namespace
}  // namespace votum::election
