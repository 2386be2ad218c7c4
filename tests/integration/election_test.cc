// An election over real processes: a tie, a second ballot, and a lot that the members seed and
// anybody can draw again.

#include <string>
#include <vector>

#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "rules/lot.h"
#include "tests/harness/city.h"
#include "votum/decisions/v1/decisions.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::testing {
namespace {

namespace v1 = meetings::v1;

constexpr char kMeeting[] = "sitzung-1";

class ElectionTest : public ::testing::Test {
 protected:
  ElectionTest() : city_(NewTestFolder("election"), City::Layout::kProcessPerService) {
    city_.SetUpCouncil(6);
    city_.OpenMeeting(7);
  }

  template <typename Command>
  static Command Of() {
    Command command;
    command.set_meeting_id(kMeeting);
    return command;
  }

  template <typename Command>
  static Command OfLot() {
    Command command = Of<Command>();
    command.set_lot_id("los-1");
    return command;
  }

  // A ballot on ada and ben in which three vote for each.
  void Ballot(const std::string& motion, const std::string& vote, const std::string& runoff_of) {
    auto propose = Of<v1::ProposeMotion>();
    propose.set_item_id("top-1");
    propose.set_motion_id(motion);
    propose.set_proposition("Wer leitet das Projekt?");
    propose.set_polarity(v1::POLARITY_ADOPTS_ITEM);
    propose.set_runoff_of(runoff_of);
    for (const char* id : {"ada", "ben"}) {
      v1::Candidate* candidate = propose.add_candidates();
      candidate->set_id(id);
      candidate->set_name(id);
    }
    ASSERT_OK(city_.Do("maria.meister", std::move(propose)));
    auto open = Of<v1::OpenVote>();
    open.set_motion_id(motion);
    open.set_vote_event_id(vote);
    open.set_mode(v1::VOTE_MODE_ROLL_CALL);
    ASSERT_OK(city_.Do("maria.meister", std::move(open)));
    for (size_t i = 0; i < city_.members().size(); ++i) {
      auto cast = Of<v1::CastVote>();
      cast.set_vote_event_id(vote);
      cast.set_choice(v1::CHOICE_YES);
      cast.set_candidate_id(i % 2 == 0 ? "ada" : "ben");
      ASSERT_OK(city_.Do(city_.members()[i], std::move(cast)));
    }
    auto close = Of<v1::CloseVote>();
    close.set_vote_event_id(vote);
    ASSERT_OK(city_.Do("maria.meister", std::move(close)));
    auto establish = Of<v1::EstablishResult>();
    establish.set_vote_event_id(vote);
    const v1::Result computed = Get(vote).computed_result();
    *establish.mutable_tally() = computed.tally();
    establish.set_outcome(computed.outcome());
    ASSERT_OK(city_.Do("maria.meister", std::move(establish)));
  }

  v1::VoteEvent Get(const std::string& vote) {
    v1::GetVoteEventRequest request;
    request.set_vote_event_id(vote);
    v1::GetVoteEventResponse response;
    EXPECT_OK(city_.Read("maria.meister", "meetings", "GetVoteEvent", request, &response));
    return response.vote_event();
  }

  std::string Checkpoint() {
    ledger::v1::GetCheckpointResponse response;
    EXPECT_OK(city_.Read("", "publication", "GetCheckpoint", ledger::v1::GetCheckpointRequest(),
                         &response));
    return response.checkpoint();
  }

  City city_;
};

TEST_F(ElectionTest, ATieGoesToASecondBallotAndThenToTheLot) {
  Ballot("wahl", "v1", "");
  EXPECT_EQ(Get("v1").result().election(), v1::ELECTION_OUTCOME_RUNOFF);
  Ballot("stichwahl", "v2", "v1");
  EXPECT_EQ(Get("v2").result().election(), v1::ELECTION_OUTCOME_LOT);

  decisions::v1::DraftDecision draft;
  draft.set_decision_id("b-1");
  draft.set_vote_event_id("v2");
  draft.set_title("Beschluss 1");
  draft.set_text("Gewählt ist, wen das Los trifft.");
  EXPECT_THAT(city_.Do("karl.kanzlei", decisions::v1::DraftDecision(draft)),
              IsRefused(Reason::kLotMissing));

  const std::string too_early = Checkpoint();
  auto open = OfLot<v1::OpenLot>();
  open.set_vote_event_id("v2");
  ASSERT_OK(city_.Do("maria.meister", std::move(open)));
  const std::string contribution = crypto::RandomBytes(rules::kContributionBytes);
  auto commit = OfLot<v1::CommitToLot>();
  const crypto::Digest commitment = rules::CommitContribution(contribution);
  commit.set_commitment(std::string(crypto::AsBytes(commitment)));
  ASSERT_OK(city_.Do("m01", std::move(commit)));
  auto fix = OfLot<v1::FixLot>();
  fix.set_checkpoint(too_early);
  EXPECT_THAT(city_.Do("maria.meister", v1::FixLot(fix)), IsRefused(Reason::kCheckpointDoesNotFit));
  const std::string checkpoint = Checkpoint();
  fix.set_checkpoint(checkpoint);
  ASSERT_OK(city_.Do("maria.meister", std::move(fix)));
  auto reveal = OfLot<v1::RevealForLot>();
  reveal.set_contribution(contribution);
  ASSERT_OK(city_.Do("m01", std::move(reveal)));
  ASSERT_OK(city_.Do("maria.meister", OfLot<v1::DrawLot>()));

  const std::vector<std::string> drawn = *rules::DrawLot(
      rules::LotSeed("los-1", checkpoint, {{"m01", contribution}}), {"ada", "ben"}, 1);
  const v1::Result result = Get("v2").result();
  ASSERT_EQ(result.candidate_ids_size(), 1);
  EXPECT_EQ(result.candidate_ids(0), drawn[0]);
  EXPECT_EQ(result.outcome(), v1::OUTCOME_ADOPTED);
  EXPECT_OK(city_.Do("karl.kanzlei", std::move(draft)));

  // Every process that folds it has the same state, also after a restart.
  city_.ProcessOf("meetings").Kill();
  city_.ProcessOf("meetings").Start();
  city_.AwaitReady();
  std::map<std::string, std::string> digests;
  for (const auto& [process, domains] : city_.Projections()) {
    for (const auto& [domain, digest] : domains)
      EXPECT_EQ(digests.emplace(domain, digest).first->second, digest) << process << " " << domain;
  }
}

}  // namespace
}  // namespace votum::testing
