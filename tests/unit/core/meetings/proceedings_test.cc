// Quorum in doubt, second calls, modes, elections, ballot papers, seats, lots.
#include <functional>
#include <string>

#include "core/command/timestamps.h"
#include "core/meetings/redaction.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rules/calendar.h"
#include "rules/lot.h"
#include "rules/profile.h"
#include "tests/harness/people.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

rules::v1::RuleProfile Nrw() { return *rules::BuiltInProfile("de-nw-rat", "2026-11-01"); }

v1::ChallengeQuorum Doubt(const std::string& item = "top-1",
                          const std::string& meeting = Council::kMeeting) {
  auto doubt = OfMeeting<v1::ChallengeQuorum>(meeting);
  doubt.set_item_id(item);
  return doubt;
}
v1::CountQuorum CountFor(const std::string& item = "top-1",
                         const std::string& meeting = Council::kMeeting) {
  auto count = OfMeeting<v1::CountQuorum>(meeting);
  count.set_item_id(item);
  return count;
}
v1::DemandMode Demand(v1::VoteMode mode) {
  auto demand = OfMeeting<v1::DemandMode>();
  demand.set_motion_id("motion");
  demand.set_mode(mode);
  return demand;
}
v1::OpenVote VoteIn(v1::VoteMode mode, const std::string& motion = "motion",
                    const std::string& vote = "vote",
                    const std::string& meeting = Council::kMeeting) {
  auto open = OfMeeting<v1::OpenVote>(meeting);
  open.set_motion_id(motion);
  open.set_vote_event_id(vote);
  open.set_mode(mode);
  return open;
}
v1::ProposeMotion ElectionOf(std::initializer_list<const char*> candidates,
                             const std::string& id = "motion") {
  auto motion = OfMeeting<v1::ProposeMotion>();
  motion.set_item_id("top-1");
  motion.set_motion_id(id);
  motion.set_proposition("Wer soll es werden?");
  motion.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  for (const char* candidate : candidates) {
    v1::Candidate* one = motion.add_candidates();
    one->set_id(candidate);
    one->set_name(candidate);
  }
  return motion;
}
v1::MarkBallot Urn(const std::string& person) {
  auto mark = OfMeeting<v1::MarkBallot>();
  mark.set_vote_event_id("vote");
  mark.set_person_id(person);
  return mark;
}
v1::Tally Papers(uint32_t yes, uint32_t no, uint32_t abstain, uint32_t invalid) {
  v1::Tally tally;
  tally.set_yes(yes);
  tally.set_no(no);
  tally.set_abstain(abstain);
  tally.set_invalid(invalid);
  return tally;
}
template <typename Command>
Command CountOf(const v1::Tally& tally) {
  auto count = OfMeeting<Command>();
  count.set_vote_event_id("vote");
  *count.mutable_tally() = tally;
  return count;
}
v1::CastVote CastFor(const std::string& candidate, const std::string& vote = "vote") {
  v1::CastVote cast = Cast(v1::CHOICE_YES, vote);
  cast.set_candidate_id(candidate);
  return cast;
}
// Establishes the result that follows from the votes.
void EstablishComputed(Council& council, const std::string& vote = "vote") {
  const v1::Result computed = *council.votes().ComputeResult(vote);
  auto establish = OfMeeting<v1::EstablishResult>();
  establish.set_vote_event_id(vote);
  *establish.mutable_tally() = computed.tally();
  establish.set_outcome(computed.outcome());
  council.Must("vera", establish);
}
const v1::Result& ResultOf(const Council& council, const std::string& vote = "vote") {
  return *council.votes().Find(vote)->result;
}

TEST(QuorumCourseTest, ADoubtStopsVotesUntilTheCount) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose();
  EXPECT_THAT(council.Give("m4", Doubt()), IsRefused(Reason::kNotPresent));
  council.Must("m1", Doubt());
  EXPECT_THAT(council.Give("m2", Doubt()), IsRefused(Reason::kAlreadyChallenged));
  EXPECT_THAT(council.Give("vera", VoteIn(v1::VOTE_MODE_OPEN)),
              IsRefused(Reason::kQuorumChallenged));
  EXPECT_THAT(council.Give("m1", CountFor()), IsRefused(Reason::kNotPresiding));
  council.Must("vera", CountFor());
  council.Must("vera", VoteIn(v1::VOTE_MODE_OPEN));
  const v1::ItemQuorum quorum =
      council.sittings().GetAttendance(Council::kMeeting)->item_quorums(0);
  EXPECT_EQ(quorum.state(), v1::QUORUM_STATE_QUORATE);
  EXPECT_THAT(quorum.explanation().en(), HasSubstr("4 of 7 present: quorate"));
}

TEST(QuorumCourseTest, OnANonPublicItemThePublicLearnsNothingOfIt) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  for (const char* item : {"top-1", "top-2"}) {
    council.Must("m1", Doubt(item));
    council.Must("vera", CountFor(item));
  }
  const v1::Attendance attendance = *council.sittings().GetAttendance(Council::kMeeting);
  EXPECT_EQ(ForReader(attendance, council.agenda(), Audience::kCouncil).item_quorums_size(), 2);
  const v1::Attendance shown = ForReader(attendance, council.agenda(), Audience::kPublic);
  ASSERT_EQ(shown.item_quorums_size(), 1);
  EXPECT_EQ(shown.item_quorums(0).item_id(), "top-1");
}

TEST(QuorumCourseTest, TheSecondCallNeedsNoQuorumIfItsInvitationSaidSo) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2"});
  council.Propose();
  council.Must("m1", Doubt());
  council.Must("vera", CountFor());
  EXPECT_THAT(council.Give("vera", VoteIn(v1::VOTE_MODE_OPEN)), IsRefused(Reason::kItemPostponed));
  EXPECT_THAT(council.Give("vera", CountFor()), IsRefused(Reason::kItemPostponed));

  council.OpenAnother("sitzung-2", "top-neu");
  for (const char* person : {"vera", "m1"}) {
    auto check_in = CheckInOf(person);
    check_in.set_meeting_id("sitzung-2");
    check_in.set_remote(true);
    council.Must(person, check_in);
  }
  auto again = OfMeeting<v1::CallItemAgain>("sitzung-2");
  again.set_item_id("top-neu");
  again.set_postponed_meeting_id(Council::kMeeting);
  again.set_postponed_item_id("top-2");
  again.set_noticed(true);
  EXPECT_THAT(council.Give("vera", again), IsRefused(Reason::kNotPostponed));
  again.set_postponed_item_id("top-1");
  council.Must("vera", again);
  v1::ProposeMotion motion = ElectionOf({}, "motion-2");
  motion.set_meeting_id("sitzung-2");
  motion.set_item_id("top-neu");
  council.Must("vera", motion);
  const v1::OpenVote open = VoteIn(v1::VOTE_MODE_OPEN, "motion-2", "vote-2", "sitzung-2");
  EXPECT_THAT(council.Give("vera", open), IsRefused(Reason::kQuorumChallenged));
  council.Must("vera", CountFor("top-neu", "sitzung-2"));
  council.Must("vera", open);
  EXPECT_TRUE(council.sittings().GetAttendance("sitzung-2")->presences(0).remote());
}

TEST(QuorumCourseTest, TheSecondCallIsInAnotherMeeting) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2"});
  council.Must("m1", Doubt());
  council.Must("vera", CountFor());
  auto again = OfMeeting<v1::CallItemAgain>();
  again.set_postponed_meeting_id(Council::kMeeting);
  again.set_postponed_item_id("top-1");
  for (const char* item : {"top-1", "top-2"}) {
    again.set_item_id(item);
    EXPECT_THAT(council.Give("vera", again), IsRefused(Reason::kSameMeeting)) << item;
  }
}

TEST(ModesTest, EnoughDemandsBindTheChair) {
  Council council;  // a fifth of 7: two members
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose();
  council.Must("m1", Demand(v1::VOTE_MODE_ROLL_CALL));
  EXPECT_THAT(council.Give("m1", Demand(v1::VOTE_MODE_ROLL_CALL)),
              IsRefused(Reason::kAlreadyDemanded));
  EXPECT_THAT(council.Give("m5", Demand(v1::VOTE_MODE_SECRET)), IsRefused(Reason::kNotPresent));
  EXPECT_THAT(council.Give("eva", Demand(v1::VOTE_MODE_SECRET)), IsRefused(Reason::kNotEntitled));
  EXPECT_THAT(council.Give("m2", Demand(v1::VOTE_MODE_OPEN)), IsRefused(Reason::kBadMode));
  council.Must("m2", Demand(v1::VOTE_MODE_ROLL_CALL));
  EXPECT_THAT(council.Give("vera", VoteIn(v1::VOTE_MODE_OPEN)), IsRefused(Reason::kModeDemanded));
  council.Must("m3", Demand(v1::VOTE_MODE_SECRET));
  council.Must("m4", Demand(v1::VOTE_MODE_SECRET));
  EXPECT_THAT(council.Give("vera", VoteIn(v1::VOTE_MODE_ROLL_CALL)),
              IsRefused(Reason::kModeDemanded))
      << "secret goes before roll call";
  council.Must("vera", VoteIn(v1::VOTE_MODE_SECRET));
  EXPECT_THAT(council.Give("m5", Demand(v1::VOTE_MODE_SECRET)), IsRefused(Reason::kVoteOpened));
}

TEST(ModesTest, WhereVotesAreOpenNoneIsSecret) {
  Council council(*rules::BuiltInProfile("de-sh-rat", "2026-11-01"));
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose();
  EXPECT_THAT(council.Give("vera", VoteIn(v1::VOTE_MODE_SECRET)),
              IsRefused(Reason::kModeNotAllowed));
}

TEST(RulesInForceTest, AMeetingIsConvenedUnderRulesThatHoldOnItsDay) {
  Council council;
  rules::v1::RuleProfile old = Nrw();
  directory::v1::AdoptRuleProfile adopt;
  adopt.set_organization_id("rat");
  v1::ConveneMeeting convene;
  convene.set_meeting_id("naechste");
  convene.set_organization_id("rat");
  convene.set_title("2. Sitzung");
  convene.set_place("Ratssaal");
  const absl::Time start = council.now() + absl::Hours(24 * 20);
  *convene.mutable_start_time() = ToTimestamp(start);
  const absl::CivilDay day(rules::LocalTime(old.time_zone(), start));
  const auto adopt_until = [&](absl::CivilDay last) {
    old.set_valid_to(absl::FormatCivilTime(last));
    *adopt.mutable_profile() = old;
    council.Must("amt", adopt);
  };
  adopt_until(day - 1);
  EXPECT_THAT(council.Give("kai", convene), IsRefused(Reason::kRulesNotInForce));
  adopt_until(day);
  council.Must("kai", convene);
}

TEST(RulesInForceTest, OldRulesOpenNoVoteAfterMidnight) {
  rules::v1::RuleProfile old = Nrw();
  const absl::CivilDay day(rules::LocalTime(old.time_zone(), Council().now()));
  old.set_valid_to(absl::FormatCivilTime(day));
  Council council(old);
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose();
  council.Wait(absl::Hours(24));
  EXPECT_THAT(council.Give("vera", VoteIn(v1::VOTE_MODE_OPEN)),
              IsRefused(Reason::kRulesNotInForce));
}

TEST(MayorTest, DoesNotVoteWhereTheLawSaysSo) {
  Council council;
  directory::v1::GrantOffice grant;
  grant.set_person_id("vera");
  grant.set_office(common::v1::OFFICE_MAYOR);
  council.Must("amt", grant);
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  v1::ProposeMotion motion = ElectionOf({});
  motion.set_norm("§ 50 (3) GO NRW");
  council.Must("vera", motion);
  council.Must("vera", VoteIn(v1::VOTE_MODE_OPEN));
  const VoteEventEntry& event = *council.votes().Find("vote");
  EXPECT_THAT(event.electorate, ElementsAre("m1", "m2", "m3", "m4"));
  EXPECT_EQ(event.statutory_number, 6u);
  EXPECT_THAT(council.Give("vera", Cast(v1::CHOICE_YES)), IsRefused(Reason::kNotPresent));
}

v1::DecideConflict ConflictFound(const std::string& person) {
  auto decide = OfMeeting<v1::DecideConflict>();
  decide.set_item_id("top-1");
  decide.set_person_id(person);
  decide.set_vote_event_id("vote");
  return decide;
}

TEST(ConflictTest, TheCouncilDecidesAConflict) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose("top-1", "", "befangen", v1::POLARITY_INCIDENTAL);
  council.OpenVote(v1::VOTE_MODE_OPEN, "befangen", "vote");
  const v1::DecideConflict decide = ConflictFound("m1");
  EXPECT_THAT(council.Give("vera", decide), IsRefused(Reason::kNotResolved));
  for (const char* person : {"vera", "m2", "m3"}) council.Must(person, Cast(v1::CHOICE_YES));
  council.Must("vera", Close());
  EstablishComputed(council);
  council.Must("vera", decide);
  council.Propose();
  council.OpenVote(v1::VOTE_MODE_OPEN, "motion", "vote-2");
  EXPECT_THAT(council.Give("m1", Cast(v1::CHOICE_YES, "vote-2")),
              IsRefused(Reason::kExcludedByConflict));
}

TEST(ConflictTest, NobodyIsExcludedByAVoteInWhichTheyTookPart) {
  for (const v1::VoteMode mode : {v1::VOTE_MODE_ROLL_CALL, v1::VOTE_MODE_SECRET}) {
    Council council;
    council.Open();
    council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
    council.Propose("top-1", "", "befangen", v1::POLARITY_INCIDENTAL);
    council.OpenVote(mode, "befangen");
    const bool secret = mode == v1::VOTE_MODE_SECRET;
    for (const char* person : {"m1", "m2", "m3"}) {
      EXPECT_OK(secret ? council.Give("kai", Urn(person))
                       : council.Give(person, Cast(v1::CHOICE_YES)));
    }
    council.Must("vera", Close());
    if (secret) {
      council.Must("kai", CountOf<v1::RecordBallotCount>(Papers(3, 0, 0, 0)));
      council.Must("kim", CountOf<v1::ConfirmBallotCount>(Papers(3, 0, 0, 0)));
    }
    EstablishComputed(council);
    EXPECT_THAT(council.Give("vera", ConflictFound("m1")), IsRefused(Reason::kMemberTookPart));
    council.Must("vera", ConflictFound("m4"));
  }
}

TEST(DisruptionTest, IsKeptWithItsTime) {
  Council council;
  council.Open();
  auto disruption = OfMeeting<v1::RecordDisruption>();
  disruption.set_person_id("m1");
  *disruption.mutable_text() = testing::About("m2", "Leitung unterbrochen").ref;
  EXPECT_THAT(council.Give("m1", disruption), IsRefused(Reason::kBadAttachment))
      << "sealed under the subject of another person";
  *disruption.mutable_text() = testing::About("m1", "Leitung unterbrochen").ref;
  EXPECT_THAT(council.Give("m2", disruption), IsRefused(Reason::kNotPresiding));
  council.Must("m1", disruption);
  v1::Attendance attendance = *council.sittings().GetAttendance(Council::kMeeting);
  ASSERT_EQ(attendance.disruptions_size(), 1);
  EXPECT_EQ(attendance.disruptions(0).recorder_id(), "m1");
  EXPECT_EQ(ForReader(attendance, council.agenda(), Audience::kPublic).disruptions_size(), 0);
}

// An election of ada and ben, open, in which everybody present has a vote.
void UpToElection(Council& council, v1::VoteMode mode) {
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Must("vera", ElectionOf({"ada", "ben"}));
  council.Must("vera", VoteIn(mode));
}

TEST(ElectionTest, IsOpenUnlessSomebodyObjects) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Must("vera", ElectionOf({"ada", "ben"}));
  council.Must("m1", Demand(v1::VOTE_MODE_SECRET));
  EXPECT_THAT(council.Give("vera", VoteIn(v1::VOTE_MODE_OPEN)), IsRefused(Reason::kModeDemanded));
}

TEST(ElectionTest, VotesNameACandidate) {
  Council council;
  UpToElection(council, v1::VOTE_MODE_ROLL_CALL);
  EXPECT_THAT(council.Give("m1", Cast(v1::CHOICE_YES)), IsRefused(Reason::kNoSuchCandidate));
  EXPECT_THAT(council.Give("m1", CastFor("eve")), IsRefused(Reason::kNoSuchCandidate));
  v1::CastVote no = CastFor("ada");
  no.set_choice(v1::CHOICE_NO);
  EXPECT_THAT(council.Give("m1", no), IsRefused(Reason::kBadChoice));
  council.Must("m1", CastFor("ada"));
  council.Must("m2", CastFor("ada"));
  council.Must("m3", CastFor("ada"));
  council.Must("m4", CastFor("ben"));
  council.Must("vera", Close());
  EstablishComputed(council);
  EXPECT_EQ(ResultOf(council).election(), v1::ELECTION_OUTCOME_ELECTED);
  EXPECT_THAT(ResultOf(council).candidate_ids(), ElementsAre("ada"));
  EXPECT_EQ(ResultOf(council).outcome(), v1::OUTCOME_ADOPTED);
  EXPECT_THAT(ResultOf(council).explanation().en(), HasSubstr("ada 3, ben 1, no 0; 3 of 4"));
}

TEST(ElectionTest, CandidatesAreChecked) {
  Council council;
  council.Open();
  EXPECT_THAT(council.Give("vera", ElectionOf({"ada", "ada"})), IsRefused(Reason::kBadCandidates));
  v1::ProposeMotion with_rule = ElectionOf({"ada"});
  with_rule.set_rule_key("hauptsatzung");
  EXPECT_THAT(council.Give("vera", with_rule), IsRefused(Reason::kBadCandidates));
  v1::ProposeMotion seats = ElectionOf({});
  seats.set_seats(5);
  EXPECT_THAT(council.Give("vera", seats), IsRefused(Reason::kBadCandidates));
  v1::ProposeMotion runoff = ElectionOf({"ada", "ben"});
  runoff.set_runoff_of("vote");
  EXPECT_THAT(council.Give("vera", runoff), IsRefused(Reason::kBadCandidates));
}

TEST(SecretVoteTest, TheUrnIsCountedByTwoAndReconciled) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose();
  council.OpenVote(v1::VOTE_MODE_SECRET);
  EXPECT_THAT(council.Give("m1", Cast(v1::CHOICE_YES)), IsRefused(Reason::kSecretVote));
  EXPECT_THAT(council.Give("kai", Paper("m1", v1::CHOICE_YES)), IsRefused(Reason::kSecretVote));
  for (const char* person : {"vera", "m1", "m2", "m3"}) council.Must("kai", Urn(person));
  EXPECT_THAT(council.Give("kai", Urn("m1")), IsRefused(Reason::kAlreadyVoted));
  EXPECT_THAT(council.Give("kai", Urn("m5")), IsRefused(Reason::kNotPresent));
  const auto right = Papers(2, 1, 0, 1);
  EXPECT_THAT(council.Give("kai", CountOf<v1::RecordBallotCount>(right)),
              IsRefused(Reason::kVoteOpen));
  council.Must("vera", Close());
  EXPECT_THAT(council.votes().ComputeResult("vote"), IsRefused(Reason::kCountMissing));
  EXPECT_FALSE(council.votes().Get("vote")->has_computed_result());
  EXPECT_THAT(council.Give("kai", CountOf<v1::RecordBallotCount>(Papers(3, 1, 0, 1))),
              IsRefused(Reason::kCountDiffers));
  EXPECT_THAT(council.Give("kim", CountOf<v1::ConfirmBallotCount>(right)),
              IsRefused(Reason::kNoCount));
  council.Must("kai", CountOf<v1::RecordBallotCount>(right));
  EXPECT_THAT(council.Give("kai", CountOf<v1::ConfirmBallotCount>(right)),
              IsRefused(Reason::kSamePerson));
  EXPECT_THAT(council.Give("kim", CountOf<v1::ConfirmBallotCount>(Papers(1, 2, 0, 1))),
              IsRefused(Reason::kCountDiffers));
  EXPECT_THAT(council.votes().ComputeResult("vote"), IsRefused(Reason::kCountMissing));
  council.Must("kim", CountOf<v1::ConfirmBallotCount>(right));
  EXPECT_THAT(council.Give("kai", CountOf<v1::RecordBallotCount>(right)),
              IsRefused(Reason::kCountConfirmed));
  EstablishComputed(council);
  EXPECT_EQ(ResultOf(council).tally().not_voted(), 1u);
  EXPECT_EQ(ResultOf(council).tally().invalid(), 1u);
  EXPECT_EQ(ResultOf(council).outcome(), v1::OUTCOME_ADOPTED);
  const v1::VoteEvent event = *council.votes().Get("vote");
  EXPECT_EQ(event.votes_size(), 0);
  std::vector<std::string> marked;
  for (const v1::MarkedBallot& ballot : event.marked_ballots()) {
    marked.push_back(ballot.person_id());
    EXPECT_EQ(ballot.recorder_id(), "kai");
  }
  EXPECT_THAT(marked, ElementsAre("m1", "m2", "m3", "vera"));
}

TEST(SecretVoteTest, TheUrnHoldsAsManyPapersAsMembersPutIntoIt) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose();
  council.OpenVote(v1::VOTE_MODE_SECRET);
  for (const char* person : {"vera", "m1", "m2", "m3"}) council.Must("kai", Urn(person));
  council.Must("vera", Close());
  for (const auto& wrong : {Papers(2, 1, 0, 0), Papers(2, 1, 1, 1)}) {
    EXPECT_THAT(council.Give("kai", CountOf<v1::RecordBallotCount>(wrong)),
                IsRefused(Reason::kCountDiffers));
  }
  council.Must("kai", CountOf<v1::RecordBallotCount>(Papers(2, 1, 0, 1)));
}

TEST(SecretVoteTest, NobodySeesWhoHasVotedWhileItIsOpen) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose();
  council.OpenVote(v1::VOTE_MODE_SECRET);
  council.Must("kai", Urn("m1"));
  const v1::VoteEvent seen = ForReader(*council.votes().Get("vote"), Audience::kAuditor);
  EXPECT_EQ(seen.marked_ballots_size(), 0);
  EXPECT_EQ(seen.cast_count(), 1u);
}

v1::OpenLot LotFor(const std::string& vote = "vote") {
  auto lot = OfMeeting<v1::OpenLot>();
  lot.set_lot_id("los");
  lot.set_vote_event_id(vote);
  return lot;
}
template <typename Command>
Command OfLot() {
  auto command = OfMeeting<Command>();
  command.set_lot_id("los");
  return command;
}
v1::CommitToLot Commit(const std::string& contribution) {
  auto commit = OfLot<v1::CommitToLot>();
  const crypto::Digest digest = rules::CommitContribution(contribution);
  commit.set_commitment(std::string(crypto::AsBytes(digest)));
  return commit;
}
v1::RevealForLot Reveal(const std::string& contribution) {
  auto reveal = OfLot<v1::RevealForLot>();
  reveal.set_contribution(contribution);
  return reveal;
}
v1::FixLot Fix(const std::string& checkpoint) {
  auto fix = OfLot<v1::FixLot>();
  fix.set_checkpoint(checkpoint);
  return fix;
}

// The first ballot ends 2:2, and so does the second.
void UpToTie(Council& council) {
  UpToElection(council, v1::VOTE_MODE_OPEN);
  const auto tie = [&](const std::string& vote) {
    for (const char* person : {"m1", "m2"}) council.Must(person, CastFor("ada", vote));
    for (const char* person : {"m3", "m4"}) council.Must(person, CastFor("ben", vote));
    council.Must("vera", Close(vote));
    EstablishComputed(council, vote);
  };
  tie("vote");
  EXPECT_EQ(ResultOf(council).election(), v1::ELECTION_OUTCOME_RUNOFF);
  v1::ProposeMotion runoff = ElectionOf({"ben", "ada"}, "stichwahl");
  runoff.set_runoff_of("vote");
  council.Must("vera", runoff);
  council.Must("vera", VoteIn(v1::VOTE_MODE_OPEN, "stichwahl", "vote-2"));
  tie("vote-2");
  EXPECT_EQ(ResultOf(council, "vote-2").election(), v1::ELECTION_OUTCOME_LOT);
  EXPECT_EQ(ResultOf(council, "vote-2").outcome(), v1::OUTCOME_UNSPECIFIED);
}

TEST(LotTest, DecidesATieAndCanBeDrawnAgain) {
  Council council;
  UpToTie(council);
  EXPECT_THAT(council.Give("vera", LotFor("vote")), IsRefused(Reason::kNoTie));
  council.Must("vera", LotFor("vote-2"));
  const std::string a(32, 'a');
  const std::string b(32, 'b');
  council.Must("m1", Commit(a));
  EXPECT_THAT(council.Give("m1", Commit(a)), IsRefused(Reason::kAlreadyCommitted));
  council.Must("m2", Commit(b));
  const uint64_t newest = council.last_index();
  EXPECT_THAT(council.Give("m1", Reveal(a)), IsRefused(Reason::kLotNotFixed));
  EXPECT_THAT(council.Give("vera", OfLot<v1::DrawLot>()), IsRefused(Reason::kLotNotFixed));
  EXPECT_THAT(council.Give("vera", Fix(council.CheckpointOf(newest))),
              IsRefused(Reason::kCheckpointDoesNotFit));
  std::string forged = council.CheckpointOf(newest + 1);
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_THAT(council.Give("vera", Fix(forged)), IsRefused(Reason::kBadCheckpoint));
  const std::string checkpoint = council.CheckpointOf(newest + 1);
  council.Must("vera", Fix(checkpoint));
  EXPECT_THAT(council.Give("m3", Commit(a)), IsRefused(Reason::kLotFixed));
  council.Must("m1", Reveal(a));
  EXPECT_THAT(council.Give("m2", Reveal(a)), IsRefused(Reason::kBadLotContribution));
  EXPECT_THAT(council.Give("m3", Reveal(a)), IsRefused(Reason::kNotCommitted));
  EXPECT_THAT(council.Give("vera", OfLot<v1::DrawLot>()), IsRefused(Reason::kContributionMissing));
  council.Must("m2", Reveal(b));
  council.Must("vera", OfLot<v1::DrawLot>());

  const v1::Lot lot = *council.lots().Get("los");
  const crypto::Digest seed = rules::LotSeed("los", checkpoint, {{"m1", a}, {"m2", b}});
  EXPECT_EQ(lot.seed(), crypto::AsBytes(seed));
  const std::vector<std::string> drawn = *rules::DrawLot(seed, {"ada", "ben"}, 1);
  EXPECT_THAT(lot.drawn(), ::testing::ElementsAreArray(drawn));
  EXPECT_THAT(ResultOf(council, "vote-2").candidate_ids(), ::testing::ElementsAreArray(drawn));
  EXPECT_EQ(ResultOf(council, "vote-2").outcome(), v1::OUTCOME_ADOPTED);
  EXPECT_THAT(council.Give("vera", OfLot<v1::DrawLot>()), IsRefused(Reason::kLotDrawn));
}

TEST(LotTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  Council council;
  UpToTie(council);
  council.Must("vera", LotFor("vote-2"));
  const LotsState then = council.lots().state();
  const crypto::Digest digest = DigestOf(then);
  council.Must("m1", Commit(std::string(32, 'a')));
  const LotsState& now = council.lots().state();
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_NE(DigestOf(now), digest);
  EXPECT_THAT(Differences(then, now), HasSubstr("lots[\"los\"].contributions[\"m1\"]: - | {"));
  LotsState restored;
  ASSERT_TRUE(Decode(Encode(now), restored));
  EXPECT_EQ(Differences(restored, now), "");
}

TEST(LotTest, WhoDoesNotRevealIsLeftOutAfterFiveMinutes) {
  Council council;
  UpToTie(council);
  council.Must("vera", LotFor("vote-2"));
  council.Must("m1", Commit(std::string(32, 'a')));
  council.Must("vera", Fix(council.CheckpointOf(council.last_index() + 1)));
  EXPECT_THAT(council.Give("vera", OfLot<v1::DrawLot>()), IsRefused(Reason::kContributionMissing));
  council.Wait(absl::Minutes(5));
  council.Must("vera", OfLot<v1::DrawLot>());
}

TEST(LotTest, DecidesATieOfYesAndNoWhereTheRulesSaySo) {
  rules::v1::RuleProfile profile = Nrw();
  profile.mutable_motions(0)->set_tie(rules::v1::TIE_LOT);
  Council council(profile);
  council.UpToVote();
  for (const char* person : {"m1", "m2"}) council.Must(person, Cast(v1::CHOICE_YES));
  for (const char* person : {"m3", "m4"}) council.Must(person, Cast(v1::CHOICE_NO));
  council.Must("vera", Close());
  EstablishComputed(council);
  council.Must("vera", LotFor());
  council.Must("vera", Fix(council.CheckpointOf(council.last_index() + 1)));
  council.Must("vera", OfLot<v1::DrawLot>());
  const std::string drawn = council.lots().Get("los")->drawn(0);
  EXPECT_EQ(ResultOf(council).outcome(),
            drawn == "adopted" ? v1::OUTCOME_ADOPTED : v1::OUTCOME_REJECTED);
}

TEST(SeatsTest, ListsShareSeatsOutAndTheLotGivesTheLast) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  v1::ProposeMotion motion = ElectionOf({"liste-a", "liste-b"});
  motion.set_seats(3);
  council.Must("vera", motion);
  council.Must("vera", VoteIn(v1::VOTE_MODE_OPEN));
  for (const char* person : {"m1", "m2"}) council.Must(person, CastFor("liste-a"));
  for (const char* person : {"m3", "m4"}) council.Must(person, CastFor("liste-b"));
  council.Must("vera", Close());
  EstablishComputed(council);
  EXPECT_EQ(ResultOf(council).to_draw(), 1u);
  EXPECT_EQ(ResultOf(council).seats(0).seats(), 1u);
  council.Must("vera", LotFor());
  council.Must("vera", Fix(council.CheckpointOf(council.last_index() + 1)));
  council.Must("vera", OfLot<v1::DrawLot>());
  const v1::Result& result = ResultOf(council);
  EXPECT_EQ(result.seats(0).seats() + result.seats(1).seats(), 3u);
  EXPECT_EQ(result.election(), v1::ELECTION_OUTCOME_ELECTED);
}

TEST(TraceTest, EveryComparisonIsInTheResult) {
  Council council;
  council.UpToVote();
  council.Must("m1", Cast(v1::CHOICE_YES));
  council.Must("vera", Close());
  const v1::Result result = *council.votes().ComputeResult("vote");
  ASSERT_EQ(result.trace_size(), 3);
  EXPECT_EQ(result.trace(0).step(), "quorum");
  EXPECT_EQ(result.trace(1).left(), "2 * 1");
  EXPECT_TRUE(result.trace(1).holds());
}

}  // namespace
}  // namespace votum::meetings
