// The course of a vote: its electorate, and votes that are cast, corrected and given on paper.
#include "core/command/timestamps.h"
#include "gtest/gtest.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::VoteEvent Event(const Council& council) {
  const auto event = council.votes().Get("vote");
  EXPECT_OK(event);
  return *event;
}

TEST(Vote, OpeningFreezesElectorateAndRules) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4", "eva"});
  council.Must("m4", ConflictOf("m4"));
  council.Propose();
  council.OpenVote();
  const absl::Time opened = council.now();
  council.CheckIn({"m5"});
  const v1::VoteEvent event = Event(council);
  EXPECT_THAT(event.electorate(), ElementsAre("m1", "m2", "m3", "vera"));
  EXPECT_THAT(event.excluded(), ElementsAre("m4"));
  EXPECT_EQ(event.statutory_number(), 7);
  EXPECT_EQ(event.seated_number(), 7);
  EXPECT_EQ(event.profile().id(), "de-nw-rat");
  EXPECT_EQ(event.state(), v1::VOTE_EVENT_STATE_OPEN);
  EXPECT_EQ(FromTimestamp(event.open_time()), opened);
  EXPECT_TRUE(event.public_());
  EXPECT_EQ(council.motions().Find("motion")->vote_event_id, "vote");
}

// Rules under which the motion fails, and the quorum too, are adopted at each point from the
// invitation on: the meeting has those of its convening, and the next one has the new ones.
TEST(Vote, AMeetingHasTheRulesOfItsConvening) {
  for (const int adopted_before : {0, 1, 2, 3}) {
    SCOPED_TRACE(adopted_before);
    Council council;
    const auto adopt_if = [&](int point) {
      if (point != adopted_before) return;
      directory::v1::AdoptRuleProfile adopt;
      adopt.set_organization_id("rat");
      const uint64_t now = *council.directory().FindOrganization("rat")->profile_index;
      *adopt.mutable_profile() = council.directory().ProfileOf(now);
      adopt.mutable_profile()->mutable_motions(0)->set_minimum_yes(5);
      adopt.mutable_profile()->clear_election();
      council.Must("amt", adopt);
    };
    const uint64_t rules = council.agenda().FindMeeting(Council::kMeeting)->profile_index;
    adopt_if(0);
    council.Open();
    council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
    adopt_if(1);
    council.Propose();
    adopt_if(2);
    council.OpenVote();
    adopt_if(3);
    council.Must("m1", Cast(v1::CHOICE_YES));
    council.Must("vera", Close());
    EXPECT_EQ(council.votes().ComputeResult("vote")->outcome(), v1::OUTCOME_ADOPTED);
    EXPECT_EQ(council.votes().Find("vote")->profile_index, rules);
    const auto shown = council.agenda().GetMeeting(Council::kMeeting, Audience::kPublic);
    ASSERT_OK(shown);
    EXPECT_EQ(shown->profile_index(), rules);

    council.Must("vera", OfMeeting<v1::CloseMeeting>());
    council.OpenAnother("naechste", "top-3");
    EXPECT_GT(council.agenda().FindMeeting("naechste")->profile_index, rules);
  }
}

TEST(Vote, TheOneWhoDecidesIsTheNewestRecord) {
  Council council;
  council.UpToVote();
  council.Must("m1", Cast(v1::CHOICE_YES));
  const std::string first = council.last_command_id();
  council.Must("m1", Correct(v1::CHOICE_NO, first));
  const std::string second = council.last_command_id();
  EXPECT_THAT(council.Give("m1", Correct(v1::CHOICE_YES, first)),
              IsRefused(Reason::kStaleCorrection));
  council.Must("m1", Correct(v1::CHOICE_ABSTAIN, second));
  const uint64_t newest = council.last_index();
  council.Must("vera", Close());
  const v1::VoteEvent event = Event(council);
  ASSERT_EQ(event.votes_size(), 1);
  EXPECT_EQ(event.votes(0).choice(), v1::CHOICE_ABSTAIN);
  EXPECT_EQ(event.votes(0).index(), newest);
  EXPECT_FALSE(event.votes(0).paper());
}

TEST(Vote, ASecondVoteIsToldHowToCorrect) {
  Council council;
  council.UpToVote();
  council.Must("m1", Cast(v1::CHOICE_YES));
  const std::string command_id = council.last_command_id();
  const absl::Status status = council.Give("m1", Cast(v1::CHOICE_NO));
  EXPECT_THAT(status, IsRefused(Reason::kAlreadyVoted));
  EXPECT_THAT(std::string(status.message()), HasSubstr("CorrectVote"));
  EXPECT_THAT(std::string(status.message()), HasSubstr(command_id));
}

TEST(Vote, WhoLeavesKeepsTheVoteCastAndCountsAsNotVotedOtherwise) {
  Council council;
  council.UpToVote();
  council.Must("m1", Cast(v1::CHOICE_YES));
  const std::string command_id = council.last_command_id();
  council.Must("m1", CheckOutOf("m1"));
  council.Must("m2", CheckOutOf("m2"));
  EXPECT_THAT(council.Give("m1", Correct(v1::CHOICE_NO, command_id)),
              IsRefused(Reason::kNotPresent));
  EXPECT_THAT(council.Give("m2", Cast(v1::CHOICE_NO)), IsRefused(Reason::kNotPresent));
  EXPECT_THAT(council.Give("kai", Paper("m2", v1::CHOICE_NO)), IsRefused(Reason::kNotPresent));
  council.Must("vera", Close());
  const auto result = council.votes().ComputeResult("vote");
  ASSERT_OK(result);
  EXPECT_EQ(result->tally().yes(), 1);
  EXPECT_EQ(result->tally().not_voted(), 4);
  EXPECT_THAT(result->explanation().en(), HasSubstr("5 of 7 present: quorate"));
}

TEST(Vote, WhoComesBackWhileItIsOpenMayVote) {
  Council council;
  council.UpToVote();
  council.Must("m1", CheckOutOf("m1"));
  council.CheckIn({"m1"});
  council.Must("m1", Cast(v1::CHOICE_YES));
}

TEST(Vote, APaperVoteCountsOnceASecondPersonHasConfirmedIt) {
  Council council;
  council.UpToVote();
  council.Must("kai", Paper("m1", v1::CHOICE_NO));
  EXPECT_EQ(Event(council).cast_count(), 0);
  ASSERT_EQ(Event(council).pending_papers_size(), 1);
  EXPECT_EQ(Event(council).pending_papers(0).recorder_id(), "kai");
  EXPECT_THAT(council.Give("vera", Close()), IsRefused(Reason::kPaperUnconfirmed));
  council.Must("sam", ConfirmPaper("m1", v1::CHOICE_NO));
  EXPECT_EQ(Event(council).cast_count(), 1);
  council.Must("vera", Close());
  const v1::VoteEvent event = Event(council);
  ASSERT_EQ(event.votes_size(), 1);
  EXPECT_TRUE(event.votes(0).paper());
  EXPECT_EQ(event.votes(0).choice(), v1::CHOICE_NO);
  EXPECT_EQ(event.votes(0).recorder_id(), "kai");
  EXPECT_EQ(event.votes(0).confirmer_id(), "sam");
  EXPECT_EQ(event.pending_papers_size(), 0);
}

TEST(Vote, ClerkSecretaryAndChairMayConfirmPaper) {
  for (const char* actor : {"kim", "sam", "vera", "dora"}) {
    Council council;
    council.UpToVote();
    council.Must("kai", Paper("m1", v1::CHOICE_YES));
    council.Must(actor, ConfirmPaper("m1", v1::CHOICE_YES));
  }
}

TEST(Vote, AWrongPaperIsTakenBackAndTheMemberMayVote) {
  Council council;
  council.UpToVote();
  council.Must("kai", Paper("m1", v1::CHOICE_NO));
  const absl::Status held = council.Give("m1", Cast(v1::CHOICE_YES));
  EXPECT_THAT(held, IsRefused(Reason::kPaperRecorded));
  EXPECT_THAT(std::string(held.message()), HasSubstr("WithdrawPaperVote"));
  council.Must("kim", WithdrawPaper("m1"));
  council.Must("m1", Cast(v1::CHOICE_YES));
  council.Must("vera", Close());
  EXPECT_EQ(council.votes().ComputeResult("vote")->tally().yes(), 1);
}

TEST(Vote, APaperHandedInBeforeLeavingCanStillBeConfirmed) {
  Council council;
  council.UpToVote();
  council.Must("kai", Paper("m1", v1::CHOICE_NO));
  council.Must("m1", CheckOutOf("m1"));
  council.Must("sam", ConfirmPaper("m1", v1::CHOICE_NO));
  EXPECT_EQ(Event(council).cast_count(), 1);
}

TEST(Vote, ARefusedPaperDoesNotSayWhatWasRecorded) {
  Council council;
  council.UpToVote();
  council.Must("kai", Paper("m1", v1::CHOICE_NO));
  const absl::Status status = council.Give("sam", ConfirmPaper("m1", v1::CHOICE_YES));
  EXPECT_THAT(status, IsRefused(Reason::kPaperDiffers));
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("NO")));
}

TEST(Vote, APaperIsConfirmedForTheCandidateThatWasRecorded) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  auto election = OfMeeting<v1::ProposeMotion>();
  election.set_item_id("top-1");
  election.set_motion_id("motion");
  election.set_proposition("Wer soll es werden?");
  election.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  for (const char* id : {"ada", "ben"}) {
    v1::Candidate& candidate = *election.add_candidates();
    candidate.set_id(id);
    candidate.set_name(id);
  }
  council.Must("vera", election);
  council.OpenVote();
  v1::RecordPaperVote paper = Paper("m1", v1::CHOICE_YES);
  paper.set_candidate_id("ada");
  council.Must("kai", paper);
  v1::ConfirmPaperVote confirm = ConfirmPaper("m1", v1::CHOICE_YES);
  confirm.set_candidate_id("ben");
  EXPECT_THAT(council.Give("sam", confirm), IsRefused(Reason::kPaperDiffers));
  confirm.set_candidate_id("ada");
  council.Must("sam", confirm);
  council.Must("vera", Close());
  const v1::Tally tally = council.votes().ComputeResult("vote")->tally();
  EXPECT_EQ(tally.candidates(0).votes(), 1);
  EXPECT_EQ(tally.candidates(1).votes(), 0);
}

TEST(Vote, NothingCountsAfterClosing) {
  Council council;
  council.UpToVote();
  council.Must("m1", Cast(v1::CHOICE_YES));
  const std::string command_id = council.last_command_id();
  council.Must("kai", Close());
  EXPECT_THAT(council.Give("m2", Cast(v1::CHOICE_NO)), IsRefused(Reason::kVoteClosed));
  EXPECT_THAT(council.Give("m1", Correct(v1::CHOICE_NO, command_id)),
              IsRefused(Reason::kVoteClosed));
  EXPECT_THAT(council.Give("kai", Paper("m2", v1::CHOICE_NO)), IsRefused(Reason::kVoteClosed));
  EXPECT_THAT(council.Give("kai", ConfirmPaper("m2", v1::CHOICE_NO)),
              IsRefused(Reason::kVoteClosed));
  EXPECT_THAT(council.Give("kai", WithdrawPaper("m2")), IsRefused(Reason::kVoteClosed));
  EXPECT_THAT(council.Give("kai", Close()), IsRefused(Reason::kVoteClosed));
}

TEST(Vote, TheMeetingGoesOnAfterClosing) {
  Council council;
  council.UpToVote();
  council.Must("vera", Close());
  council.Propose("top-2", "", "another");
  council.OpenVote(v1::VOTE_MODE_OPEN, "another", "vote-2");
  council.Must("m1", Cast(v1::CHOICE_YES, "vote-2"));
}

}  // namespace
}  // namespace votum::meetings
