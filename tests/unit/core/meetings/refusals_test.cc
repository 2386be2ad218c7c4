// Every reason for which a command of a meeting is refused, at least once.
#include <functional>
#include <string>

#include "core/command/timestamps.h"
#include "gtest/gtest.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

struct Refusal {
  const char* name;
  std::function<void(Council&)> before;
  std::function<absl::Status(Council&)> act;
  Reason reason;
};

void Nothing(Council&) {}
void Opened(Council& council) { council.Open(); }
void Voting(Council& council) { council.UpToVote(); }

v1::ProposeMotion Motion() {
  auto motion = OfMeeting<v1::ProposeMotion>();
  motion.set_item_id("top-1");
  motion.set_motion_id("motion");
  motion.set_proposition("Sollen wir?");
  motion.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  return motion;
}

v1::OpenVote VoteOn(absl::string_view motion_id, absl::string_view id) {
  auto open = OfMeeting<v1::OpenVote>();
  open.set_motion_id(std::string(motion_id));
  open.set_vote_event_id(std::string(id));
  open.set_mode(v1::VOTE_MODE_OPEN);
  return open;
}

// Gives `command` as `actor`, after `change` was made to it.
template <typename Command>
std::function<absl::Status(Council&)> By(
    const std::string& actor, Command command,
    const std::function<void(Command&)>& change = [](Command&) {}) {
  change(command);
  return [actor, command](Council& council) { return council.Give(actor, command); };
}

std::vector<Refusal> OfMeetings() {
  const auto open = [] { return OfMeeting<v1::OpenMeeting>(); };
  return {
      {"OpenUnknown", Nothing, By("vera", OfMeeting<v1::OpenMeeting>("x")), Reason::kNoSuchMeeting},
      {"OpenByMember", Nothing, By("m1", open()), Reason::kNotPresiding},
      {"OpenBySecretary", Nothing, By("sam", open()), Reason::kNotPresiding},
      {"OpenTwice", Opened, By("vera", open()), Reason::kMeetingAlreadyOpen},
      {"OpenAgain",
       [](Council& c) {
         c.Open();
         c.Must("vera", OfMeeting<v1::CloseMeeting>());
       },
       By("vera", open()), Reason::kMeetingClosed},
      {"CloseUnknown", Nothing, By("vera", OfMeeting<v1::CloseMeeting>("x")),
       Reason::kNoSuchMeeting},
      {"CloseBeforeOpen", Nothing, By("vera", OfMeeting<v1::CloseMeeting>()),
       Reason::kMeetingNotOpen},
      {"CloseByMember", Opened, By("m1", OfMeeting<v1::CloseMeeting>()), Reason::kNotPresiding},
      {"CloseWithVote", Voting, By("vera", OfMeeting<v1::CloseMeeting>()), Reason::kVoteOpen},
      {"CheckInBeforeOpen", Nothing, By("m1", CheckInOf("m1")), Reason::kMeetingNotOpen},
      {"CheckInOfAnother", Opened, By("m1", CheckInOf("m2")), Reason::kNotTheMember},
      {"CheckInOfStranger", Opened, By("kai", CheckInOf("zoe")), Reason::kNotAMember},
      {"CheckInOfNobody", Opened, By("kai", CheckInOf("x")), Reason::kNotAMember},
      {"CheckInTwice", Voting, By("m1", CheckInOf("m1")), Reason::kAlreadyPresent},
      {"CheckOutAbsent", Opened, By("m1", CheckOutOf("m1")), Reason::kNotPresent},
      {"CheckOutOfAnother", Voting, By("m1", CheckOutOf("m2")), Reason::kNotTheMember},
      {"ConflictOfAnother", Opened, By("m1", ConflictOf("m2")), Reason::kNotTheMember},
      {"ConflictOfStranger", Opened, By("kai", ConflictOf("zoe")), Reason::kNotAMember},
      {"ConflictOnUnknownItem", Opened, By("m1", ConflictOf("m1", "x")), Reason::kNoSuchItem},
      {"ConflictTwice", [](Council& c) { c.Open(), c.Must("m1", ConflictOf("m1")); },
       By("kai", ConflictOf("m1")), Reason::kAlreadyDeclared},
      {"ConflictInVote", Voting, By("m1", ConflictOf("m1")), Reason::kVoteOpened},
      {"ConflictAfterResult",
       [](Council& c) {
         c.UpToVote();
         c.Must("vera", Close());
         c.Must("vera", Establish(0, 0, 0, 5, v1::OUTCOME_REJECTED));
       },
       By("m1", ConflictOf("m1")), Reason::kVoteOpened},
  };
}

std::vector<Refusal> OfMotions() {
  using Change = std::function<void(v1::ProposeMotion&)>;
  const auto motion = [](const Change& change) { return By("vera", Motion(), change); };
  return {
      {"MotionBeforeOpen", Nothing, By("vera", Motion()), Reason::kMeetingNotOpen},
      {"MotionByMember", Opened, By("m1", Motion()), Reason::kNotPresiding},
      {"MotionOnUnknownItem", Opened, motion([](auto& m) { m.set_item_id("x"); }),
       Reason::kNoSuchItem},
      {"MotionWithBadId", Opened, motion([](auto& m) { m.set_motion_id("A b"); }), Reason::kBadId},
      {"MotionTwice", Voting, By("vera", Motion()), Reason::kMotionExists},
      {"MotionWithoutWords", Opened, motion([](auto& m) { m.clear_proposition(); }),
       Reason::kBadText},
      {"MotionTooLong", Opened,
       motion([](auto& m) { m.set_proposition(std::string((32 << 10) + 1, 'x')); }),
       Reason::kBadText},
      {"MotionWithoutPolarity", Opened, motion([](auto& m) { m.clear_polarity(); }),
       Reason::kBadPolarity},
      {"MotionWithUnknownPolarity", Opened,
       motion([](auto& m) { m.set_polarity(static_cast<v1::Polarity>(9)); }), Reason::kBadPolarity},
      {"MotionByUnknownMover", Opened, motion([](auto& m) { m.set_mover_id("x"); }),
       Reason::kNoSuchPerson},
      {"MotionWithUnknownRule", Opened, motion([](auto& m) { m.set_rule_key("x"); }),
       Reason::kUnknownRule},
  };
}

void Proposed(Council& council) {
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose();
}

std::vector<Refusal> OfOpening() {
  return {
      {"VoteBeforeOpen", Nothing, By("vera", VoteOn("motion", "vote")), Reason::kMeetingNotOpen},
      {"VoteByMember", Proposed, By("m1", VoteOn("motion", "vote")), Reason::kNotPresiding},
      {"VoteOnNothing", Proposed, By("vera", VoteOn("x", "vote")), Reason::kNoSuchMotion},
      {"VoteWithBadId", Proposed, By("vera", VoteOn("motion", "V")), Reason::kBadId},
      {"VoteExists", Voting, By("vera", VoteOn("motion", "vote")), Reason::kVoteExists},
      {"VoteWithoutMode", Proposed,
       By<v1::OpenVote>("vera", VoteOn("motion", "vote"), [](auto& v) { v.clear_mode(); }),
       Reason::kBadMode},
      {"VoteAgain", Voting, By("vera", VoteOn("motion", "vote-2")), Reason::kMotionHasVote},
      {"VoteBesideAnother",
       [](Council& c) {
         c.UpToVote();
         c.Propose("top-2", "", "another");
       },
       By("vera", VoteOn("another", "vote-2")), Reason::kAnotherVoteOpen},
      {"NotQuorate",
       [](Council& c) {
         Proposed(c);
         c.Must("m3", CheckOutOf("m3"));
       },
       By("vera", VoteOn("motion", "vote")), Reason::kNotQuorate},
      {"NotQuorateByConflict",
       [](Council& c) {
         Proposed(c);
         c.Must("m3", ConflictOf("m3"));
       },
       By("vera", VoteOn("motion", "vote")), Reason::kNotQuorate},
  };
}

void WithConflict(Council& council) {
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4", "eva"});
  council.Must("m4", ConflictOf("m4"));
  council.Propose();
  council.OpenVote();
}

void WithVote(Council& council) {
  council.UpToVote();
  council.Must("m1", Cast(v1::CHOICE_YES));
}

void WithPaper(Council& council) {
  council.UpToVote();
  council.Must("kai", Paper("m1", v1::CHOICE_YES));
}

void WithConfirmedPaper(Council& council) {
  WithPaper(council);
  council.Must("sam", ConfirmPaper("m1", v1::CHOICE_YES));
}

std::vector<Refusal> OfVotes() {
  const v1::CastVote yes = Cast(v1::CHOICE_YES);
  auto elsewhere = yes;
  elsewhere.set_meeting_id("x");
  return {
      {"CastInNothing", Voting, By("m1", Cast(v1::CHOICE_YES, "x")), Reason::kNoSuchVote},
      {"CastInAnotherMeeting", Voting, By("m1", elsewhere), Reason::kNoSuchVote},
      {"CastNothing", Voting, By("m1", Cast(v1::CHOICE_UNSPECIFIED)), Reason::kBadChoice},
      {"CastUnknown", Voting, By("m1", Cast(static_cast<v1::Choice>(9))), Reason::kBadChoice},
      {"CastInConflict", WithConflict, By("m4", yes), Reason::kExcludedByConflict},
      {"CastAbsent", Voting, By("m5", yes), Reason::kNotPresent},
      {"CastByLatecomer", [](Council& c) { c.UpToVote(), c.CheckIn({"m5"}); }, By("m5", yes),
       Reason::kNotPresent},
      {"CastWithoutRight", WithConflict, By("eva", yes), Reason::kNotEntitled},
      {"CastByStranger", Voting, By("zoe", yes), Reason::kNotEntitled},
      {"CastTwice", WithVote, By("m1", yes), Reason::kAlreadyVoted},
      {"CastBesidePaper", WithPaper, By("m1", yes), Reason::kPaperRecorded},
      {"CastAfterPaper", WithConfirmedPaper, By("m1", yes), Reason::kAlreadyVoted},
      {"CorrectNothing", Voting, By("m1", Correct(v1::CHOICE_NO, "x")), Reason::kNotVoted},
      {"CorrectPendingPaper", WithPaper, By("m1", Correct(v1::CHOICE_NO, "x")),
       Reason::kPaperRecorded},
      {"CorrectPaper", WithConfirmedPaper, By("m1", Correct(v1::CHOICE_NO, "x")),
       Reason::kAlreadyVoted},
      {"CorrectAnother", WithVote, By("m1", Correct(v1::CHOICE_NO, "x")), Reason::kStaleCorrection},
      {"CorrectByStranger", WithVote, By("zoe", Correct(v1::CHOICE_NO, "x")), Reason::kNotEntitled},
  };
}

std::vector<Refusal> OfPapers() {
  return {
      {"PaperOfVoter", WithVote, By("kai", Paper("m1", v1::CHOICE_NO)), Reason::kAlreadyVoted},
      {"PaperTwice", WithPaper, By("kim", Paper("m1", v1::CHOICE_NO)), Reason::kPaperRecorded},
      {"PaperOfStranger", Voting, By("kai", Paper("zoe", v1::CHOICE_NO)), Reason::kNotEntitled},
      {"PaperWithoutChoice", Voting, By("kai", Paper("m1", v1::CHOICE_UNSPECIFIED)),
       Reason::kBadChoice},
      {"ConfirmNothing", Voting, By("kai", ConfirmPaper("m1", v1::CHOICE_NO)), Reason::kNoPaper},
      {"ConfirmOwnRecord", WithPaper, By("kai", ConfirmPaper("m1", v1::CHOICE_YES)),
       Reason::kSamePerson},
      {"ConfirmByMember", WithPaper, By("m2", ConfirmPaper("m1", v1::CHOICE_YES)),
       Reason::kNotPresiding},
      {"ConfirmAnotherChoice", WithPaper, By("sam", ConfirmPaper("m1", v1::CHOICE_NO)),
       Reason::kPaperDiffers},
      {"WithdrawNothing", Voting, By("kai", WithdrawPaper("m1")), Reason::kNoPaper},
      {"WithdrawConfirmed", WithConfirmedPaper, By("kai", WithdrawPaper("m1")), Reason::kNoPaper},
  };
}

std::vector<Refusal> OfEndings() {
  const v1::EstablishResult result = Establish(0, 0, 0, 5, v1::OUTCOME_REJECTED);
  const auto closed = [](Council& c) {
    c.UpToVote();
    c.Must("vera", Close());
  };
  return {
      {"CloseNothing", Voting, By("vera", Close("x")), Reason::kNoSuchVote},
      {"CloseVoteByMember", Voting, By("m1", Close()), Reason::kNotPresiding},
      {"CloseWithPaper", WithPaper, By("vera", Close()), Reason::kPaperUnconfirmed},
      {"CloseTwice", closed, By("vera", Close()), Reason::kVoteClosed},
      {"EstablishNothing", closed, By("vera", Establish(0, 0, 0, 5, v1::OUTCOME_REJECTED, "x")),
       Reason::kNoSuchVote},
      {"EstablishByClerk", closed, By("kai", result), Reason::kNotChair},
      {"EstablishOpen", Voting, By("vera", result), Reason::kVoteOpen},
      {"EstablishTwice",
       [closed, result](Council& c) {
         closed(c);
         c.Must("vera", result);
       },
       By("vera", result), Reason::kResultEstablished},
      {"EstablishDifferently", closed, By("vera", Establish(1, 0, 0, 4, v1::OUTCOME_ADOPTED)),
       Reason::kResultDiffers},
  };
}

class Refusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refusals, SaysWhyAndChangesNothing) {
  Council council;
  GetParam().before(council);
  ASSERT_FALSE(HasFailure());
  const std::vector<crypto::Digest> before = council.State();
  const absl::Status status = GetParam().act(council);
  EXPECT_THAT(status, IsRefused(GetParam().reason));
  EXPECT_EQ(council.State(), before);
}

std::string NameOf(const ::testing::TestParamInfo<Refusal>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Meetings, Refusals, ::testing::ValuesIn(OfMeetings()), NameOf);
INSTANTIATE_TEST_SUITE_P(Motions, Refusals, ::testing::ValuesIn(OfMotions()), NameOf);
INSTANTIATE_TEST_SUITE_P(Opening, Refusals, ::testing::ValuesIn(OfOpening()), NameOf);
INSTANTIATE_TEST_SUITE_P(Votes, Refusals, ::testing::ValuesIn(OfVotes()), NameOf);
INSTANTIATE_TEST_SUITE_P(Papers, Refusals, ::testing::ValuesIn(OfPapers()), NameOf);
INSTANTIATE_TEST_SUITE_P(Endings, Refusals, ::testing::ValuesIn(OfEndings()), NameOf);

// The second meeting "spaeter" is convened for another day; nothing is on its agenda.
void ConveneAnother(Council& council) {
  meetings::v1::ConveneMeeting convene;
  convene.set_meeting_id("spaeter");
  convene.set_organization_id("rat");
  convene.set_title("2. Sitzung");
  convene.set_place("Ratssaal");
  *convene.mutable_start_time() = ToTimestamp(council.now() + absl::Hours(24 * 20));
  council.Must("kai", convene);
}

meetings::v1::PublishAgenda OneItem() {
  meetings::v1::PublishAgenda agenda;
  agenda.set_meeting_id("spaeter");
  meetings::v1::AgendaItemContent* item = agenda.add_items();
  item->set_item_id("top-9");
  item->set_number("Ö 1");
  item->set_title("Haushalt");
  item->set_public_(true);
  return agenda;
}

TEST(RefusalsOfOpening, AMeetingNeedsAnAgendaItsTimeAndNotToBeCancelled) {
  Council council;
  ConveneAnother(council);
  const auto open = OfMeeting<v1::OpenMeeting>("spaeter");
  EXPECT_THAT(council.Give("vera", open), IsRefused(Reason::kNoAgenda));
  council.Must("kai", OneItem());
  EXPECT_THAT(council.Give("vera", open), IsRefused(Reason::kMeetingNotDue));
  meetings::v1::CancelMeeting cancel;
  cancel.set_meeting_id("spaeter");
  cancel.set_reason("Hochwasser");
  council.Must("kai", cancel);
  EXPECT_THAT(council.Give("vera", open), IsRefused(Reason::kMeetingCancelled));
}

TEST(RefusalsOfOpening, AnItemOfAnotherMeetingIsNotOnTheAgenda) {
  Council council;
  ConveneAnother(council);
  council.Must("kai", OneItem());
  council.Open();
  v1::ProposeMotion motion = Motion();
  motion.set_item_id("top-9");
  EXPECT_THAT(council.Give("vera", motion), IsRefused(Reason::kNoSuchItem));
}

TEST(RefusalsOfOpening, NotQuorateShowsTheArithmetic) {
  Council council;
  Proposed(council);
  council.Must("m3", CheckOutOf("m3"));
  const absl::Status status = council.Give("vera", VoteOn("motion", "vote"));
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr("3 of 7 present: not quorate (4 needed)"));
}

}  // namespace
}  // namespace votum::meetings
