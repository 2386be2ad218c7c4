// Counter-acts and proven errors: what is taken back leaves a trace and nothing else; what others rest
// on is not taken back; an error in an established result changes nothing and is counted.
#include <string>

#include "gtest/gtest.h"
#include "rules/profile.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::ProposeMotion Proposal() {
  auto command = OfMeeting<v1::ProposeMotion>();
  command.set_item_id("top-1");
  command.set_motion_id("motion");
  command.set_proposition("Zwölf Bänke.");
  command.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  return command;
}

v1::WithdrawMotion TakeBack(absl::string_view motion_id = "motion") {
  auto command = OfMeeting<v1::WithdrawMotion>();
  command.set_motion_id(std::string(motion_id));
  command.set_reason("falscher Text");
  return command;
}

v1::WithdrawConflict TakeConflictBack(absl::string_view item_id = "top-1") {
  auto command = OfMeeting<v1::WithdrawConflict>();
  command.set_item_id(std::string(item_id));
  return command;
}

v1::DemandMode Demand() {
  auto command = OfMeeting<v1::DemandMode>();
  command.set_motion_id("motion");
  command.set_mode(v1::VOTE_MODE_ROLL_CALL);
  return command;
}

v1::RecordDefect Error(v1::DefectKind kind, absl::string_view person_id = "") {
  auto command = OfMeeting<v1::RecordDefect>();
  command.set_vote_event_id("vote");
  command.set_kind(kind);
  command.set_person_id(std::string(person_id));
  command.set_reason("Urteil vom 3. Mai");
  return command;
}

v1::RecordDefect WrongChoice(absl::string_view person_id, v1::Choice choice) {
  v1::RecordDefect command = Error(v1::DEFECT_KIND_WRONG_CHOICE, person_id);
  command.set_choice(choice);
  return command;
}

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(WithdrawMotion, TakesItOutOfTheMeetingAndSaysSo) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose();
  council.Must("m1", Demand());
  council.Must("vera", TakeBack());
  const v1::Motion motion = *council.motions().Get("motion");
  EXPECT_EQ(motion.withdrawn().index(), council.last_index());
  EXPECT_EQ(motion.withdrawn().person_id(), "vera");
  EXPECT_EQ(motion.withdrawn().reason(), "falscher Text");
  EXPECT_EQ(motion.proposition(), council.motions().Find("motion")->proposition);

  v1::OpenVote open = OfMeeting<v1::OpenVote>();
  open.set_motion_id("motion");
  open.set_vote_event_id("vote");
  open.set_mode(v1::VOTE_MODE_OPEN);
  for (const absl::Status& status :
       {council.Give("vera", open), council.Give("m1", Demand()), council.Give("vera", TakeBack())})
    EXPECT_THAT(status, IsRefused(Reason::kMotionWithdrawn));
  council.Propose("top-1", "", "right");
  council.OpenVote(v1::VOTE_MODE_OPEN, "right");
}

TEST(WithdrawMotion, IsForTheMoverAndWhoeverPresides) {
  for (const char* actor : {"m1", "vera", "dora", "kai"}) {
    Council council;
    council.Open();
    council.CheckIn({"vera", "dora", "m1", "m2", "m3"});
    v1::ProposeMotion propose = Proposal();
    propose.set_mover_id("m1");
    council.Must("vera", propose);
    EXPECT_THAT(council.Give("m2", TakeBack()), IsRefused(Reason::kNotPresiding));
    v1::WithdrawMotion silent = TakeBack();
    silent.clear_reason();
    EXPECT_THAT(council.Give(actor, silent), IsRefused(Reason::kBadText));
    EXPECT_THAT(council.Give(actor, TakeBack("another")), IsRefused(Reason::kNoSuchMotion));
    council.Must(actor, TakeBack());
  }
}

TEST(WithdrawMotion, IsRefusedWithTheRoadWhereAVoteRestsOnIt) {
  Council council;
  council.UpToVote();
  absl::Status status = council.Give("vera", TakeBack());
  EXPECT_THAT(status, IsRefused(Reason::kHasDependents));
  EXPECT_THAT(Message(status),
              AllOf(HasSubstr("motion motion"), HasSubstr("vote vote on it is open (close it")));
  council.Must("vera", Close());
  status = council.Give("vera", TakeBack());
  EXPECT_THAT(status, IsRefused(Reason::kHasDependents));
  EXPECT_THAT(Message(status), HasSubstr("put another motion that repeals or replaces it"));
}

TEST(WithdrawConflict, LeavesATraceAndNothingElse) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  v1::Attendance before = *council.sittings().GetAttendance(Council::kMeeting);
  council.Must("m4", ConflictOf("m4"));
  EXPECT_EQ(council.sittings().GetAttendance(Council::kMeeting)->conflicts_size(), 1);
  EXPECT_THAT(council.Give("m3", TakeConflictBack()), IsRefused(Reason::kNotDeclared));
  council.Must("m4", TakeConflictBack());

  v1::Attendance after = *council.sittings().GetAttendance(Council::kMeeting);
  ASSERT_EQ(after.withdrawn_conflicts_size(), 1);
  const v1::Conflict& withdrawn = after.withdrawn_conflicts(0);
  EXPECT_EQ(withdrawn.person_id(), "m4");
  EXPECT_EQ(withdrawn.item_id(), "top-1");
  EXPECT_EQ(withdrawn.withdrawn().index(), council.last_index());
  EXPECT_EQ(withdrawn.withdrawn().person_id(), "m4");
  after.clear_withdrawn_conflicts();
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  EXPECT_THAT(council.Give("m4", TakeConflictBack()), IsRefused(Reason::kNotDeclared));
  council.Propose();
  council.OpenVote();
  council.Must("m4", Cast(v1::CHOICE_YES));
}

TEST(WithdrawConflict, IsRefusedOnceAVoteWasTakenWithoutTheMember) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose("top-1", "", "way", v1::POLARITY_INCIDENTAL);
  council.OpenVote(v1::VOTE_MODE_OPEN, "way", "earlier");
  council.Must("vera", Close("earlier"));
  council.Must("m4", ConflictOf("m4"));
  council.Must("m4", TakeConflictBack());  // the earlier vote does not rest on it
  council.Must("m4", ConflictOf("m4"));
  council.Propose();
  council.OpenVote();
  const absl::Status status = council.Give("m4", TakeConflictBack());
  EXPECT_THAT(status, IsRefused(Reason::kHasDependents));
  EXPECT_THAT(Message(status), HasSubstr("vote vote was opened without m4"));
}

TEST(WithdrawConflict, DoesNotUndoAResolutionOfTheCouncil) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose("top-1", "", "motion", v1::POLARITY_INCIDENTAL);
  council.OpenVote();
  council.Must("m1", Cast(v1::CHOICE_YES));
  council.Must("vera", Close());
  council.Must("vera", Establish(1, 0, 0, 4, v1::OUTCOME_ADOPTED));
  auto decide = OfMeeting<v1::DecideConflict>();
  decide.set_item_id("top-1");
  decide.set_person_id("m4");
  decide.set_vote_event_id("vote");
  council.Must("vera", decide);
  const absl::Status status = council.Give("m4", TakeConflictBack());
  EXPECT_THAT(status, IsRefused(Reason::kHasDependents));
  EXPECT_THAT(Message(status), HasSubstr("the council resolved on it"));
}

// vera, m1, m2, m3, m4 vote as `votes` says ("YYYNN"; - for none), and the result is established.
void Decide(Council& council, absl::string_view votes, v1::VoteMode mode) {
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose();
  council.OpenVote(mode);
  CastAll(council, votes);
  council.Must("vera", Close());
  const v1::Result result = *council.votes().ComputeResult("vote");
  const v1::Tally& tally = result.tally();
  council.Must("vera", Establish(tally.yes(), tally.no(), tally.abstain(), tally.not_voted(),
                                 result.outcome()));
}

v1::VoteEvent Shown(const Council& council) { return *council.votes().Get("vote"); }

struct Case {
  const char* name;
  const char* votes;
  v1::VoteMode mode;
  v1::DefectKind kind;
  const char* person_id;
  v1::Choice choice;
  v1::Decisive decisive;
  // Counts of the result without the error; -1 where it is not known.
  int yes, no, abstain, not_voted;
};

constexpr auto kRollCall = v1::VOTE_MODE_ROLL_CALL;
constexpr auto kOpenMode = v1::VOTE_MODE_OPEN;
constexpr auto kConflict = v1::DEFECT_KIND_IN_CONFLICT;
constexpr auto kKeptOut = v1::DEFECT_KIND_KEPT_OUT;
constexpr auto kNone = v1::CHOICE_UNSPECIFIED;

constexpr Case kCases[] = {
    {"RollCallNotDecisive", "YYYNN", kRollCall, kConflict, "m3", kNone, v1::DECISIVE_NO, 3, 1, 0,
     0},
    {"RollCallDecisive", "YYYNN", kRollCall, kConflict, "vera", kNone, v1::DECISIVE_YES, 2, 2, 0,
     0},
    {"WhoDidNotVote", "YYNN-", kRollCall, kConflict, "m4", kNone, v1::DECISIVE_NO, 2, 2, 0, 0},
    {"NotEntitled", "YYYNN", kRollCall, v1::DEFECT_KIND_NOT_ENTITLED, "m1", kNone, v1::DECISIVE_YES,
     2, 2, 0, 0},
    {"WrongChoice", "YYYNN", kRollCall, v1::DEFECT_KIND_WRONG_CHOICE, "m1", v1::CHOICE_NO,
     v1::DECISIVE_YES, 2, 3, 0, 0},
    {"WrongChoiceAmongMany", "YYYYN", kRollCall, v1::DEFECT_KIND_WRONG_CHOICE, "m1",
     v1::CHOICE_ABSTAIN, v1::DECISIVE_NO, 3, 1, 1, 0},
    {"KeptOutClose", "YYNA-", kRollCall, kKeptOut, "m5", kNone, v1::DECISIVE_POSSIBLE, -1, 0, 0, 0},
    {"KeptOutClear", "YYYYN", kRollCall, kKeptOut, "m5", kNone, v1::DECISIVE_NO, -1, 0, 0, 0},
    // 3:2 and an open vote: nobody may know which side lost a vote.
    {"OpenVoteClose", "YYYNN", kOpenMode, kConflict, "m3", kNone, v1::DECISIVE_POSSIBLE, -1, 0, 0,
     0},
    {"OpenVoteClear", "YYYYN", kOpenMode, kConflict, "m4", kNone, v1::DECISIVE_NO, -1, 0, 0, 0},
    {"OpenVoteWrongChoice", "YYYNN", kOpenMode, v1::DEFECT_KIND_WRONG_CHOICE, "m3", kNone,
     v1::DECISIVE_POSSIBLE, -1, 0, 0, 0},
    {"Unanimous", "YYYYY", kOpenMode, kConflict, "m4", kNone, v1::DECISIVE_NO, 4, 0, 0, 0},
};

class Defects : public ::testing::TestWithParam<Case> {};

TEST_P(Defects, AreCountedAndChangeNothing) {
  const Case& given = GetParam();
  Council council;
  Decide(council, given.votes, given.mode);
  v1::VoteEvent before = Shown(council);
  v1::RecordDefect error = Error(given.kind, given.person_id);
  error.set_choice(given.choice);
  council.Must("dora", error);
  v1::VoteEvent after = Shown(council);
  ASSERT_EQ(after.defects_size(), 1);
  EXPECT_EQ(after.defects(0).correction().index(), council.last_index());
  EXPECT_EQ(after.defects(0).correction().person_id(), "dora");
  EXPECT_EQ(after.defects(0).correction().reason(), "Urteil vom 3. Mai");
  EXPECT_EQ(after.defects(0).person_id(), given.person_id);

  const v1::Reconsideration& without = after.reconsidered();
  EXPECT_EQ(without.decisive(), given.decisive) << without.ShortDebugString();
  EXPECT_EQ(without.has_result(), given.yes >= 0);
  if (given.yes >= 0) {
    const v1::Tally& tally = without.result().tally();
    EXPECT_EQ(tally.yes(), static_cast<uint32_t>(given.yes));
    EXPECT_EQ(tally.no(), static_cast<uint32_t>(given.no));
    EXPECT_EQ(tally.abstain(), static_cast<uint32_t>(given.abstain));
    EXPECT_EQ(tally.not_voted(), static_cast<uint32_t>(given.not_voted));
    EXPECT_THAT(without.explanation().en(), HasSubstr("Without the errors: "));
  }
  EXPECT_THAT(without.explanation().de(), HasSubstr("ntscheidend"));

  after.clear_defects();
  after.clear_reconsidered();
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
}

INSTANTIATE_TEST_SUITE_P(Table, Defects, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(Defects, TwoCanBeDecisiveWhereEachIsNot) {
  Council council;
  Decide(council, "YYYYN", kRollCall);
  council.Must("vera", Error(kConflict, "vera"));
  EXPECT_EQ(Shown(council).reconsidered().decisive(), v1::DECISIVE_NO);
  council.Must("vera", WrongChoice("m1", v1::CHOICE_NO));
  const v1::Reconsideration both = Shown(council).reconsidered();
  EXPECT_EQ(both.decisive(), v1::DECISIVE_YES);
  EXPECT_EQ(both.result().tally().yes(), 2u);
  EXPECT_EQ(both.result().tally().no(), 2u);
  EXPECT_EQ(Shown(council).result().outcome(), v1::OUTCOME_ADOPTED);
}

TEST(Defects, AMiscountOfSecretPapersIsCountedAgain) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose();
  council.OpenVote(v1::VOTE_MODE_SECRET);
  for (const char* person_id : {"vera", "m1", "m2", "m3", "m4"}) {
    auto mark = OfMeeting<v1::MarkBallot>();
    mark.set_vote_event_id("vote");
    mark.set_person_id(person_id);
    council.Must("kai", mark);
  }
  council.Must("vera", Close());
  auto count = OfMeeting<v1::RecordBallotCount>();
  count.set_vote_event_id("vote");
  count.mutable_tally()->set_yes(3);
  count.mutable_tally()->set_no(2);
  council.Must("kai", count);
  auto confirm = OfMeeting<v1::ConfirmBallotCount>();
  confirm.set_vote_event_id("vote");
  *confirm.mutable_tally() = count.tally();
  council.Must("sam", confirm);
  council.Must("vera", Establish(3, 2, 0, 0, v1::OUTCOME_ADOPTED));

  v1::RecordDefect error = Error(v1::DEFECT_KIND_MISCOUNTED);
  EXPECT_THAT(council.Give("vera", error), IsRefused(Reason::kBadDefect)) << "without a count";
  *error.mutable_tally() = count.tally();
  EXPECT_THAT(council.Give("vera", error), IsRefused(Reason::kBadDefect)) << "the same count";
  error.mutable_tally()->set_yes(6);
  EXPECT_THAT(council.Give("vera", error), IsRefused(Reason::kBadDefect));
  error.mutable_tally()->set_yes(2);
  error.mutable_tally()->set_no(3);
  council.Must("vera", error);
  EXPECT_THAT(council.Give("vera", error), IsRefused(Reason::kDefectRecorded));
  const v1::VoteEvent event = Shown(council);
  EXPECT_EQ(event.reconsidered().decisive(), v1::DECISIVE_YES);
  EXPECT_EQ(event.reconsidered().result().outcome(), v1::OUTCOME_REJECTED);
  EXPECT_EQ(event.defects(0).tally().no(), 3u);
  // Together with a member in conflict, whose paper can say anything.
  council.Must("vera", Error(kConflict, "m1"));
  EXPECT_EQ(Shown(council).reconsidered().decisive(), v1::DECISIVE_YES);
  EXPECT_FALSE(Shown(council).reconsidered().has_result());
  EXPECT_THAT(council.Give("vera", Error(v1::DEFECT_KIND_WRONG_CHOICE, "m2")),
              IsRefused(Reason::kBadDefect));
}

TEST(Defects, InAnElectionAMissingVoteMayElectAnother) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  v1::ProposeMotion propose = Proposal();
  for (const char* id : {"ada", "ben"}) {
    v1::Candidate& candidate = *propose.add_candidates();
    candidate.set_id(id);
    candidate.set_name(id);
  }
  council.Must("vera", propose);
  council.OpenVote();
  const auto cast = [&](absl::string_view voter, absl::string_view candidate) {
    v1::CastVote vote = Cast(v1::CHOICE_YES);
    vote.set_candidate_id(std::string(candidate));
    council.Must(voter, vote);
  };
  for (const char* voter : {"vera", "m1", "m2"}) cast(voter, "ada");
  for (const char* voter : {"m3", "m4"}) cast(voter, "ben");
  council.Must("vera", Close());
  v1::EstablishResult establish = Establish(5, 0, 0, 0, v1::OUTCOME_ADOPTED);
  *establish.mutable_tally() = council.votes().ComputeResult("vote")->tally();
  council.Must("vera", establish);

  v1::RecordDefect wrong = WrongChoice("m1", v1::CHOICE_YES);
  EXPECT_THAT(council.Give("vera", wrong), IsRefused(Reason::kBadDefect));
  wrong.set_candidate_id("ada");
  EXPECT_THAT(council.Give("vera", wrong), IsRefused(Reason::kBadDefect));
  wrong.set_candidate_id("ben");
  council.Must("vera", wrong);
  const v1::Reconsideration without = Shown(council).reconsidered();
  EXPECT_EQ(without.decisive(), v1::DECISIVE_YES);
  ASSERT_EQ(without.result().candidate_ids_size(), 1);
  EXPECT_EQ(without.result().candidate_ids(0), "ben");
  council.Must("vera", Error(kKeptOut, "m5"));
  EXPECT_EQ(Shown(council).reconsidered().decisive(), v1::DECISIVE_YES);
}

TEST(Defects, AreRefusedIfTheyDoNotFitTheVote) {
  Council council;
  council.UpToVote();
  EXPECT_THAT(council.Give("vera", Error(kConflict, "m1")),
              IsRefused(Reason::kResultNotEstablished));
  council.Must("m1", Cast(v1::CHOICE_YES));
  council.Must("vera", Close());
  EXPECT_THAT(council.Give("vera", Error(kConflict, "m1")),
              IsRefused(Reason::kResultNotEstablished));
  council.Must("vera", Establish(1, 0, 0, 4, v1::OUTCOME_ADOPTED));
  council.Must("vera", OfMeeting<v1::CloseMeeting>());

  v1::RecordDefect with_choice = Error(kConflict, "m1");
  with_choice.set_choice(v1::CHOICE_NO);
  v1::RecordDefect with_tally = Error(kConflict, "m1");
  with_tally.mutable_tally()->set_yes(1);
  const v1::RecordDefect bad[] = {
      Error(v1::DEFECT_KIND_UNSPECIFIED, "m1"),
      Error(kConflict, "m5"),
      Error(kConflict),
      Error(kKeptOut, "m1"),
      Error(kKeptOut),
      Error(v1::DEFECT_KIND_MISCOUNTED),
      Error(v1::DEFECT_KIND_MISCOUNTED, "m1"),
      WrongChoice("m1", v1::CHOICE_YES),
      WrongChoice("m1", v1::CHOICE_UNSPECIFIED),
      with_choice,
      with_tally,
  };
  for (const v1::RecordDefect& command : bad) {
    EXPECT_THAT(council.Give("vera", command), IsRefused(Reason::kBadDefect))
        << command.ShortDebugString();
  }
  EXPECT_THAT(council.Give("m1", Error(kConflict, "m1")), IsRefused(Reason::kNotPresiding));
  EXPECT_THAT(council.Give("vera", Error(kKeptOut, "nobody")), IsRefused(Reason::kNoSuchPerson));
  v1::RecordDefect silent = Error(kConflict, "m1");
  silent.clear_reason();
  EXPECT_THAT(council.Give("vera", silent), IsRefused(Reason::kBadText));
  EXPECT_THAT(Shown(council).defects(), IsEmpty());

  council.Must("kai", Error(kConflict, "m1"));
  EXPECT_THAT(council.Give("vera", Error(kConflict, "m1")), IsRefused(Reason::kDefectRecorded));
}

TEST(Defects, ACastingVoteOrALotWouldBeGivenAnew) {
  rules::v1::RuleProfile profile = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  profile.mutable_motions(0)->set_tie(rules::v1::TIE_CASTING_VOTE);
  struct Tied {
    const char* votes;
    v1::Outcome outcome;
    const char* in_conflict;
    v1::Decisive decisive;
  };
  const Tied cases[] = {
      // 2:2 and rejected by the casting vote: without a Yes it is rejected, too.
      {"YYNNA", v1::OUTCOME_REJECTED, "m1", v1::DECISIVE_NO},
      {"YYNNA", v1::OUTCOME_REJECTED, "m2", v1::DECISIVE_YES},
      {"YYNNA", v1::OUTCOME_ADOPTED, "m1", v1::DECISIVE_YES},
      // Still 2:2: somebody would have had to decide.
      {"YYNNA", v1::OUTCOME_ADOPTED, "m4", v1::DECISIVE_POSSIBLE},
      {"YYYNN", v1::OUTCOME_ADOPTED, "m1", v1::DECISIVE_POSSIBLE},
  };
  for (const Tied& given : cases) {
    Council council(profile);
    council.Open();
    council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
    council.Propose();
    council.OpenVote();
    CastAll(council, given.votes);
    council.Must("vera", Close());
    const v1::Tally tally = council.votes().ComputeResult("vote")->tally();
    council.Must("vera", Establish(tally.yes(), tally.no(), tally.abstain(), 0, given.outcome));
    council.Must("vera", Error(kConflict, given.in_conflict));
    EXPECT_EQ(Shown(council).reconsidered().decisive(), given.decisive)
        << given.votes << " without " << given.in_conflict;
  }
}

// Four of seven are a quorum. Where the law presumes it, nobody knows whether its lack would have been noticed.
TEST(Defects, ALostQuorumIsNotPassedOver) {
  for (const bool presumed : {true, false}) {
    rules::v1::RuleProfile profile = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
    profile.mutable_quorum()->set_presumed(presumed);
    Council council(profile);
    council.Open();
    council.CheckIn({"vera", "m1", "m2", "m3"});
    council.Propose();
    council.OpenVote();
    for (const char* member : {"vera", "m1", "m2", "m3"})
      council.Must(member, Cast(v1::CHOICE_YES));
    council.Must("vera", Close());
    council.Must("vera", Establish(4, 0, 0, 0, v1::OUTCOME_ADOPTED));
    council.Must("vera", Error(v1::DEFECT_KIND_NOT_ENTITLED, "m3"));
    const v1::Reconsideration without = Shown(council).reconsidered();
    EXPECT_EQ(without.decisive(), presumed ? v1::DECISIVE_POSSIBLE : v1::DECISIVE_YES);
    EXPECT_THAT(without.explanation().en(), HasSubstr("there would have been no quorum"));
  }
}

TEST(Defects, TwoErrorsOfOnePersonAreCountedOnce) {
  Council council;
  Decide(council, "YYYNN", kRollCall);
  council.Must("vera", WrongChoice("m4", v1::CHOICE_YES));
  EXPECT_EQ(Shown(council).reconsidered().result().tally().yes(), 4u);
  council.Must("vera", Error(kConflict, "m4"));
  const v1::Reconsideration both = Shown(council).reconsidered();
  EXPECT_EQ(both.result().tally().yes(), 3u) << "who takes no part has no right choice either";
  EXPECT_EQ(both.result().tally().no(), 1u);
  EXPECT_THAT(council.Give("vera", Error(kConflict, "m4")), IsRefused(Reason::kDefectRecorded));
}

TEST(Defects, AMemberWhoCouldNotVoteIsKeptOutToo) {
  Council council;
  Decide(council, "YYNN-", kRollCall);
  EXPECT_THAT(council.Give("vera", Error(kKeptOut, "m1")), IsRefused(Reason::kBadDefect));
  council.Must("vera", Error(kKeptOut, "m4"));
  EXPECT_EQ(Shown(council).reconsidered().decisive(), v1::DECISIVE_POSSIBLE);
}

TEST(WithdrawConflict, IsRefusedOnceTheQuorumWasCountedWithoutTheMember) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Must("m4", ConflictOf("m4"));
  auto doubt = OfMeeting<v1::ChallengeQuorum>();
  doubt.set_item_id("top-1");
  council.Must("m1", doubt);
  auto count = OfMeeting<v1::CountQuorum>();
  count.set_item_id("top-1");
  council.Must("vera", count);
  const absl::Status status = council.Give("m4", TakeConflictBack());
  EXPECT_THAT(status, IsRefused(Reason::kHasDependents));
  EXPECT_THAT(Message(status), HasSubstr("the quorum of the item was counted without m4"));
}

}  // namespace
}  // namespace votum::meetings
