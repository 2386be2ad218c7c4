#include "core/command/timestamps.h"
#include "gtest/gtest.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Meeting, NobodyIsPresentBeforeItBegins) {
  const Council council;
  const auto attendance = council.sittings().GetAttendance(Council::kMeeting);
  ASSERT_OK(attendance);
  EXPECT_EQ(attendance->state(), v1::SITTING_STATE_UNSPECIFIED);
  EXPECT_EQ(attendance->present_count(), 0);
  EXPECT_EQ(attendance->statutory_number(), 7);
  EXPECT_FALSE(attendance->quorate());
}

TEST(Meeting, AClerkOrTheDeputyMayOpenIt) {
  for (const char* actor : {"vera", "dora", "kai"}) {
    Council council;
    council.Must(actor, OfMeeting<v1::OpenMeeting>());
    EXPECT_EQ(council.sittings().Find(Council::kMeeting)->state, v1::SITTING_STATE_OPEN);
  }
}

TEST(Meeting, QuorumIsMoreThanHalfOfTheStatutoryNumber) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "eva"});
  auto attendance = *council.sittings().GetAttendance(Council::kMeeting);
  EXPECT_EQ(attendance.present_count(), 3) << "eva has no voting right";
  EXPECT_FALSE(attendance.quorate());
  EXPECT_THAT(attendance.quorum_explanation().en(), HasSubstr("3 of 7 present: not quorate"));
  EXPECT_THAT(attendance.quorum_explanation().de(), HasSubstr("§ 49"));

  council.CheckIn({"m3"});
  attendance = *council.sittings().GetAttendance(Council::kMeeting);
  EXPECT_EQ(attendance.present_count(), 4);
  EXPECT_TRUE(attendance.quorate());
}

TEST(Meeting, EachStretchOfPresenceIsKept) {
  Council council;
  council.Open();
  council.CheckIn({"m1"});
  const absl::Time came = council.now();
  council.Must("kai", CheckOutOf("m1"));
  const absl::Time left = council.now();
  council.Must("kai", CheckInOf("m1"));
  const auto attendance = *council.sittings().GetAttendance(Council::kMeeting);
  ASSERT_EQ(attendance.presences_size(), 2);
  EXPECT_EQ(FromTimestamp(attendance.presences(0).start_time()), came);
  EXPECT_EQ(FromTimestamp(attendance.presences(0).end_time()), left);
  EXPECT_EQ(attendance.presences(0).recorder_id(), "");
  EXPECT_EQ(attendance.presences(1).recorder_id(), "kai");
  EXPECT_EQ(attendance.presences(0).end_recorder_id(), "kai");
  EXPECT_FALSE(attendance.presences(1).has_end_time());
}

TEST(Meeting, ClosingEndsAllPresences) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1"});
  council.Must("kai", OfMeeting<v1::CloseMeeting>());
  const auto attendance = *council.sittings().GetAttendance(Council::kMeeting);
  EXPECT_EQ(attendance.state(), v1::SITTING_STATE_CLOSED);
  EXPECT_EQ(attendance.present_count(), 0);
  for (const v1::Presence& presence : attendance.presences()) {
    EXPECT_EQ(FromTimestamp(presence.end_time()), council.now());
    EXPECT_EQ(presence.end_recorder_id(), "") << "nobody said that they went";
  }
}

TEST(Meeting, AMotionIsKeptAsItWasPut) {
  Council council;
  council.Open();
  council.Propose("top-2", "hauptsatzung", "m.1", v1::POLARITY_REJECTS_ITEM);
  const auto motion = council.motions().Get("m.1");
  ASSERT_OK(motion);
  EXPECT_EQ(motion->item_id(), "top-2");
  EXPECT_EQ(motion->proposition(), "Der Rat beschließt fünf Mobilstationen.");
  EXPECT_EQ(motion->polarity(), v1::POLARITY_REJECTS_ITEM);
  EXPECT_EQ(motion->rule_key(), "hauptsatzung");
  EXPECT_EQ(motion->vote_event_id(), "");
  EXPECT_FALSE(motion->public_());
}

TEST(Meeting, AConflictHoldsForItsItemOnly) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Must("m1", ConflictOf("m1", "top-2"));
  council.Must("kai", ConflictOf("m5", "top-1"));
  council.Propose("top-1", "", "one");
  council.OpenVote(v1::VOTE_MODE_OPEN, "one", "vote-1");
  const VoteEventEntry* event = council.votes().Find("vote-1");
  EXPECT_THAT(event->electorate, ElementsAre("m1", "m2", "m3", "m4", "vera"));
  EXPECT_THAT(event->excluded, ElementsAre("m5"));
  council.Must("vera", Close("vote-1"));

  council.Propose("top-2", "", "two");
  council.OpenVote(v1::VOTE_MODE_OPEN, "two", "vote-2");
  event = council.votes().Find("vote-2");
  EXPECT_THAT(event->electorate, ElementsAre("m2", "m3", "m4", "vera"));
  EXPECT_THAT(event->excluded, ElementsAre("m1"));
}

TEST(Meeting, AConflictCanBeDeclaredBetweenAnIncidentalVoteAndTheOneThatSettles) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose("top-1", "", "amendment", v1::POLARITY_INCIDENTAL);
  council.OpenVote(v1::VOTE_MODE_OPEN, "amendment", "vote-1");
  EXPECT_THAT(council.Give("m1", ConflictOf("m1")), IsRefused(Reason::kVoteOpened));
  council.Must("vera", Close("vote-1"));
  council.Must("vera", Establish(0, 0, 0, 5, v1::OUTCOME_REJECTED, "vote-1"));
  council.Must("m1", ConflictOf("m1"));
}

TEST(Meeting, VotesAreListedInTheOrderOfOpeningByPages) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  for (const char* id : {"c", "a", "b"}) {
    council.Propose("top-1", "", absl::StrCat("motion-", id));
    council.OpenVote(v1::VOTE_MODE_OPEN, absl::StrCat("motion-", id), id);
    council.Must("vera", Close(id));
  }
  const auto ids = [&](absl::string_view after, size_t limit) {
    std::vector<std::string> shown;
    const auto events = council.votes().List(Council::kMeeting, after, limit);
    EXPECT_OK(events);
    for (const v1::VoteEvent& event : *events) shown.push_back(event.id());
    return shown;
  };
  EXPECT_THAT(ids("", 2), ElementsAre("c", "a"));
  EXPECT_THAT(ids("a", 2), ElementsAre("b"));
  EXPECT_THAT(ids("b", 2), IsEmpty());
  EXPECT_THAT(council.votes().List(Council::kMeeting, "x", 2), IsRefused(Reason::kBadPage));
  EXPECT_THAT(council.votes().List("x", "", 2), IsRefused(Reason::kNoSuchMeeting));
}

TEST(Meeting, ReadsNameWhatIsNotThere) {
  const Council council;
  EXPECT_THAT(council.sittings().GetAttendance("x"), IsRefused(Reason::kNoSuchMeeting));
  EXPECT_THAT(council.motions().Get("x"), IsRefused(Reason::kNoSuchMotion));
  EXPECT_THAT(council.votes().Get("x"), IsRefused(Reason::kNoSuchVote));
  EXPECT_THAT(council.votes().ComputeResult("x"), IsRefused(Reason::kNoSuchVote));
}

}  // namespace
}  // namespace votum::meetings
