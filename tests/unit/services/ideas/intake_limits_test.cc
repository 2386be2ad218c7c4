// Checks how many ideas the public may send in, and that others are not kept from it by one.
#include "services/ideas/intake_limits.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::ideas {
namespace {

const absl::Time kMorning = absl::FromUnixSeconds(1793534400);

TEST(IntakeLimitsTest, OneAddressHasFiveAnHour) {
  IntakeLimits limits([](absl::Time) { return size_t{0}; });
  for (int i = 0; i < 5; ++i) EXPECT_OK(limits.Admit("ipv4:192.0.2.7", kMorning));
  const absl::Status refused = limits.Admit("ipv4:192.0.2.7", kMorning + absl::Minutes(59));
  EXPECT_THAT(refused, IsRefused(Reason::kTooManyIdeas));
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_NE(refused.message().find("on paper"), absl::string_view::npos) << "the other way";
  EXPECT_OK(limits.Admit("ipv4:192.0.2.8", kMorning + absl::Minutes(59)));
  EXPECT_OK(limits.Admit("ipv4:192.0.2.7", kMorning + absl::Minutes(61)));
}

TEST(IntakeLimitsTest, AllTogetherHaveFiveHundredADay) {
  IntakeLimits limits([](absl::Time) { return size_t{0}; });
  const auto from = [](int i) { return absl::StrCat("ipv6:2001:db8:0:", i, "::/64"); };
  for (int i = 0; i < 500; ++i) EXPECT_OK(limits.Admit(from(i), kMorning));
  EXPECT_THAT(limits.Admit(from(500), kMorning + absl::Hours(23)),
              IsRefused(Reason::kTooManyIdeas));
  EXPECT_THAT(limits.Admit("", kMorning), IsRefused(Reason::kTooManyIdeas)) << "the edge, too";
  EXPECT_OK(limits.Admit(from(500), kMorning + absl::Hours(24)));
}

// A thousand people behind the edge have one address here.
TEST(IntakeLimitsTest, WhoActsForManyHasNoLimitOfItsOwn) {
  for (const char* caller : {"", "edge ipv4:10.0.0.1", "ipv4:127.0.0.1", "ipv6:::/64"}) {
    IntakeLimits limits([](absl::Time) { return size_t{0}; });
    for (int i = 0; i < 20; ++i) EXPECT_OK(limits.Admit(caller, kMorning)) << caller;
  }
}

TEST(IntakeLimitsTest, ARestartDoesNotBeginTheDayAnew) {
  absl::Time asked;
  IntakeLimits limits([&asked](absl::Time since) {
    asked = since;
    return size_t{499};
  });
  EXPECT_OK(limits.Admit("a", kMorning));
  EXPECT_EQ(asked, kMorning - absl::Hours(24));
  EXPECT_THAT(limits.Admit("b", kMorning + absl::Hours(1)), IsRefused(Reason::kTooManyIdeas));
  EXPECT_OK(limits.Admit("b", kMorning + absl::Hours(24)));
}

}  // namespace
}  // namespace votum::ideas
