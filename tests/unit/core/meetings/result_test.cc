// Results: known answers, and the conditions for establishing one.
#include <string>

#include "gtest/gtest.h"
#include "rules/profile.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

using ::testing::HasSubstr;

struct KnownAnswer {
  const char* name;
  const char* rule_key;
  const char* votes;  // by vera, m1, m2, m3, m4: Yes, No, Abstention, - for none
  uint32_t yes, no, abstain, not_voted;
  v1::Outcome outcome;
};

// Five of seven are present. The ordinary majority is more Yes than No (§ 50 (1), (5) GO NRW); the
// Hauptsatzung needs more than half of seven, a referendum two thirds of seven (five).
constexpr KnownAnswer kAnswers[] = {
    {"MoreYes", "", "YYYNN", 3, 2, 0, 0, v1::OUTCOME_ADOPTED},
    {"MoreNo", "", "YYNNN", 2, 3, 0, 0, v1::OUTCOME_REJECTED},
    {"TieIsRejected", "", "YYNNA", 2, 2, 1, 0, v1::OUTCOME_REJECTED},
    {"NobodyVotes", "", "-----", 0, 0, 0, 5, v1::OUTCOME_REJECTED},
    {"AllAbstain", "", "AAAAA", 0, 0, 5, 0, v1::OUTCOME_REJECTED},
    {"OneYesIsEnough", "", "YAAAA", 1, 0, 4, 0, v1::OUTCOME_ADOPTED},
    {"OneYesAmongSilent", "", "Y----", 1, 0, 0, 4, v1::OUTCOME_ADOPTED},
    {"OrdinaryByName", "ordinary", "YYYNN", 3, 2, 0, 0, v1::OUTCOME_ADOPTED},
    {"HauptsatzungThreeYes", "hauptsatzung", "YYYA-", 3, 0, 1, 1, v1::OUTCOME_REJECTED},
    {"HauptsatzungFourYes", "hauptsatzung", "YYYYN", 4, 1, 0, 0, v1::OUTCOME_ADOPTED},
    {"ReferendumFourYes", "council_referendum", "YYYYA", 4, 0, 1, 0, v1::OUTCOME_REJECTED},
    {"ReferendumFiveYes", "council_referendum", "YYYYY", 5, 0, 0, 0, v1::OUTCOME_ADOPTED},
};

class Results : public ::testing::TestWithParam<KnownAnswer> {};

TEST_P(Results, AreComputedFromTheVotesAndEstablishedByTheChair) {
  const KnownAnswer& answer = GetParam();
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose("top-1", answer.rule_key);
  council.OpenVote();
  CastAll(council, answer.votes);
  EXPECT_THAT(council.votes().ComputeResult("vote"), IsRefused(Reason::kVoteOpen));
  council.Must("vera", Close());

  v1::VoteEvent event = *council.votes().Get("vote");
  EXPECT_EQ(event.state(), v1::VOTE_EVENT_STATE_CLOSED);
  EXPECT_FALSE(event.has_result());
  const v1::Result computed = event.computed_result();
  EXPECT_EQ(computed.tally().yes(), answer.yes);
  EXPECT_EQ(computed.tally().no(), answer.no);
  EXPECT_EQ(computed.tally().abstain(), answer.abstain);
  EXPECT_EQ(computed.tally().not_voted(), answer.not_voted);
  EXPECT_EQ(computed.outcome(), answer.outcome);
  EXPECT_EQ(computed.index(), 0);
  EXPECT_THAT(computed.explanation().en(), HasSubstr("5 of 7 present: quorate"));
  EXPECT_THAT(computed.explanation().en(),
              HasSubstr(answer.outcome == v1::OUTCOME_ADOPTED ? "adopted" : "rejected"));
  EXPECT_THAT(computed.explanation().de(),
              HasSubstr(answer.outcome == v1::OUTCOME_ADOPTED ? "angenommen" : "abgelehnt"));

  council.Must("vera",
               Establish(answer.yes, answer.no, answer.abstain, answer.not_voted, answer.outcome));
  event = *council.votes().Get("vote");
  EXPECT_EQ(event.state(), v1::VOTE_EVENT_STATE_ESTABLISHED);
  EXPECT_FALSE(event.has_computed_result());
  EXPECT_EQ(event.result().index(), council.last_index());
  EXPECT_EQ(event.result().outcome(), answer.outcome);
  EXPECT_EQ(council.votes().Find("vote")->established_time, council.now());
}

INSTANTIATE_TEST_SUITE_P(KnownAnswers, Results, ::testing::ValuesIn(kAnswers),
                         [](const auto& info) { return info.param.name; });

TEST(EstablishResult, ADifferentResultIsRefusedWithTheRightNumbers) {
  Council council;
  council.UpToVote();
  CastAll(council, "YYNA-");
  council.Must("vera", Close());
  const v1::EstablishResult wrong[] = {
      Establish(3, 1, 1, 0, v1::OUTCOME_ADOPTED),    Establish(2, 2, 1, 0, v1::OUTCOME_ADOPTED),
      Establish(2, 1, 0, 1, v1::OUTCOME_ADOPTED),    Establish(2, 1, 1, 0, v1::OUTCOME_ADOPTED),
      Establish(2, 1, 1, 1, v1::OUTCOME_REJECTED),   Establish(2, 1, 1, 1, v1::OUTCOME_UNSPECIFIED),
      Establish(0, 0, 0, 0, v1::OUTCOME_UNSPECIFIED)};
  for (const v1::EstablishResult& command : wrong) {
    const absl::Status status = council.Give("vera", command);
    EXPECT_THAT(status, IsRefused(Reason::kResultDiffers));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("2 yes, 1 no, 1 abstained, 1 not voted: adopted"));
  }
  council.Must("dora", Establish(2, 1, 1, 1, v1::OUTCOME_ADOPTED));
}

TEST(EstablishResult, IsPossibleAfterTheMeeting) {
  Council council;
  council.UpToVote();
  council.Must("vera", Close());
  council.Must("vera", OfMeeting<v1::CloseMeeting>());
  council.Must("vera", Establish(0, 0, 0, 5, v1::OUTCOME_REJECTED));
}

rules::v1::RuleProfile WithCastingVote() {
  rules::v1::RuleProfile profile = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  profile.mutable_motions(0)->set_tie(rules::v1::TIE_CASTING_VOTE);
  return profile;
}

TEST(EstablishResult, ATieMayBeLeftToWhoeverPresides) {
  for (const v1::Outcome outcome : {v1::OUTCOME_ADOPTED, v1::OUTCOME_REJECTED}) {
    Council council(WithCastingVote());
    council.UpToVote();
    CastAll(council, "YYNNA");
    council.Must("vera", Close());
    EXPECT_EQ(council.votes().ComputeResult("vote")->outcome(), v1::OUTCOME_UNSPECIFIED);
    EXPECT_THAT(council.Give("vera", Establish(2, 2, 1, 0, v1::OUTCOME_UNSPECIFIED)),
                IsRefused(Reason::kResultDiffers));
    EXPECT_THAT(council.Give("vera", Establish(2, 2, 0, 1, outcome)),
                IsRefused(Reason::kResultDiffers));
    council.Must("vera", Establish(2, 2, 1, 0, outcome));
    const v1::Result result = council.votes().Get("vote")->result();
    EXPECT_EQ(result.outcome(), outcome);
    EXPECT_THAT(result.explanation().en(),
                HasSubstr(outcome == v1::OUTCOME_ADOPTED ? "Casting vote of vera: adopted."
                                                         : "Casting vote of vera: rejected."));
  }
}

}  // namespace
}  // namespace votum::meetings
