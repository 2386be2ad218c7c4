// Quorum courses, modes, statutory numbers, conflicts, competing motions, periods.
#include <random>

#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "rules/amendments.h"
#include "rules/calendar.h"
#include "rules/decisiveness.h"
#include "rules/modes.h"
#include "rules/profile.h"
#include "rules/statutory_number.h"

namespace votum::rules {
namespace {

using ::testing::HasSubstr;

v1::RuleProfile Profile(const char* id) { return *BuiltInProfile(id, "2026-12-01"); }

struct QuorumCase {
  const char* what;
  const char* profile;
  Attendance attendance;
  uint32_t needed;
  bool quorate;
};

TEST(QuorumTest, OfEachJurisdiction) {
  const QuorumCase kCases[] = {
      {"NRW, odd", "de-nw-rat", {51, 26}, 26, true},
      {"NRW, even, half is not enough", "de-nw-rat", {44, 22}, 23, false},
      {"NRW, an excluded member is not present", "de-nw-rat", {51, 25, 1}, 26, false},
      {"NRW, second call with notice", "de-nw-rat", {51, 1, 0, 0, true, true}, 1, true},
      {"NRW, second call without notice", "de-nw-rat", {51, 25, 0, 0, true, false}, 26, false},
      {"NRW, nobody came to the second call", "de-nw-rat", {51, 0, 0, 0, true, true}, 1, false},
      {"committee, as many experts as members", "de-nw-ausschuss", {17, 10, 0, 5}, 9, false},
      {"committee, more members", "de-nw-ausschuss", {17, 11, 0, 5}, 9, true},
      {"main committee", "de-nw-hauptausschuss", {17, 9, 0, 0}, 9, true},
      {"BW, half is enough", "de-bw-rat", {48, 24}, 24, true},
      {"BW, most excluded: a quarter", "de-bw-rat", {48, 12, 25}, 12, true},
      {"BW, half excluded is not most", "de-bw-rat", {48, 23, 24}, 24, false},
      {"BW, second meeting: three", "de-bw-rat", {48, 2, 0, 0, true, true}, 3, false},
      {"Tyrol, the second call needs the quorum too",
       "at-tirol",
       {15, 7, 0, 0, true, true},
       8,
       false},
      {"LGA, a quarter", "uk-lga1972", {50, 13}, 13, true},
      {"parish, never fewer than three", "uk-lga1972-parish", {5, 2}, 3, false},
  };
  for (const QuorumCase& c : kCases) {
    const QuorumResult result = EvaluateQuorum(Profile(c.profile).quorum(), c.attendance);
    EXPECT_EQ(result.needed, c.needed) << c.what;
    EXPECT_EQ(result.quorate, c.quorate) << c.what;
  }
}

TEST(QuorumTest, IsPresumedUntilSomebodyDoubtsIt) {
  const v1::QuorumRule rule = Profile("de-nw-rat").quorum();
  QuorumState state = FirstQuorumState(rule);
  EXPECT_TRUE(MayDecide(state));
  state = *ChallengeQuorum(state);
  EXPECT_FALSE(MayDecide(state));
  EXPECT_THAT(ChallengeQuorum(state), IsRefused(Reason::kAlreadyChallenged));
  EXPECT_TRUE(MayDecide(*CountQuorum(rule, {51, 26}, state)));
  state = *CountQuorum(rule, {51, 25}, state);
  EXPECT_EQ(state, QuorumState::kNotQuorate);
  EXPECT_THAT(ChallengeQuorum(state), IsRefused(Reason::kItemPostponed));
  EXPECT_THAT(CountQuorum(rule, {51, 51}, state), IsRefused(Reason::kItemPostponed));
  state = *CallAgain(state);
  EXPECT_FALSE(MayDecide(state)) << "the second call is counted";
  EXPECT_TRUE(MayDecide(*CountQuorum(rule, {51, 3, 0, 0, true, true}, state)));
}

TEST(QuorumTest, WhereItIsNotPresumedItIsCountedFirst) {
  const v1::QuorumRule rule = Profile("at-tirol").quorum();
  QuorumState state = FirstQuorumState(rule);
  EXPECT_FALSE(MayDecide(state));
  EXPECT_THAT(CallAgain(state), IsRefused(Reason::kNotPostponed));
  state = *CallAgain(*CountQuorum(rule, {15, 7}, state));
  state = *CountQuorum(rule, {15, 7, 0, 0, true, true}, state);
  EXPECT_EQ(state, QuorumState::kDoneWith);
  EXPECT_THAT(CallAgain(state), IsRefused(Reason::kNotPostponed));
}

TEST(ModesTest, SecretGoesBeforeRollCall) {
  const v1::ModeRule rule = Profile("de-nw-rat").modes();
  const Bases bases = {45, 50, 51};
  EXPECT_EQ(NeededSupporters(rule.secret(), bases), 11u);
  const ModeRequest roll_call = {v1::MODE_ROLL_CALL, 11};
  const ModeRequest secret = {v1::MODE_SECRET, 11};
  const ModeRequest few = {v1::MODE_SECRET, 10};
  EXPECT_EQ(DecideMode(rule, bases, {}).mode, v1::MODE_OPEN);
  EXPECT_EQ(DecideMode(rule, bases, {few}).mode, v1::MODE_OPEN);
  EXPECT_EQ(DecideMode(rule, bases, {roll_call, few}).mode, v1::MODE_ROLL_CALL);
  EXPECT_EQ(DecideMode(rule, bases, {roll_call, secret}).mode, v1::MODE_SECRET);
  EXPECT_EQ(DecideMode(rule, bases, {secret, roll_call}).mode, v1::MODE_SECRET);
  EXPECT_EQ(DecideMode(rule, bases, {{v1::MODE_ROLL_CALL, 1, true}}).mode, v1::MODE_ROLL_CALL)
      << "a parliamentary group";
  EXPECT_EQ(DecideMode(rule, bases, {secret}).reason.en(),
            "The vote is secret: demanded by 11, 11 needed. § 50 (1) GO NRW.");
}

TEST(ModesTest, OfOtherJurisdictions) {
  const Bases bases = {45, 50, 51};
  const ModeRequest all = {v1::MODE_SECRET, 45};
  EXPECT_EQ(DecideMode(Profile("de-sh-rat").modes(), bases, {all}).mode, v1::MODE_OPEN)
      << "Schleswig-Holstein votes openly";
  // Saarland: more than a third of those present.
  EXPECT_EQ(NeededSupporters(Profile("de-sl-rat").modes().secret(), bases), 16u);
  // Rhineland-Palatinate: two thirds of the statutory number.
  EXPECT_EQ(NeededSupporters(Profile("de-rp-rat").modes().secret(), bases), 34u);
  // Baden-Württemberg: a resolution.
  EXPECT_EQ(DecideMode(Profile("de-bw-rat").modes(), bases, {all}).mode, v1::MODE_OPEN);
  EXPECT_EQ(
      DecideMode(Profile("de-bw-rat").modes(), bases, {{v1::MODE_SECRET, 0, false, true}}).mode,
      v1::MODE_SECRET);
}

TEST(StatutoryNumberTest, OfNrw) {
  const v1::StatutoryNumberRule rule = Profile("de-nw-rat").statutory_number();
  struct Case {
    TermFacts facts;
    uint32_t number;
  };
  for (const Case& c : {Case{{5000}, 21}, Case{{5001}, 27}, Case{{30000}, 39}, Case{{30001}, 45},
                        Case{{61000}, 51}, Case{{700001}, 91}, Case{{61000, 6}, 45},
                        // Herzogenrath: 44 seats, 4 more by overhang and levelling.
                        Case{{46000, 0, 4}, 49}, Case{{61000, 0, 0, 2}, 51}}) {
    EXPECT_EQ(ComputeStatutoryNumber(rule, c.facts)->number, c.number) << c.facts.inhabitants;
  }
  EXPECT_THAT(ComputeStatutoryNumber(rule, {61000, 3}), IsRefused(Reason::kBadReduction));
  EXPECT_THAT(ComputeStatutoryNumber(rule, {61000, 14}), IsRefused(Reason::kBadReduction));
  EXPECT_THAT(ComputeStatutoryNumber(rule, {4000, 2}), IsRefused(Reason::kBadReduction));
  EXPECT_THAT(ComputeStatutoryNumber(Profile("at-tirol").statutory_number(), {4000}),
              IsRefused(Reason::kNoStatutoryNumber));
  v1::StatutoryNumberRule lowering = rule;
  lowering.set_vacant_seats_lower(true);
  EXPECT_EQ(ComputeStatutoryNumber(lowering, {61000, 0, 0, 2})->number, 49u);
}

struct DecisiveCase {
  const char* what;
  Tally tally;
  WronglyCounted wrong;
  bool decisive;
  bool quorum_lost;
};

TEST(DecisivenessTest, TakesTheVoteOutAndComputesAgain) {
  // yes, no, abstain, invalid, present, seated, statutory
  const DecisiveCase kCases[] = {
      {"one Yes of a majority of one", {13, 12, 0, 0, 30, 51, 51}, {1}, true, false},
      {"one Yes of a majority of two", {14, 12, 0, 0, 30, 51, 51}, {1}, false, false},
      {"a No against an adopted motion", {13, 12, 0, 0, 30, 51, 51}, {0, 1}, false, false},
      {"a No that made the tie", {12, 12, 0, 0, 30, 51, 51}, {0, 1}, true, false},
      {"the quorum hangs on one", {20, 6, 0, 0, 26, 51, 51}, {1}, true, true},
      {"secret, worst case", {13, 12, 1, 0, 30, 51, 51}, {0, 0, 0, 0, 0, 1}, true, false},
      {"secret, no way to matter", {20, 5, 1, 0, 30, 51, 51}, {0, 0, 0, 0, 0, 2}, false, false},
  };
  const v1::RuleProfile profile = Profile("de-nw-rat");
  for (const DecisiveCase& c : kCases) {
    const auto result =
        EvaluateDecisiveness(profile.quorum(), *FindMotionRule(profile, ""), c.tally, c.wrong);
    ASSERT_OK(result);
    EXPECT_EQ(result->decisive, c.decisive) << c.what;
    EXPECT_EQ(result->quorum_lost, c.quorum_lost) << c.what;
  }
  EXPECT_THAT(EvaluateDecisiveness(profile.quorum(), *FindMotionRule(profile, ""),
                                   {1, 1, 0, 0, 2, 51, 51}, {2}),
              IsRefused(Reason::kBadTally));
}

// For unknown votes: brute force over every assignment of choices to the members.
TEST(DecisivenessTest, WorstCaseEqualsBruteForce) {
  const v1::RuleProfile profile = Profile("de-nw-rat");
  const v1::MotionRule& rule = *FindMotionRule(profile, "");
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    Tally tally;
    tally.yes = random() % 6;
    tally.no = random() % 6;
    tally.abstain = random() % 3;
    tally.invalid = random() % 3;
    tally.present = tally.yes + tally.no + tally.abstain + tally.invalid + random() % 2;
    tally.seated = tally.statutory = 1 + random() % 14;
    const uint32_t votes = tally.yes + tally.no + tally.abstain + tally.invalid;
    WronglyCounted wrong;
    wrong.unknown = std::min<uint32_t>(votes, 1 + random() % 3);
    bool any = false;
    for (uint32_t code = 0; code < (1u << (2 * wrong.unknown)); ++code) {
      Tally left = tally;
      bool possible = true;
      for (uint32_t i = 0; i < wrong.unknown; ++i) {
        uint32_t* const counts[] = {&left.yes, &left.no, &left.abstain, &left.invalid};
        uint32_t& count = *counts[code >> (2 * i) & 3];
        possible = possible && count > 0;
        --count;
        --left.present;
      }
      if (!possible) continue;
      const bool lost = EvaluateQuorum(profile.quorum(), tally.statutory, tally.present).quorate &&
                        !EvaluateQuorum(profile.quorum(), tally.statutory, left.present).quorate;
      any =
          any || lost || EvaluateMotion(rule, left).outcome != EvaluateMotion(rule, tally).outcome;
    }
    EXPECT_EQ(EvaluateDecisiveness(profile.quorum(), rule, tally, wrong)->decisive, any)
        << tally.yes << ":" << tally.no;
  }
}

TEST(AmendmentsTest, TheFurthestReachingFirst) {
  const std::vector<OrderedMotion> order =
      ProposeOrder({{"main", Reach::kMain, std::nullopt, 1},
                    {"small", Reach::kAmend, 1000, 2},
                    {"large", Reach::kAmend, 50000, 3},
                    {"words", Reach::kAmend, std::nullopt, 4},
                    {"refer", Reach::kRefer, std::nullopt, 5},
                    {"drop", Reach::kNotConsider, std::nullopt, 6}});
  std::vector<std::string> ids;
  for (const OrderedMotion& motion : order) ids.push_back(motion.id);
  EXPECT_THAT(ids, ::testing::ElementsAre("drop", "refer", "large", "small", "words", "main"));
  EXPECT_EQ(order[2].reason.en(), "amends the main motion, distance 50000");
}

TEST(PeriodsTest, ObjectionAndNewDecision) {
  const v1::RuleProfile profile = Profile("de-nw-rat");
  const absl::TimeZone utc = absl::UTCTimeZone();
  // Decided on 2026-03-27, 18:00 in Berlin; the clocks change on the 29th.
  const absl::Time decided = absl::FromCivil(absl::CivilSecond(2026, 3, 27, 17), utc);
  EXPECT_EQ(ReleaseAllowedFrom(profile, decided),
            absl::FromCivil(absl::CivilSecond(2026, 3, 30, 22), utc));
  EXPECT_TRUE(ObjectionInTime(profile, decided,
                              absl::FromCivil(absl::CivilSecond(2026, 3, 30, 21, 59, 59), utc)));
  EXPECT_FALSE(
      ObjectionInTime(profile, decided, absl::FromCivil(absl::CivilSecond(2026, 3, 30, 22), utc)));
  // Over the end of the year.
  const DayRange days =
      NewDecisionDays(profile, absl::FromCivil(absl::CivilSecond(2026, 12, 30, 10), utc));
  EXPECT_EQ(days.first, absl::CivilDay(2027, 1, 2));
  EXPECT_EQ(days.last, absl::CivilDay(2027, 1, 13));
}

TEST(PeriodsTest, ClearWorkingDays) {
  const v1::RuleProfile profile = Profile("uk-lga1972");
  // Sent on Wednesday; five clear days: Thu, Fri, Mon, Tue, Wed; the meeting on Thursday.
  const absl::Time sent = absl::FromCivil(absl::CivilSecond(2026, 11, 18, 12), absl::UTCTimeZone());
  EXPECT_EQ(FirstMeetingDay(profile, sent, false), absl::CivilDay(2026, 11, 26));
}

}  // namespace
}  // namespace votum::rules
