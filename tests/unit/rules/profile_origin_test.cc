#include "rules/profile_origin.h"

#include "gtest/gtest.h"
#include "rules/profile.h"

namespace votum::rules {
namespace {

TEST(ProfileOriginTest, EachBuiltInProfileIsItself) {
  for (const v1::RuleProfile& profile : BuiltInProfiles())
    EXPECT_EQ(OriginOf(profile), ProfileOrigin::kBuiltIn) << profile.id();
}

TEST(ProfileOriginTest, AnotherMajorityUnderABuiltInNameIsSaid) {
  v1::RuleProfile profile = *BuiltInProfile("de-nw-rat", "2026-11-01");
  ASSERT_GT(profile.motions_size(), 0);
  profile.mutable_motions(0)->set_key("other");
  EXPECT_EQ(OriginOf(profile), ProfileOrigin::kAltered);
  EXPECT_NE(DescribeOrigin(profile).find(" in motions"), std::string::npos)
      << DescribeOrigin(profile);
}

TEST(ProfileOriginTest, AnotherNameOrDateIsOwn) {
  v1::RuleProfile profile = *BuiltInProfile("de-nw-rat", "2026-11-01");
  profile.set_valid_from("1999-01-01");
  EXPECT_EQ(OriginOf(profile), ProfileOrigin::kOwn);
  profile.set_id("musterstadt");
  EXPECT_EQ(OriginOf(profile), ProfileOrigin::kOwn);
}

}  // namespace
}  // namespace votum::rules
