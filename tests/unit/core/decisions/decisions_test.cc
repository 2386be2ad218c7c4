// From an established result to a released decision: signatures, objection, decision anew,
// complaint.
#include <string>

#include "core/decisions/decisions_machine.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/core/meetings/council.h"

namespace votum::decisions {
namespace {

namespace vv1 = meetings::v1;
using meetings::Council;

class DecisionsTest : public ::testing::Test {
 protected:
  template <typename Command>
  absl::Status Give(absl::string_view actor, const Command& command) {
    const CommandContext context = council_.Next(actor);
    const absl::Status status = decisions_.Check(context, command);
    if (status.ok()) decisions_.Apply(context, command);
    return status;
  }

  // Votes on item "top-1" of the first meeting; `yes` of four members vote Yes, the others No.
  void Vote(int yes) {
    council_.UpToVote();
    Finish("vote", yes);
  }

  // Votes on the same matter in another meeting, `after` days later.
  void VoteAgain(int days) {
    council_.Wait(absl::Hours(24 * days) - absl::Hours(24 * 20));
    council_.OpenAnother("sitzung-2", "top-neu");
    for (const char* person : {"vera", "m1", "m2", "m3", "m4"}) {
      auto check_in = meetings::CheckInOf(person);
      check_in.set_meeting_id("sitzung-2");
      council_.Must(person, check_in);
    }
    auto motion = meetings::OfMeeting<vv1::ProposeMotion>("sitzung-2");
    motion.set_item_id("top-neu");
    motion.set_motion_id("motion-2");
    motion.set_proposition("Bleibt es dabei?");
    motion.set_polarity(vv1::POLARITY_ADOPTS_ITEM);
    council_.Must("vera", motion);
    auto open = meetings::OfMeeting<vv1::OpenVote>("sitzung-2");
    open.set_motion_id("motion-2");
    open.set_vote_event_id("vote-2");
    open.set_mode(vv1::VOTE_MODE_OPEN);
    council_.Must("vera", open);
    Finish("vote-2", 3, "sitzung-2");
  }

  void Finish(const std::string& vote, int yes, const std::string& meeting = Council::kMeeting) {
    int given = 0;
    for (const char* person : {"m1", "m2", "m3", "m4"}) {
      auto cast = meetings::Cast(given++ < yes ? vv1::CHOICE_YES : vv1::CHOICE_NO, vote);
      cast.set_meeting_id(meeting);
      council_.Must(person, cast);
    }
    auto close = meetings::Close(vote);
    close.set_meeting_id(meeting);
    council_.Must("vera", close);
    const vv1::Result computed = *council_.votes().ComputeResult(vote);
    auto establish = meetings::OfMeeting<vv1::EstablishResult>(meeting);
    establish.set_vote_event_id(vote);
    *establish.mutable_tally() = computed.tally();
    establish.set_outcome(computed.outcome());
    council_.Must("vera", establish);
  }

  static v1::DraftDecision Draft(const std::string& id, const std::string& vote,
                                 const std::string& anew = "") {
    v1::DraftDecision draft;
    draft.set_decision_id(id);
    draft.set_vote_event_id(vote);
    draft.set_title("Beschluss 1");
    draft.set_text("Fünf Mobilstationen werden gebaut.");
    draft.set_decides_anew_id(anew);
    return draft;
  }

  v1::SignDecision Sign(const std::string& id, v1::Capacity capacity) {
    v1::SignDecision sign;
    sign.set_decision_id(id);
    sign.set_capacity(capacity);
    sign.set_text_sha256(TextDigest(*decisions_.FindDecision(id)));
    return sign;
  }

  void SignByBoth(const std::string& id) {
    EXPECT_OK(Give("vera", Sign(id, v1::CAPACITY_CHAIR)));
    EXPECT_OK(Give("sam", Sign(id, v1::CAPACITY_SECRETARY)));
  }

  static v1::ObjectToDecision Object(const std::string& id, bool unlawful = false) {
    v1::ObjectToDecision object;
    object.set_decision_id(id);
    object.set_reason("Gefährdet das Wohl der Gemeinde");
    object.set_unlawful(unlawful);
    return object;
  }

  static v1::ReleaseDecision Release(const std::string& id) {
    v1::ReleaseDecision release;
    release.set_decision_id(id);
    return release;
  }

  Council council_;
  DecisionsMachine decisions_{council_.directory(), council_.papers(), council_.agenda(),
                              council_.motions(), council_.votes()};
};

TEST_F(DecisionsTest, NeedsTwoSignaturesAndThePeriod) {
  Vote(3);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  EXPECT_THAT(Give("kai", Draft("b-1", "vote")), IsRefused(Reason::kDecisionExists));
  EXPECT_THAT(Give("kai", Draft("b-2", "vote")), IsRefused(Reason::kItemDecided));
  EXPECT_THAT(Give("kai", Draft("b-2", "unknown")), IsRefused(Reason::kNoSuchVote));
  EXPECT_THAT(Give("kai", Release("b-1")), IsRefused(Reason::kNotSigned));
  EXPECT_THAT(Give("m1", Sign("b-1", v1::CAPACITY_CHAIR)), IsRefused(Reason::kNotChair));
  v1::SignDecision other_words = Sign("b-1", v1::CAPACITY_CHAIR);
  other_words.set_text_sha256(std::string(32, 'x'));
  EXPECT_THAT(Give("vera", other_words), IsRefused(Reason::kTextDiffers));
  SignByBoth("b-1");
  EXPECT_THAT(Give("vera", Sign("b-1", v1::CAPACITY_CHAIR)), IsRefused(Reason::kAlreadySigned));
  EXPECT_THAT(Give("kai", Release("b-1")), IsRefused(Reason::kObjectionPeriod));
  council_.Wait(absl::Hours(24 * 4));
  EXPECT_THAT(Give("vera", Object("b-1")), IsRefused(Reason::kObjectionTooLate));
  EXPECT_OK(Give("kai", Release("b-1")));
  EXPECT_THAT(Give("kai", Release("b-1")), IsRefused(Reason::kAlreadyReleased));
}

TEST_F(DecisionsTest, WhatWasRejectedIsNotReleased) {
  Vote(1);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  SignByBoth("b-1");
  council_.Wait(absl::Hours(24 * 4));
  EXPECT_THAT(Give("kai", Release("b-1")), IsRefused(Reason::kNotAdopted));
}

TEST_F(DecisionsTest, AnObjectionIsAnsweredByADecisionAnew) {
  Vote(3);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  SignByBoth("b-1");
  EXPECT_OK(Give("vera", Object("b-1")));
  EXPECT_THAT(Give("vera", Object("b-1")), IsRefused(Reason::kAlreadyObjected));
  EXPECT_THAT(Give("kai", Release("b-1")), IsRefused(Reason::kObjected));
  VoteAgain(5);
  EXPECT_OK(Give("kai", Draft("b-2", "vote-2", "b-1")));
  EXPECT_EQ(decisions_.FindDecision("b-1")->state(), v1::DECISION_STATE_DECIDED_ANEW);
  SignByBoth("b-2");
  EXPECT_THAT(Give("vera", Object("b-2")), IsRefused(Reason::kObjectedBefore));
  EXPECT_THAT(Give("kai", Release("b-1")), IsRefused(Reason::kDecidedAnew));
  EXPECT_OK(Give("kai", Release("b-2"))) << "there is no second objection to wait for";
}

TEST_F(DecisionsTest, TheDecisionAnewIsInTime) {
  Vote(3);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  SignByBoth("b-1");
  EXPECT_THAT(Give("kai", Draft("b-2", "vote", "b-1")), IsRefused(Reason::kItemDecided));
  EXPECT_OK(Give("vera", Object("b-1")));
  VoteAgain(20);
  EXPECT_THAT(Give("kai", Draft("b-2", "vote-2", "b-1")), IsRefused(Reason::kNewDecisionOutOfTime));
  EXPECT_THAT(Give("kai", Draft("b-2", "vote-2", "b-9")), IsRefused(Reason::kNoSuchDecision));
}

TEST_F(DecisionsTest, TheDecisionAnewIsNotTakenAtOnce) {
  Vote(3);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  SignByBoth("b-1");
  EXPECT_OK(Give("vera", Object("b-1")));
  VoteAgain(1);
  EXPECT_THAT(Give("kai", Draft("b-2", "vote-2", "b-1")), IsRefused(Reason::kNewDecisionOutOfTime));
}

TEST_F(DecisionsTest, AComplaintSuspendsAtAnyTime) {
  Vote(3);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  SignByBoth("b-1");
  council_.Wait(absl::Hours(24 * 30));
  EXPECT_OK(Give("vera", Object("b-1", /*unlawful=*/true)));
  EXPECT_THAT(Give("kai", Release("b-1")), IsRefused(Reason::kObjected));
}

TEST_F(DecisionsTest, OnlyTheDocumentAsItIsCanBePublished) {
  Vote(3);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  SignByBoth("b-1");
  const std::string document = *decisions_.GetDocument("b-1", Audience::kPublic);
  const nlohmann::json json = nlohmann::json::parse(document);
  EXPECT_EQ(json["vote"]["counts"]["yes"], 3);
  EXPECT_EQ(json["signatures"][0]["id"], "vera");
  EXPECT_FALSE(json["signatures"][0].contains("name")) << "a name can be erased, a digest cannot";
  v1::PublishDecision publish;
  publish.set_decision_id("b-1");
  publish.set_document_sha256(std::string(32, 'x'));
  EXPECT_THAT(Give("kai", publish), IsRefused(Reason::kDocumentDiffers));
  const crypto::Digest digest = crypto::Sha256(document);
  publish.set_document_sha256(std::string(crypto::AsBytes(digest)));
  EXPECT_OK(Give("kai", publish));
}

TEST_F(DecisionsTest, ThePublicSeesASignedDecisionOnly) {
  Vote(3);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  EXPECT_THAT(decisions_.GetDecision("b-1", Audience::kPublic), IsRefused(Reason::kNoSuchDecision));
  EXPECT_OK(decisions_.GetDecision("b-1", Audience::kCouncil));
  SignByBoth("b-1");
  EXPECT_OK(decisions_.GetDecision("b-1", Audience::kPublic));
}

TEST_F(DecisionsTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  Vote(3);
  EXPECT_OK(Give("kai", Draft("b-1", "vote")));
  EXPECT_OK(Give("vera", Object("b-1")));
  const DecisionsState then = decisions_.state();
  const crypto::Digest digest = DigestOf(then);
  VoteAgain(5);
  EXPECT_OK(Give("kai", Draft("b-2", "vote-2", "b-1")));
  const DecisionsState& now = decisions_.state();
  EXPECT_EQ(then.decisions.Find("b-1")->state(), v1::DECISION_STATE_OBJECTED);
  EXPECT_EQ(now.decisions.Find("b-1")->state(), v1::DECISION_STATE_DECIDED_ANEW);
  EXPECT_FALSE(then.decisions.Contains("b-2"));
  EXPECT_FALSE(then.decision_of_item.Contains("top-neu"));
  EXPECT_EQ(*now.decision_of_item.Find("top-neu"), "b-2");
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_NE(DigestOf(now), digest);
  EXPECT_THAT(Differences(then, now), testing::StartsWith("decisions[\"b-1\"]: "));
  DecisionsState restored;
  ASSERT_TRUE(Decode(Encode(now), restored));
  EXPECT_EQ(Differences(restored, now), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(now));
}

}  // namespace
}  // namespace votum::decisions
