// Each oddity by itself, in the log of a small council where nothing is void.

#include "clients/audit/oddities.h"

#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/status_matchers.h"
#include "core/command/timestamps.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rules/profile.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/core/meetings/council.h"
#include "tests/unit/core/meetings/recorded_council.h"

namespace votum::audit {
namespace {

using meetings::Council;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string OdditiesIn(const votum::testing::SmallLog& log) {
  SignatureCache cache(2 * log.records().size());
  Fold fold(DomainSet::All(), log.log_key(), &cache);
  Oddities oddities;
  for (const std::string& bytes : log.records()) {
    const auto record = OpenRecord(bytes);
    const auto outcome = fold.Apply(record);
    EXPECT_OK(outcome);
    EXPECT_OK(outcome->status) << outcome->command_name;
    if (outcome->status.ok()) oddities.Add(*record, fold);
  }
  return absl::StrJoin(oddities.Finish(fold), "\n");
}

std::string OdditiesIn(const Council& council) {
  votum::testing::SmallLog log;
  RecordCouncil(council, log);
  return OdditiesIn(log);
}

TEST(OdditiesTest, AnOrdinaryVoteHasNone) {
  Council council;
  council.UpToVote();
  CastAll(council, "YYYNN");
  council.Must("vera", meetings::Close());
  council.Must("vera", meetings::Establish(3, 2, 0, 0, meetings::v1::OUTCOME_ADOPTED));
  const std::string found = OdditiesIn(council);
  EXPECT_THAT(found,
              AllOf(Not(HasSubstr("vote")), Not(HasSubstr("present")), Not(HasSubstr("agenda")),
                    Not(HasSubstr("profile")), Not(HasSubstr("clock"))))
      << found;
}

TEST(OdditiesTest, AnItemThatCameWithinTheNoticePeriod) {
  Council council;
  council.Wait(-absl::Hours(48));  // two days before the meeting
  meetings::v1::PublishAgenda agenda;
  agenda.set_meeting_id(Council::kMeeting);
  for (const char* id : {"top-1", "top-9"}) {
    meetings::v1::AgendaItemContent* item = agenda.add_items();
    item->set_item_id(id);
    item->set_number(id);
    item->set_title("Grundstück");
    item->set_public_(true);
  }
  council.Must("kai", agenda);
  EXPECT_THAT(
      OdditiesIn(council),
      AllOf(HasSubstr("item top-9 came onto the agenda of meeting sitzung within its notice"),
            Not(HasSubstr("item top-1 "))));
}

TEST(OdditiesTest, AVoteInWhichNobodyVoted) {
  Council council;
  council.UpToVote();
  council.Must("vera", meetings::Close());
  council.Must("vera", meetings::Establish(0, 0, 0, 5, meetings::v1::OUTCOME_REJECTED));
  EXPECT_THAT(OdditiesIn(council), HasSubstr("vote vote: nobody voted"));
}

TEST(OdditiesTest, AMoverWhoWasAbsent) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  auto motion = meetings::OfMeeting<meetings::v1::ProposeMotion>();
  motion.set_item_id("top-1");
  motion.set_motion_id("motion");
  motion.set_proposition("Der Rat beschließt.");
  motion.set_polarity(meetings::v1::POLARITY_ADOPTS_ITEM);
  motion.set_mover_id("m5");
  council.Must("vera", motion);
  council.OpenVote();
  EXPECT_THAT(OdditiesIn(council), HasSubstr("while the mover, m5, was absent"));
}

TEST(OdditiesTest, AQuorumThatWasLostDuringTheVote) {
  Council council;
  council.UpToVote();
  council.Must("m4", meetings::CheckOutOf("m4"));
  EXPECT_THAT(OdditiesIn(council), Not(HasSubstr("quorum"))) << "four of seven are left";
  council.Must("m3", meetings::CheckOutOf("m3"));
  EXPECT_THAT(OdditiesIn(council), HasSubstr("the quorum was lost during vote vote: 3 of its"));
}

TEST(OdditiesTest, APresenceOfSeconds) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1"});
  council.Must("m1", meetings::CheckOutOf("m1"));
  council.Wait(absl::Hours(1));
  council.Must("vera", meetings::CheckOutOf("vera"));
  EXPECT_THAT(OdditiesIn(council),
              AllOf(HasSubstr("present for less than a minute: m1 ("), Not(HasSubstr("vera ("))));
}

TEST(OdditiesTest, RulesThatAreNotTheShippedOnes) {
  rules::v1::RuleProfile profile = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  profile.mutable_notice()->set_full_days(profile.notice().full_days() + 1);
  EXPECT_THAT(OdditiesIn(Council(profile)),
              HasSubstr("differs from the built-in profile de-nw-rat of "));
}

TEST(OdditiesTest, AKeyUnderTheException) {
  EXPECT_THAT(OdditiesIn(votum::testing::SmallLog()),
              AllOf(HasSubstr("of bert came into force by anna alone"), Not(HasSubstr("of anna"))));
}

TEST(OdditiesTest, TheSameTwoForEverything) {
  votum::testing::SmallLog log;
  for (const char* person : {"a", "b", "c", "d"}) {
    log.Register(person);
    log.GiveKey(person, "bert");
  }
  EXPECT_THAT(OdditiesIn(log), Not(HasSubstr("same two"))) << "these are few";
  log.Register("e");
  log.GiveKey("e", "bert");
  EXPECT_THAT(OdditiesIn(log), HasSubstr("by the same two, anna and bert"));
}

// Registers `person`; the device of whoever signs shows the log's time and `ahead`.
void RegisterAt(absl::Duration ahead, const std::string& person, votum::testing::SmallLog* log) {
  directory::v1::RegisterPerson command = votum::testing::NewPerson(person);
  *command.mutable_header()->mutable_create_time() = ToTimestamp(log->time() + ahead);
  log->Append("anna", std::move(command));
}

TEST(OdditiesTest, AStepOfTheClock) {
  votum::testing::SmallLog log;
  RegisterAt(absl::Seconds(2), "a", &log);
  RegisterAt(-absl::Minutes(4), "b", &log);
  EXPECT_THAT(OdditiesIn(log), Not(HasSubstr("clock")));
  RegisterAt(-absl::Hours(2), "c", &log);
  EXPECT_THAT(OdditiesIn(log), AllOf(HasSubstr("a step of the clock by 1h56m"),
                                     HasSubstr("stands farthest from a signer's clock at record "),
                                     HasSubstr(", by 2h"), HasSubstr("ahead of it")));
}

// The ledger's clock stops; what may be recorded then bears the time of the last record.
TEST(OdditiesTest, AClockThatStoodStill) {
  votum::testing::SmallLog log;
  RegisterAt(absl::ZeroDuration(), "a", &log);
  const absl::Time shown = log.time() + absl::Hours(2);
  log.StopClock(shown);
  directory::v1::AcceptTime accept;
  *accept.mutable_time() = ToTimestamp(shown);
  *accept.mutable_header()->mutable_create_time() = ToTimestamp(shown);
  accept.set_last_record(log.records().size() - 1);
  log.Append("anna", std::move(accept));
  EXPECT_THAT(OdditiesIn(log), HasSubstr("the log's time has stood still since record "));
}

}  // namespace
}  // namespace votum::audit
