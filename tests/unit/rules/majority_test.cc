#include "rules/majority.h"

#include <random>

#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "rules/explain.h"
#include "rules/profile.h"
#include "rules/quorum.h"

namespace votum::rules {
namespace {

const v1::RuleProfile& Nrw() {
  static const auto* const kProfile =
      new v1::RuleProfile(*BuiltInProfile("de-nw-rat", "2026-11-01"));
  return *kProfile;
}

TEST(QuorumTest, NrwWantsMoreThanHalfOfTheStatutoryNumber) {
  struct Case {
    uint32_t statutory;
    uint32_t needed;
  };
  // § 49 (1) GO NRW: 51 -> 26, 45 -> 23, 44 -> 23.
  for (const Case& c : {Case{51, 26}, Case{45, 23}, Case{44, 23}, Case{1, 1}, Case{2, 2}}) {
    const QuorumResult enough = EvaluateQuorum(Nrw().quorum(), c.statutory, c.needed);
    EXPECT_EQ(enough.needed, c.needed);
    EXPECT_TRUE(enough.quorate);
    EXPECT_FALSE(EvaluateQuorum(Nrw().quorum(), c.statutory, c.needed - 1).quorate) << c.statutory;
  }
  EXPECT_FALSE(EvaluateQuorum(Nrw().quorum(), 0, 0).quorate) << "nobody is never a quorum";
}

TEST(MajorityTest, NrwSimpleMajority) {
  struct Case {
    uint32_t yes, no, abstain;
    MotionOutcome outcome;
  };
  const v1::MotionRule& rule = *FindMotionRule(Nrw(), "");
  for (const Case& c :
       {Case{0, 0, 0, MotionOutcome::kRejected}, Case{0, 0, 45, MotionOutcome::kRejected},
        Case{1, 0, 50, MotionOutcome::kAdopted}, Case{13, 12, 1, MotionOutcome::kAdopted},
        Case{12, 12, 0, MotionOutcome::kRejected}, Case{12, 13, 0, MotionOutcome::kRejected}}) {
    Tally tally;
    tally.yes = c.yes;
    tally.no = c.no;
    tally.abstain = c.abstain;
    tally.present = c.yes + c.no + c.abstain;
    tally.statutory = tally.seated = 51;
    EXPECT_EQ(EvaluateMotion(rule, tally).outcome, c.outcome)
        << c.yes << ":" << c.no << ":" << c.abstain;
  }
}

TEST(MajorityTest, QualifiedMajoritiesCompareInIntegers) {
  v1::MotionRule rule = *FindMotionRule(Nrw(), "council_referendum");
  Tally tally;
  tally.statutory = 9;
  EXPECT_EQ(EvaluateMotion(rule, tally).needed_yes, 6u) << "two thirds of 9 is 6";
  tally.statutory = 10;
  EXPECT_EQ(EvaluateMotion(rule, tally).needed_yes, 7u);
  rule.set_strict(true);
  tally.statutory = 9;
  EXPECT_EQ(EvaluateMotion(rule, tally).needed_yes, 7u);
  rule.set_minimum_yes(8);
  EXPECT_EQ(EvaluateMotion(rule, tally).needed_yes, 8u);
}

TEST(MajorityTest, AbstentionsCountAsTheRuleSays) {
  v1::MotionRule rule = *FindMotionRule(Nrw(), "");
  Tally tally;
  tally.yes = 5;
  tally.no = 4;
  tally.abstain = 3;
  tally.present = 12;
  rule.set_abstention(v1::ABSTENTION_AS_NO);
  EXPECT_EQ(EvaluateMotion(rule, tally).outcome, MotionOutcome::kRejected) << "Kärnten § 39";
  rule.set_base(v1::BASE_PRESENT);
  rule.set_abstention(v1::ABSTENTION_AS_ABSENT);
  EXPECT_EQ(EvaluateMotion(rule, tally).base, 9u) << "Tirol § 22";
  EXPECT_EQ(EvaluateMotion(rule, tally).outcome, MotionOutcome::kAdopted);
}

TEST(MajorityTest, ATieGoesToTheChairOnlyWhereTheRuleSaysSo) {
  v1::MotionRule rule = *FindMotionRule(Nrw(), "");
  rule.set_tie(v1::TIE_CASTING_VOTE);
  Tally tally;
  tally.yes = tally.no = 4;
  EXPECT_EQ(EvaluateMotion(rule, tally).outcome, MotionOutcome::kTieForChair);
  tally.yes = tally.no = 0;
  EXPECT_EQ(EvaluateMotion(rule, tally).outcome, MotionOutcome::kRejected);
}

TEST(ExplainTest, SaysTheArithmeticInBothLanguages) {
  Tally tally;
  tally.yes = 13;
  tally.no = 12;
  tally.abstain = 1;
  const v1::MotionRule& rule = *FindMotionRule(Nrw(), "");
  const v1::Text text = ExplainMotion(rule, tally, EvaluateMotion(rule, tally));
  EXPECT_EQ(text.en(), "13 yes > 12 no: adopted. 1 abstention not counted, § 50 (1), (5) GO NRW.");
  EXPECT_EQ(text.de(),
            "13 Ja > 12 Nein: angenommen. 1 Enthaltung zählt nicht mit, § 50 (1), (5) GO NRW.");
  const v1::Text quorum = ExplainQuorum(Nrw().quorum(), EvaluateQuorum(Nrw().quorum(), 51, 26));
  EXPECT_EQ(quorum.en(), "26 of 51 present: quorate (26 needed), § 49 (1) GO NRW.");
}

// One more Yes never loses, one more No never wins; any tally has exactly one outcome, which its
// comparisons confirm.
TEST(MajorityTest, IsMonotoneUnderEveryRule) {
  std::mt19937 random(5);
  for (const v1::RuleProfile& profile : BuiltInProfiles()) {
    for (const v1::MotionRule& rule : profile.motions()) {
      for (int round = 0; round < 400; ++round) {
        Tally tally;
        tally.yes = random() % 20;
        tally.no = random() % 20;
        tally.abstain = random() % 5;
        tally.invalid = random() % 3;
        // The additional vote comes from somebody who was present and had not voted.
        tally.present = tally.yes + tally.no + tally.abstain + tally.invalid + 1;
        tally.seated = tally.statutory = tally.present + random() % 10;
        const MotionResult before = EvaluateMotion(rule, tally);
        Tally more = tally;
        ++more.yes;
        if (before.outcome == MotionOutcome::kAdopted) {
          EXPECT_EQ(EvaluateMotion(rule, more).outcome, MotionOutcome::kAdopted) << rule.key();
        }
        more = tally;
        ++more.no;
        if (before.outcome == MotionOutcome::kRejected && !before.tie) {
          EXPECT_NE(EvaluateMotion(rule, more).outcome, MotionOutcome::kAdopted) << rule.key();
        }
        bool holds = true;
        for (const v1::TraceStep& step : TraceMotion(rule, tally, before))
          holds = holds && step.holds();
        if (!before.tie) EXPECT_EQ(holds, before.outcome == MotionOutcome::kAdopted) << rule.key();
      }
    }
  }
}

}  // namespace
}  // namespace votum::rules
