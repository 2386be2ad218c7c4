#include "rules/replay.h"

#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "rules/profile.h"
#include "rules/stated_outcome.h"

namespace votum::rules {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(StatedOutcomeTest, ReadsWhatMinutesSay) {
  struct Case {
    const char* words;
    std::optional<MotionOutcome> outcome;
  };
  constexpr auto kYes = MotionOutcome::kAdopted;
  constexpr auto kNo = MotionOutcome::kRejected;
  for (const Case& c : {Case{"angenommen", kYes},
                        Case{"Abgelehnt", kNo},
                        Case{"mehrheitlich abgelehnt", kNo},
                        Case{"einstimmig", kYes},
                        Case{"mehrheitlich zugestimmt bei 3 Enthaltungen", kYes},
                        Case{"nicht angenommen", kNo},
                        Case{"Keine Mehrheit", kNo},
                        Case{"unverändert beschlossen", kYes},
                        Case{"adopted", kYes},
                        Case{"REJECTED", kNo},
                        Case{"motion carried", kYes},
                        Case{"lost", kNo},
                        Case{"vertagt", std::nullopt},
                        Case{"", std::nullopt},
                        Case{"verwiesen", std::nullopt},
                        Case{"zur Kenntnis genommen", std::nullopt},
                        Case{"Ziffer 1 angenommen, Ziffer 2 abgelehnt", std::nullopt},
                        Case{" ja ", kYes},
                        Case{"no", kNo},
                        Case{"Annahme", kYes},
                        Case{"keine Annahme", kNo},
                        Case{"mehrheitlich dagegen gestimmt", kNo},
                        Case{"einstimmig dagegen", kNo},
                        Case{"mit Mehrheit dagegen", kNo},
                        Case{"mehrheitlich verneint", kNo},
                        Case{"einstimmig bei 2 dagegen", kYes},
                        Case{"angenommen, 12 dagegen", kYes},
                        Case{"Der Antrag findet nicht die erforderliche Mehrheit", kNo},
                        Case{"die erforderliche Mehrheit wurde nicht erreicht", kNo},
                        Case{"ohne Mehrheit", kNo},
                        Case{"die Mehrheit wurde verfehlt", kNo},
                        Case{"majority not reached", kNo},
                        Case{"mit 12 zu 13 Stimmen nicht beschlossen", kNo},
                        Case{"ZURÜCKGEWIESEN", kNo},
                        Case{"Motion LOST", kNo},
                        Case{"durchgefallen", kNo},
                        Case{"gescheitert", kNo},
                        Case{"einstimmig, keine Gegenstimmen", kYes},
                        Case{"einstimmig ohne Enthaltungen", kYes},
                        Case{"angenommen ohne weitere Aussprache", kYes},
                        Case{"13 yes 12 no carried", kYes},
                        Case{"mit Stimmenmehrheit angenommen", kYes},
                        Case{"by a majority", kYes},
                        Case{"nicht abgelehnt", std::nullopt},
                        Case{"not rejected", std::nullopt},
                        Case{"nicht einstimmig", std::nullopt},
                        Case{"not unanimously carried", std::nullopt},
                        Case{"einstimmig nicht befasst", std::nullopt},
                        Case{"angenommen (Ablehnung der CDU)", std::nullopt}}) {
    EXPECT_EQ(StatedOutcome(c.words), c.outcome) << c.words;
  }
}

TEST(StatedOutcomeTest, ADenialOfSomethingOpenIsNotRead) {
  for (const char* words : {"nicht vom Rat angenommen",
                            "so nicht weiter zugestimmt",
                            "nicht mehr angenommen",
                            "nicht, wie vorgeschlagen, beschlossen",
                            "Annahme verfehlt",
                            "Annahme scheitert",
                            "Zustimmung versagt",
                            "Zustimmung wurde verweigert",
                            "was not, in the end, carried",
                            "nicht vom Rat abgelehnt",
                            "Annahmeverweigerung",
                            "Zustimmung nicht erteilt",
                            "angenommen wurde der Antrag nicht",
                            "noch nicht beschlossen",
                            "not yet adopted",
                            "weder angenommen noch abgelehnt",
                            "neither adopted nor rejected",
                            "nichts beschlossen",
                            "keine \u00C4nderung beschlossen",
                            "no amendment was carried",
                            "einstimmig versagt",
                            "mehrheitlich nicht weiter verfolgt",
                            "mit Mehrheit nicht befasst",
                            "mehrheitlich, dagegen die CDU",
                            "mehrheitlich, CDU dagegen",
                            "mit Mehrheit gegen den Antrag",
                            "nicht mit der erforderlichen Mehrheit",
                            "wies den Antrag mit Mehrheit zur\u00FCck",
                            "ausgelost",
                            "niemand hat zugestimmt",
                            "adoption was refused, agreed"}) {
    EXPECT_EQ(StatedOutcome(words), std::nullopt) << words;
  }
}

TEST(StatedOutcomeTest, ADenialOfTheOutcomeRejects) {
  for (const char* words :
       {"Nichtannahme", "Nicht-Annahme", "has not been adopted", "could not be carried",
        "disapproved", "keine Stimmenmehrheit", "keine 2/3-Mehrheit", "with no majority",
        "\u201Enicht angenommen\u201C", "nicht\u00A0angenommen", "mehrheitlich nein",
        "the majority voted against", "die Mehrheit lehnte ab", "der Antrag scheitert",
        "ohne Enthaltungen nicht angenommen", "die Mehrheit stimmte dagegen",
        "in nicht\u00F6ffentlicher Sitzung abgelehnt"}) {
    EXPECT_EQ(StatedOutcome(words), MotionOutcome::kRejected) << words;
  }
}

TEST(StatedOutcomeTest, ADenialOfSomethingIncidentalDeniesNothing) {
  for (const char* words : {"einstimmig, keiner dagegen",
                            "einstimmig, niemand dagegen",
                            "mehrheitlich bei zwei dagegen",
                            "mehrheitlich, ohne die Stimmen der AfD",
                            "mit Mehrheit (nicht \u00F6ffentlich)",
                            "mit Mehrheit, keine Einwendungen",
                            "wurde noch beschlossen",
                            "unanimous, none opposed",
                            "unanimous, no one opposed",
                            "mehrheitlich, 5 Stimmen dagegen",
                            "mehrheitlich, eine Stimme dagegen",
                            "mehrheitlich gegen die Stimmen der CDU",
                            "mehrheitlich (dagegen: 3)",
                            "mehrheitlich bei 5 Nein",
                            "by a majority, 5 votes against",
                            "in nicht\u00F6ffentlicher Sitzung angenommen",
                            "einstimmig, niemand enthielt sich",
                            "weder Gegenstimmen noch Enthaltungen, angenommen",
                            "ohne \u00C4nderung beschlossen",
                            "angenommen, CDU dagegen",
                            "angenommen, keine \u00C4nderungen",
                            "yes 13, no 12, carried",
                            "no 12 yes 13 carried",
                            "with no votes against carried",
                            "adopted without a vote"}) {
    EXPECT_EQ(StatedOutcome(words), MotionOutcome::kAdopted) << words;
  }
}

Replay Of(const char* profile_id, const RecordedTally& recorded) {
  const v1::RuleProfile profile = *BuiltInProfile(profile_id, "2026-12-01");
  return ReplayTally(profile, *FindMotionRule(profile, ""), recorded);
}

RecordedTally Recorded(uint32_t yes, uint32_t no, const char* stated) {
  RecordedTally recorded;
  recorded.yes = yes;
  recorded.no = no;
  recorded.stated = stated;
  return recorded;
}

TEST(ReplayTest, FindsTheFaultOfRealMinutes) {
  // Karlsruhe, 2015-02-03: "Bei 24 Ja-Stimmen und 23 Nein-Stimmen abgelehnt".
  const Replay replay = Of("de-bw-rat", Recorded(24, 23, "abgelehnt"));
  EXPECT_EQ(replay.verdict, ReplayVerdict::kMismatch);
  EXPECT_EQ(replay.computed, "adopted");
  EXPECT_THAT(replay.reason, HasSubstr("24 yes > 23 no"));
}

TEST(ReplayTest, TiesAreRejectedAndOpenOnesAreNot) {
  EXPECT_EQ(Of("de-bw-rat", Recorded(20, 20, "abgelehnt")).verdict, ReplayVerdict::kAgrees);
  EXPECT_EQ(Of("de-bw-rat", Recorded(20, 20, "angenommen")).verdict, ReplayVerdict::kMismatch);
  EXPECT_EQ(Of("uk-lga1972", Recorded(20, 20, "carried")).verdict, ReplayVerdict::kAgrees);
  EXPECT_EQ(Of("uk-lga1972", Recorded(20, 20, "lost")).computed, "casting vote");
}

TEST(ReplayTest, WhatIsOpenIsNotChecked) {
  RecordedTally no_count = Recorded(20, 0, "angenommen");
  no_count.no.reset();
  EXPECT_EQ(Of("de-bw-rat", no_count).verdict, ReplayVerdict::kNotChecked);
  EXPECT_EQ(Of("de-bw-rat", Recorded(20, 3, "")).verdict, ReplayVerdict::kNotChecked);
  EXPECT_EQ(Of("generic-absolute", Recorded(20, 3, "angenommen")).reason,
            "statutory is not recorded");
  // Without the number present only a rejection is certain.
  EXPECT_EQ(Of("at-kaernten", Recorded(10, 9, "angenommen")).verdict, ReplayVerdict::kNotChecked);
  EXPECT_EQ(Of("at-kaernten", Recorded(9, 10, "angenommen")).verdict, ReplayVerdict::kMismatch);
}

TEST(ReplayTest, AbstentionsCountAsTheLawSays) {
  RecordedTally recorded = Recorded(10, 8, "angenommen");
  recorded.abstain = 4;
  recorded.present = 22;
  EXPECT_EQ(Of("de-nw-rat", recorded).verdict, ReplayVerdict::kAgrees);
  EXPECT_EQ(Of("at-kaernten", recorded).verdict, ReplayVerdict::kMismatch) << "abstaining is No";
  EXPECT_EQ(Of("at-tirol", recorded).verdict, ReplayVerdict::kAgrees) << "and here absence";
}

TEST(ReplayTest, TheQuorumCountsWhereItIsNotPresumed) {
  RecordedTally recorded = Recorded(10, 2, "angenommen");
  recorded.present = 12;
  recorded.statutory = 48;
  EXPECT_EQ(Of("de-bw-rat", recorded).computed, "not quorate");
  EXPECT_EQ(Of("de-bw-rat", recorded).verdict, ReplayVerdict::kMismatch);
  const Replay presumed = Of("de-nw-rat", recorded);
  EXPECT_EQ(presumed.verdict, ReplayVerdict::kAgrees);
  EXPECT_THAT(presumed.remarks, SizeIs(1));
}

TEST(ReplayTest, RemarksOnOddRecords) {
  RecordedTally recorded = Recorded(30, 1, "einstimmig angenommen");
  EXPECT_THAT(Of("de-nw-rat", recorded).remarks, SizeIs(1));
  recorded.no = 0;
  EXPECT_THAT(Of("de-nw-rat", recorded).remarks, IsEmpty());
  recorded.present = 29;
  recorded.statutory = 28;
  EXPECT_THAT(Of("de-nw-rat", recorded).remarks, SizeIs(2));
}

}  // namespace
}  // namespace votum::rules
