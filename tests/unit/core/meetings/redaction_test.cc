// Tests which data each reader is shown.
#include "core/meetings/redaction.h"

#include "gtest/gtest.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

using ::testing::IsEmpty;

constexpr Audience kAll[] = {Audience::kPublic, Audience::kCouncil, Audience::kAuditor};

v1::VoteEvent Shown(const Council& council, Audience audience) {
  return ForReader(*council.votes().Get("vote"), audience);
}

void VoteOn(Council& council, absl::string_view item, v1::VoteMode mode) {
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose(item);
  council.OpenVote(mode);
  council.Must("m1", Cast(v1::CHOICE_YES));
  council.Must("kai", Paper("m2", v1::CHOICE_NO));
  council.Must("sam", ConfirmPaper("m2", v1::CHOICE_NO));
  council.Must("kai", Paper("m3", v1::CHOICE_NO));
}

void End(Council& council) {
  council.Must("kai", WithdrawPaper("m3"));
  council.Must("vera", Close());
}

TEST(Redaction, ARunningVoteShowsNobodyWhatWasVoted) {
  for (const v1::VoteMode mode : {v1::VOTE_MODE_OPEN, v1::VOTE_MODE_ROLL_CALL}) {
    Council council;
    VoteOn(council, "top-1", mode);
    for (const Audience audience : kAll) {
      const v1::VoteEvent event = Shown(council, audience);
      EXPECT_THAT(event.votes(), IsEmpty());
      EXPECT_FALSE(event.has_result());
      EXPECT_FALSE(event.has_computed_result());
      EXPECT_EQ(event.cast_count(), 2);
      EXPECT_EQ(event.electorate_size(), 5);
      EXPECT_EQ(event.pending_papers_size(), audience == Audience::kPublic ? 0 : 1);
    }
  }
}

TEST(Redaction, ARollCallShowsEverybodyWhoVotedHowOnceItIsAnnounced) {
  Council council;
  VoteOn(council, "top-1", v1::VOTE_MODE_ROLL_CALL);
  End(council);
  EXPECT_EQ(Shown(council, Audience::kPublic).votes_size(), 0)
      << "everybody could count the result";
  EXPECT_EQ(Shown(council, Audience::kCouncil).votes_size(), 2);
  council.Must("vera", Establish(1, 1, 0, 3, v1::OUTCOME_REJECTED));
  for (const Audience audience : kAll) EXPECT_EQ(Shown(council, audience).votes_size(), 2);
}

TEST(Redaction, AnOpenVoteShowsAuditorsOnlyWhoVotedHow) {
  Council council;
  VoteOn(council, "top-1", v1::VOTE_MODE_OPEN);
  End(council);
  EXPECT_EQ(Shown(council, Audience::kPublic).votes_size(), 0);
  EXPECT_EQ(Shown(council, Audience::kCouncil).votes_size(), 0);
  EXPECT_EQ(Shown(council, Audience::kAuditor).votes_size(), 2);
}

TEST(Redaction, TheCouncilSeesTheResultBeforeItIsAnnounced) {
  Council council;
  VoteOn(council, "top-1", v1::VOTE_MODE_OPEN);
  End(council);
  EXPECT_FALSE(Shown(council, Audience::kPublic).has_computed_result());
  EXPECT_EQ(Shown(council, Audience::kCouncil).computed_result().tally().not_voted(), 3);
  council.Must("vera", Establish(1, 1, 0, 3, v1::OUTCOME_REJECTED));
  for (const Audience audience : kAll) {
    EXPECT_EQ(Shown(council, audience).result().outcome(), v1::OUTCOME_REJECTED);
  }
}

TEST(Redaction, OfANonPublicItemThePublicLearnsThatThereWasAVote) {
  Council council;
  VoteOn(council, "top-2", v1::VOTE_MODE_ROLL_CALL);
  End(council);
  council.Must("vera", Establish(1, 1, 0, 3, v1::OUTCOME_REJECTED));
  v1::VoteEvent nothing_but;
  nothing_but.set_id("vote");
  nothing_but.set_state(v1::VOTE_EVENT_STATE_ESTABLISHED);
  EXPECT_EQ(Shown(council, Audience::kPublic).SerializeAsString(), nothing_but.SerializeAsString());
  EXPECT_EQ(Shown(council, Audience::kCouncil).votes_size(), 2);

  const v1::Motion motion = *council.motions().Get("motion");
  v1::Motion named;
  named.set_id("motion");
  EXPECT_EQ(ForReader(motion, Audience::kPublic).SerializeAsString(), named.SerializeAsString());
  EXPECT_EQ(ForReader(motion, Audience::kCouncil).proposition(), motion.proposition());
}

TEST(Redaction, APublicMotionIsShownAsItIs) {
  Council council;
  council.Open();
  council.Propose();
  const v1::Motion motion = *council.motions().Get("motion");
  for (const Audience audience : kAll) {
    EXPECT_EQ(ForReader(motion, audience).SerializeAsString(), motion.SerializeAsString());
  }
}

TEST(Redaction, ConflictsOnNonPublicItemsAreForTheCouncil) {
  Council council;
  council.Open();
  council.CheckIn({"m1"});
  council.Must("m1", ConflictOf("m1", "top-1"));
  council.Must("m2", ConflictOf("m2", "top-2"));
  const v1::Attendance attendance = *council.sittings().GetAttendance(Council::kMeeting);
  EXPECT_EQ(ForReader(attendance, council.agenda(), Audience::kCouncil).conflicts_size(), 2);
  const v1::Attendance shown = ForReader(attendance, council.agenda(), Audience::kPublic);
  ASSERT_EQ(shown.conflicts_size(), 1);
  EXPECT_EQ(shown.conflicts(0).person_id(), "m1");
  EXPECT_EQ(shown.presences_size(), 1);
}

TEST(Redaction, WhatWaitsIsShownAsItsRecordIs) {
  Council council;
  council.Open();
  v1::Attendance attendance = *council.sittings().GetAttendance(Council::kMeeting);
  for (const uint64_t record : {7, 8}) {
    v1::MeetingAct& act = *attendance.add_acts();
    act.mutable_act()->set_record(record);
    act.set_public_(record == 7);
  }
  EXPECT_EQ(ForReader(attendance, council.agenda(), Audience::kCouncil).acts_size(), 2);
  const v1::Attendance shown = ForReader(attendance, council.agenda(), Audience::kPublic);
  ASSERT_EQ(shown.acts_size(), 1);
  EXPECT_EQ(shown.acts(0).act().record(), 7);
}

}  // namespace
}  // namespace votum::meetings
