#include "services/meetings/failed_ballots.h"

#include "base/refusal.h"
#include "base/status_matchers.h"
#include "crypto/election/credential.h"
#include "crypto/election/election.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::meetings {
namespace {

class FailedBallotsTest : public ::testing::Test {
 protected:
  FailedBallotsTest() {
    election::ElectionDraft draft;
    draft.name = "TOP 7";
    draft.description = "Geheime Abstimmung";
    draft.uuid = election::NewElectionId();
    draft.questions = {{"Antrag annehmen?", {"Ja", "Nein"}, false, 1, 1}};
    const election::Election election = *election::Election::Make(
        draft, election::Element::Generator().Power(election::Scalar::Random()));
    for (const election::Credential& owner : {owner_, other_})
      ballots_.push_back(*election::MakeBallot(election, owner, {{1, 0}}));
  }

  // Hands in a ballot whose verification gives `result`.
  absl::Status HandIn(const election::Ballot& ballot, const absl::Status& result) {
    return failed_.Verify(ballot, [&] {
      ++verified_;
      return result;
    });
  }

  const absl::Status bad_ = Refuse(Reason::kBadIndividualProof, "choice 1 is not proved");
  const election::Credential owner_ = election::MakeCredential();
  const election::Credential other_ = election::MakeCredential();
  std::vector<election::Ballot> ballots_;
  FailedBallots failed_;
  int verified_ = 0;
};

TEST_F(FailedBallotsTest, AfterSomeNoMoreOfTheCredentialAreVerified) {
  for (int i = 0; i < FailedBallots::kMost; ++i)
    EXPECT_THAT(HandIn(ballots_[0], bad_), IsRefused(Reason::kBadIndividualProof));
  EXPECT_EQ(verified_, FailedBallots::kMost);
  const absl::Status more = HandIn(ballots_[0], absl::OkStatus());
  EXPECT_THAT(more, IsRefused(Reason::kBadIndividualProof));
  EXPECT_THAT(std::string(more.message()), ::testing::HasSubstr("no more of it are looked at"));
  EXPECT_EQ(verified_, FailedBallots::kMost);
  EXPECT_OK(HandIn(ballots_[1], absl::OkStatus())) << "another device";
}

TEST_F(FailedBallotsTest, GoodOnesAreNotCounted) {
  for (int i = 0; i < 3 * FailedBallots::kMost; ++i)
    EXPECT_OK(HandIn(ballots_[0], absl::OkStatus()));
}

TEST_F(FailedBallotsTest, AStrangerLocksNobodyOut) {
  election::Ballot stolen = ballots_[1];
  stolen.credential = ballots_[0].credential;
  for (int i = 0; i < 10 * FailedBallots::kMost; ++i) EXPECT_FALSE(HandIn(stolen, bad_).ok());
  EXPECT_OK(HandIn(ballots_[0], absl::OkStatus()));
}

}  // namespace
}  // namespace votum::meetings
