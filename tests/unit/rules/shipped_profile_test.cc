#include "rules/shipped_profile.h"

#include "gtest/gtest.h"
#include "rules/profile.h"

namespace votum::rules {
namespace {

TEST(ShippedProfileTest, EachShippedProfileIsItself) {
  for (const v1::RuleProfile& profile : BuiltInProfiles())
    EXPECT_EQ(CompareWithShipped(profile), Shipped::kSame) << profile.id();
}

TEST(ShippedProfileTest, AnotherMajorityUnderTheShippedNameIsSaid) {
  v1::RuleProfile profile = *BuiltInProfile("de-nw-rat", "2026-11-01");
  ASSERT_GT(profile.motions_size(), 0);
  profile.mutable_motions(0)->set_key("other");
  EXPECT_EQ(CompareWithShipped(profile), Shipped::kDiffers);
  EXPECT_NE(InWordsOfShipped(profile).find(" in motions"), std::string::npos)
      << InWordsOfShipped(profile);
}

TEST(ShippedProfileTest, AnotherNameOrDateIsUnknown) {
  v1::RuleProfile profile = *BuiltInProfile("de-nw-rat", "2026-11-01");
  profile.set_valid_from("1999-01-01");
  EXPECT_EQ(CompareWithShipped(profile), Shipped::kUnknown);
  profile.set_id("musterstadt");
  EXPECT_EQ(CompareWithShipped(profile), Shipped::kUnknown);
}

}  // namespace
}  // namespace votum::rules
