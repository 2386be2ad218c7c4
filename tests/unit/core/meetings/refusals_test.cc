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
  const char* reason;
  absl::StatusCode code;
};

constexpr auto kArgument = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kPermission = absl::StatusCode::kPermissionDenied;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kExists = absl::StatusCode::kAlreadyExists;

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
      {"OpenUnknown", Nothing, By("vera", OfMeeting<v1::OpenMeeting>("x")), "NO_SUCH_MEETING",
       kNotFound},
      {"OpenByMember", Nothing, By("m1", open()), "NOT_PRESIDING", kPermission},
      {"OpenBySecretary", Nothing, By("sam", open()), "NOT_PRESIDING", kPermission},
      {"OpenTwice", Opened, By("vera", open()), "MEETING_ALREADY_OPEN", kExists},
      {"OpenAgain",
       [](Council& c) {
         c.Open();
         c.Must("vera", OfMeeting<v1::CloseMeeting>());
       },
       By("vera", open()), "MEETING_CLOSED", kPrecondition},
      {"CloseUnknown", Nothing, By("vera", OfMeeting<v1::CloseMeeting>("x")), "NO_SUCH_MEETING",
       kNotFound},
      {"CloseBeforeOpen", Nothing, By("vera", OfMeeting<v1::CloseMeeting>()), "MEETING_NOT_OPEN",
       kPrecondition},
      {"CloseByMember", Opened, By("m1", OfMeeting<v1::CloseMeeting>()), "NOT_PRESIDING",
       kPermission},
      {"CloseWithVote", Voting, By("vera", OfMeeting<v1::CloseMeeting>()), "VOTE_OPEN",
       kPrecondition},
      {"CheckInBeforeOpen", Nothing, By("m1", CheckInOf("m1")), "MEETING_NOT_OPEN", kPrecondition},
      {"CheckInOfAnother", Opened, By("m1", CheckInOf("m2")), "NOT_THE_MEMBER", kPermission},
      {"CheckInOfStranger", Opened, By("kai", CheckInOf("zoe")), "NOT_A_MEMBER", kPrecondition},
      {"CheckInOfNobody", Opened, By("kai", CheckInOf("x")), "NOT_A_MEMBER", kPrecondition},
      {"CheckInTwice", Voting, By("m1", CheckInOf("m1")), "ALREADY_PRESENT", kExists},
      {"CheckOutAbsent", Opened, By("m1", CheckOutOf("m1")), "NOT_PRESENT", kPrecondition},
      {"CheckOutOfAnother", Voting, By("m1", CheckOutOf("m2")), "NOT_THE_MEMBER", kPermission},
      {"ConflictOfAnother", Opened, By("m1", ConflictOf("m2")), "NOT_THE_MEMBER", kPermission},
      {"ConflictOfStranger", Opened, By("kai", ConflictOf("zoe")), "NOT_A_MEMBER", kPrecondition},
      {"ConflictOnUnknownItem", Opened, By("m1", ConflictOf("m1", "x")), "NO_SUCH_ITEM", kNotFound},
      {"ConflictTwice", [](Council& c) { c.Open(), c.Must("m1", ConflictOf("m1")); },
       By("kai", ConflictOf("m1")), "ALREADY_DECLARED", kExists},
      {"ConflictInVote", Voting, By("m1", ConflictOf("m1")), "VOTE_OPENED", kPrecondition},
      {"ConflictAfterResult",
       [](Council& c) {
         c.UpToVote();
         c.Must("vera", Close());
         c.Must("vera", Establish(0, 0, 0, 5, v1::OUTCOME_REJECTED));
       },
       By("m1", ConflictOf("m1")), "VOTE_OPENED", kPrecondition},
  };
}

std::vector<Refusal> OfMotions() {
  using Change = std::function<void(v1::ProposeMotion&)>;
  const auto motion = [](const Change& change) { return By("vera", Motion(), change); };
  return {
      {"MotionBeforeOpen", Nothing, By("vera", Motion()), "MEETING_NOT_OPEN", kPrecondition},
      {"MotionByMember", Opened, By("m1", Motion()), "NOT_PRESIDING", kPermission},
      {"MotionOnUnknownItem", Opened, motion([](auto& m) { m.set_item_id("x"); }), "NO_SUCH_ITEM",
       kNotFound},
      {"MotionWithBadId", Opened, motion([](auto& m) { m.set_motion_id("A b"); }), "BAD_ID",
       kArgument},
      {"MotionTwice", Voting, By("vera", Motion()), "MOTION_EXISTS", kExists},
      {"MotionWithoutWords", Opened, motion([](auto& m) { m.clear_proposition(); }), "BAD_TEXT",
       kArgument},
      {"MotionTooLong", Opened,
       motion([](auto& m) { m.set_proposition(std::string((32 << 10) + 1, 'x')); }), "BAD_TEXT",
       kArgument},
      {"MotionWithoutPolarity", Opened, motion([](auto& m) { m.clear_polarity(); }), "BAD_POLARITY",
       kArgument},
      {"MotionWithUnknownPolarity", Opened,
       motion([](auto& m) { m.set_polarity(static_cast<v1::Polarity>(9)); }), "BAD_POLARITY",
       kArgument},
      {"MotionByUnknownMover", Opened, motion([](auto& m) { m.set_mover_id("x"); }),
       "NO_SUCH_PERSON", kNotFound},
      {"MotionWithUnknownRule", Opened, motion([](auto& m) { m.set_rule_key("x"); }),
       "UNKNOWN_RULE", kArgument},
  };
}

void Proposed(Council& council) {
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose();
}

void WithoutTheRule(Council& council) {
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3"});
  council.Propose("top-1", "hauptsatzung");
  directory::v1::AdoptRuleProfile adopt;
  adopt.set_organization_id("rat");
  *adopt.mutable_profile() = council.directory().FindOrganization("rat")->profile;
  adopt.mutable_profile()->mutable_motions()->DeleteSubrange(1, 2);
  council.Must("amt", adopt);
}

std::vector<Refusal> OfOpening() {
  return {
      {"VoteBeforeOpen", Nothing, By("vera", VoteOn("motion", "vote")), "MEETING_NOT_OPEN",
       kPrecondition},
      {"VoteByMember", Proposed, By("m1", VoteOn("motion", "vote")), "NOT_PRESIDING", kPermission},
      {"VoteOnNothing", Proposed, By("vera", VoteOn("x", "vote")), "NO_SUCH_MOTION", kNotFound},
      {"VoteWithBadId", Proposed, By("vera", VoteOn("motion", "V")), "BAD_ID", kArgument},
      {"VoteExists", Voting, By("vera", VoteOn("motion", "vote")), "VOTE_EXISTS", kExists},
      {"VoteWithoutMode", Proposed,
       By<v1::OpenVote>("vera", VoteOn("motion", "vote"), [](auto& v) { v.clear_mode(); }),
       "BAD_MODE", kArgument},
      {"VoteAgain", Voting, By("vera", VoteOn("motion", "vote-2")), "MOTION_HAS_VOTE",
       kPrecondition},
      {"VoteBesideAnother",
       [](Council& c) {
         c.UpToVote();
         c.Propose("top-2", "", "another");
       },
       By("vera", VoteOn("another", "vote-2")), "ANOTHER_VOTE_OPEN", kPrecondition},
      {"RuleGone", WithoutTheRule, By("vera", VoteOn("motion", "vote")), "UNKNOWN_RULE", kArgument},
      {"NotQuorate",
       [](Council& c) {
         Proposed(c);
         c.Must("m3", CheckOutOf("m3"));
       },
       By("vera", VoteOn("motion", "vote")), "NOT_QUORATE", kPrecondition},
      {"NotQuorateByConflict",
       [](Council& c) {
         Proposed(c);
         c.Must("m3", ConflictOf("m3"));
       },
       By("vera", VoteOn("motion", "vote")), "NOT_QUORATE", kPrecondition},
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
      {"CastInNothing", Voting, By("m1", Cast(v1::CHOICE_YES, "x")), "NO_SUCH_VOTE", kNotFound},
      {"CastInAnotherMeeting", Voting, By("m1", elsewhere), "NO_SUCH_VOTE", kNotFound},
      {"CastNothing", Voting, By("m1", Cast(v1::CHOICE_UNSPECIFIED)), "BAD_CHOICE", kArgument},
      {"CastUnknown", Voting, By("m1", Cast(static_cast<v1::Choice>(9))), "BAD_CHOICE", kArgument},
      {"CastInConflict", WithConflict, By("m4", yes), "EXCLUDED_BY_CONFLICT", kPermission},
      {"CastAbsent", Voting, By("m5", yes), "NOT_PRESENT", kPrecondition},
      {"CastByLatecomer", [](Council& c) { c.UpToVote(), c.CheckIn({"m5"}); }, By("m5", yes),
       "NOT_PRESENT", kPrecondition},
      {"CastWithoutRight", WithConflict, By("eva", yes), "NOT_ENTITLED", kPermission},
      {"CastByStranger", Voting, By("zoe", yes), "NOT_ENTITLED", kPermission},
      {"CastTwice", WithVote, By("m1", yes), "ALREADY_VOTED", kExists},
      {"CastBesidePaper", WithPaper, By("m1", yes), "PAPER_RECORDED", kPrecondition},
      {"CastAfterPaper", WithConfirmedPaper, By("m1", yes), "ALREADY_VOTED", kExists},
      {"CorrectNothing", Voting, By("m1", Correct(v1::CHOICE_NO, "x")), "NOT_VOTED", kPrecondition},
      {"CorrectPendingPaper", WithPaper, By("m1", Correct(v1::CHOICE_NO, "x")), "PAPER_RECORDED",
       kPrecondition},
      {"CorrectPaper", WithConfirmedPaper, By("m1", Correct(v1::CHOICE_NO, "x")), "ALREADY_VOTED",
       kExists},
      {"CorrectAnother", WithVote, By("m1", Correct(v1::CHOICE_NO, "x")), "STALE_CORRECTION",
       absl::StatusCode::kAborted},
      {"CorrectByStranger", WithVote, By("zoe", Correct(v1::CHOICE_NO, "x")), "NOT_ENTITLED",
       kPermission},
  };
}

std::vector<Refusal> OfPapers() {
  return {
      {"PaperOfVoter", WithVote, By("kai", Paper("m1", v1::CHOICE_NO)), "ALREADY_VOTED", kExists},
      {"PaperTwice", WithPaper, By("kim", Paper("m1", v1::CHOICE_NO)), "PAPER_RECORDED",
       kPrecondition},
      {"PaperOfStranger", Voting, By("kai", Paper("zoe", v1::CHOICE_NO)), "NOT_ENTITLED",
       kPermission},
      {"PaperWithoutChoice", Voting, By("kai", Paper("m1", v1::CHOICE_UNSPECIFIED)), "BAD_CHOICE",
       kArgument},
      {"ConfirmNothing", Voting, By("kai", ConfirmPaper("m1", v1::CHOICE_NO)), "NO_PAPER",
       kNotFound},
      {"ConfirmOwnRecord", WithPaper, By("kai", ConfirmPaper("m1", v1::CHOICE_YES)), "SAME_PERSON",
       kPermission},
      {"ConfirmByMember", WithPaper, By("m2", ConfirmPaper("m1", v1::CHOICE_YES)), "NOT_PRESIDING",
       kPermission},
      {"ConfirmAnotherChoice", WithPaper, By("sam", ConfirmPaper("m1", v1::CHOICE_NO)),
       "PAPER_DIFFERS", kPrecondition},
      {"WithdrawNothing", Voting, By("kai", WithdrawPaper("m1")), "NO_PAPER", kNotFound},
      {"WithdrawConfirmed", WithConfirmedPaper, By("kai", WithdrawPaper("m1")), "NO_PAPER",
       kNotFound},
  };
}

std::vector<Refusal> OfEndings() {
  const v1::EstablishResult result = Establish(0, 0, 0, 5, v1::OUTCOME_REJECTED);
  const auto closed = [](Council& c) {
    c.UpToVote();
    c.Must("vera", Close());
  };
  return {
      {"CloseNothing", Voting, By("vera", Close("x")), "NO_SUCH_VOTE", kNotFound},
      {"CloseVoteByMember", Voting, By("m1", Close()), "NOT_PRESIDING", kPermission},
      {"CloseWithPaper", WithPaper, By("vera", Close()), "PAPER_UNCONFIRMED", kPrecondition},
      {"CloseTwice", closed, By("vera", Close()), "VOTE_CLOSED", kPrecondition},
      {"EstablishNothing", closed, By("vera", Establish(0, 0, 0, 5, v1::OUTCOME_REJECTED, "x")),
       "NO_SUCH_VOTE", kNotFound},
      {"EstablishByClerk", closed, By("kai", result), "NOT_CHAIR", kPermission},
      {"EstablishOpen", Voting, By("vera", result), "VOTE_OPEN", kPrecondition},
      {"EstablishTwice",
       [closed, result](Council& c) {
         closed(c);
         c.Must("vera", result);
       },
       By("vera", result), "RESULT_ESTABLISHED", kExists},
      {"EstablishDifferently", closed, By("vera", Establish(1, 0, 0, 4, v1::OUTCOME_ADOPTED)),
       "RESULT_DIFFERS", kArgument},
  };
}

class Refusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refusals, SaysWhyAndChangesNothing) {
  Council council;
  GetParam().before(council);
  ASSERT_FALSE(HasFailure());
  const std::vector<std::string> before = council.State();
  const absl::Status status = GetParam().act(council);
  EXPECT_THAT(status, IsRefused(GetParam().reason));
  EXPECT_THAT(status, HasCode(GetParam().code));
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
  EXPECT_THAT(council.Give("vera", open), IsRefused("NO_AGENDA"));
  council.Must("kai", OneItem());
  EXPECT_THAT(council.Give("vera", open), IsRefused("MEETING_NOT_DUE"));
  meetings::v1::CancelMeeting cancel;
  cancel.set_meeting_id("spaeter");
  cancel.set_reason("Hochwasser");
  council.Must("kai", cancel);
  EXPECT_THAT(council.Give("vera", open), IsRefused("MEETING_CANCELLED"));
}

TEST(RefusalsOfOpening, AnItemOfAnotherMeetingIsNotOnTheAgenda) {
  Council council;
  ConveneAnother(council);
  council.Must("kai", OneItem());
  council.Open();
  v1::ProposeMotion motion = Motion();
  motion.set_item_id("top-9");
  EXPECT_THAT(council.Give("vera", motion), IsRefused("NO_SUCH_ITEM"));
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
