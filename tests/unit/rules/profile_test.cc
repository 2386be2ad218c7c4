#include "services/voting/rules/profile.h"

#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "services/voting/rules/embedded_profiles.h"

namespace votum::rules {
namespace {

TEST(ProfileTest, EveryEmbeddedProfileIsValid) {
  for (const char* text : EmbeddedProfileTexts()) EXPECT_OK(ParseProfile(text)) << text;
  EXPECT_EQ(BuiltInProfiles().size(), EmbeddedProfileTexts().size());
}

TEST(ProfileTest, FindsTheVersionInForce) {
  EXPECT_OK(BuiltInProfile("de-nw-rat", "1994-10-17"));
  EXPECT_THAT(BuiltInProfile("de-nw-rat", "1994-10-16"), IsRefused("NO_SUCH_PROFILE"));
  EXPECT_THAT(BuiltInProfile("de-xx-rat", "2026-01-01"), IsRefused("NO_SUCH_PROFILE"));
}

TEST(ProfileTest, RefusesWhatCannotBeComputedWith) {
  const v1::RuleProfile good = *BuiltInProfile("de-nw-rat", "2026-01-01");
  const auto spoiled = [&good](auto spoil) {
    v1::RuleProfile profile = good;
    spoil(profile);
    return ValidateProfile(profile);
  };
  EXPECT_OK(ValidateProfile(good));
  EXPECT_THAT(spoiled([](auto& p) { p.clear_id(); }), IsRefused("BAD_PROFILE"));
  EXPECT_THAT(spoiled([](auto& p) { p.set_valid_from("2026-02-30"); }), IsRefused("BAD_PROFILE"));
  EXPECT_THAT(spoiled([](auto& p) { p.set_time_zone("Mars/Base"); }), IsRefused("BAD_PROFILE"));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_quorum()->set_denominator(0); }),
              IsRefused("BAD_PROFILE"));
  EXPECT_THAT(spoiled([](auto& p) { p.clear_motions(); }), IsRefused("BAD_PROFILE"));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_motions(0)->set_denominator(0); }),
              IsRefused("BAD_PROFILE"));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_motions(0)->set_numerator(3); }),
              IsRefused("BAD_PROFILE"));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_motions(0)->clear_tie(); }),
              IsRefused("BAD_PROFILE"));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_motions(1)->set_key("ordinary"); }),
              IsRefused("BAD_PROFILE"));
}

TEST(ProfileTest, AParseErrorNamesItsPlace) {
  const auto profile = ParseProfile("id: \"x\"\nquorum { nonsense: 1 }\n");
  EXPECT_THAT(profile, IsRefused("BAD_PROFILE"));
  EXPECT_THAT(std::string(profile.status().message()), ::testing::HasSubstr("line 2"));
}

}  // namespace
}  // namespace votum::rules
