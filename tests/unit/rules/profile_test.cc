#include "rules/profile.h"

#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "rules/embedded_profiles.h"

namespace votum::rules {
namespace {

TEST(ProfileTest, EveryEmbeddedProfileIsValid) {
  for (const char* text : EmbeddedProfileTexts()) EXPECT_OK(ParseProfile(text)) << text;
  EXPECT_EQ(BuiltInProfiles().size(), EmbeddedProfileTexts().size());
}

TEST(ProfileTest, FindsTheVersionInForce) {
  EXPECT_OK(BuiltInProfile("de-nw-rat", "1994-10-17"));
  EXPECT_THAT(BuiltInProfile("de-nw-rat", "1994-10-16"), IsRefused(Reason::kNoSuchProfile));
  EXPECT_THAT(BuiltInProfile("de-xx-rat", "2026-01-01"), IsRefused(Reason::kNoSuchProfile));
}

TEST(ProfileTest, RefusesWhatCannotBeComputedWith) {
  const v1::RuleProfile good = *BuiltInProfile("de-nw-rat", "2026-01-01");
  const auto spoiled = [&good](auto spoil) {
    v1::RuleProfile profile = good;
    spoil(profile);
    return ValidateProfile(profile);
  };
  EXPECT_OK(ValidateProfile(good));
  EXPECT_THAT(spoiled([](auto& p) { p.clear_id(); }), IsRefused(Reason::kBadProfile));
  EXPECT_THAT(spoiled([](auto& p) { p.set_valid_from("2026-02-30"); }),
              IsRefused(Reason::kBadProfile));
  EXPECT_THAT(spoiled([](auto& p) { p.set_time_zone("Mars/Base"); }),
              IsRefused(Reason::kBadProfile));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_quorum()->set_denominator(0); }),
              IsRefused(Reason::kBadProfile));
  EXPECT_THAT(spoiled([](auto& p) { p.clear_motions(); }), IsRefused(Reason::kBadProfile));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_motions(0)->set_denominator(0); }),
              IsRefused(Reason::kBadProfile));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_motions(0)->set_numerator(3); }),
              IsRefused(Reason::kBadProfile));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_motions(0)->clear_tie(); }),
              IsRefused(Reason::kBadProfile));
  EXPECT_THAT(spoiled([](auto& p) { p.mutable_motions(1)->set_key("ordinary"); }),
              IsRefused(Reason::kBadProfile));
}

TEST(ProfileTest, AParseErrorNamesItsPlace) {
  const auto profile = ParseProfile("id: \"x\"\nquorum { nonsense: 1 }\n");
  EXPECT_THAT(profile, IsRefused(Reason::kBadProfile));
  EXPECT_THAT(std::string(profile.status().message()), ::testing::HasSubstr("line 2"));
}

TEST(ProfileTest, ADifferenceIsCompleted) {
  const auto profile = ParseProfile(R"(
    id: "herten-rat" title { de: "Rat der Stadt" en: "City council" } valid_from: "2026-01-01"
    extends: "de-nw-rat"
    notice { full_days: 10 urgent_full_days: 3 provenance { norm: "§ 1 GeschO" } }
    motions { key: "hauptsatzung" base: BASE_STATUTORY numerator: 3 denominator: 4
              tie: TIE_REJECTED abstention: ABSTENTION_QUORUM_ONLY provenance { norm: "x" } })");
  ASSERT_OK(profile);
  EXPECT_EQ(profile->id(), "herten-rat");
  EXPECT_TRUE(profile->extends().empty());
  EXPECT_EQ(profile->notice().full_days(), 10u);
  EXPECT_EQ(profile->quorum().provenance().norm(), "§ 49 (1) GO NRW");
  EXPECT_EQ(FindMotionRule(*profile, "hauptsatzung")->denominator(), 4u);
  EXPECT_EQ(FindMotionRule(*profile, "")->provenance().norm(), "§ 50 (1), (5) GO NRW");
  EXPECT_THAT(ParseProfile("id: \"x\" valid_from: \"2026-01-01\" extends: \"nowhere\""),
              IsRefused(Reason::kBadProfile));
  v1::RuleProfile open = *profile;
  open.set_extends("de-nw-rat");
  EXPECT_THAT(ValidateProfile(open), IsRefused(Reason::kBadProfile));
}

TEST(ProfileTest, TheVersionFollowsTheDay) {
  EXPECT_EQ(BuiltInProfile("de-ni-rat", "2026-10-31")->committee_seats().method(),
            v1::SEAT_METHOD_DHONDT);
  EXPECT_EQ(BuiltInProfile("de-ni-rat", "2026-11-01")->committee_seats().method(),
            v1::SEAT_METHOD_SAINTE_LAGUE);
}

TEST(ProfileTest, DoubtsAreShown) {
  const std::vector<std::string> doubts = DoubtsOf(*BuiltInProfile("de-nw-rat", "2026-11-01"));
  EXPECT_THAT(doubts, ::testing::Contains(::testing::StartsWith("§ 50 (3) GO NRW: ")));
  EXPECT_THAT(DoubtsOf(*BuiltInProfile("generic-majority", "2026-11-01")), ::testing::IsEmpty());
}

}  // namespace
}  // namespace votum::rules
