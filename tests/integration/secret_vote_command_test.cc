// A secret vote on devices over real processes and TLS, through the command line as people use it:
// a ceremony of three trustees, one of whom works with belenios-tool alone; six members on devices,
// one of whom revotes and one of whom tests the device; three members on paper; an absent trustee;
// an archive that both verifiers accept, and the audit.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/encoding.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/secret_vote.h"
#include "tests/interop/belenios/belenios_tool.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;

class SecretVoteCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!election::HaveBeleniosTool()) GTEST_SKIP() << "belenios-tool is not installed";
    vote_ = std::make_unique<SecretVote>(NewTestFolder("secretcommand"));
  }

  void OpenVote() {
    vote_->Open(vote_->Motion());
    vote_->Register({"m01", "m02", "m03", "m04", "m05", "m06"});
    EXPECT_THAT(
        vote_->Votum("m01", "election cast --id wahl-1 --choice yes" + vote_->Secret("m01"), 5),
        HasSubstr("BALLOTS_NOT_BEGUN"));
    ExpectNotListed(6);
    EXPECT_THAT(vote_->Votum("maria.meister", "election end-registration --id wahl-1"),
                HasSubstr("6"));
    ExpectListed(6);
    EXPECT_THAT(vote_->Votum("m07", "election register --id wahl-1" + vote_->Secret("m07"), 1),
                HasSubstr("REGISTRATION_CLOSED"));
    vote_->BeginBallots();
  }

  // While devices register, the chair sees how many have, and no credential.
  void ExpectNotListed(int registered) {
    meetings::v1::ListCredentialsRequest request;
    request.set_vote_event_id(vote_->id());
    meetings::v1::ListCredentialsResponse response;
    EXPECT_THAT(
        vote_->city().Read("maria.meister", "meetings", "ListCredentials", request, &response),
        IsRefused(Reason::kRegistrationOpen));
    meetings::v1::GetSecretVoteRequest vote_request;
    vote_request.set_vote_event_id(vote_->id());
    meetings::v1::GetSecretVoteResponse vote;
    EXPECT_OK(
        vote_->city().Read("maria.meister", "meetings", "GetSecretVote", vote_request, &vote));
    EXPECT_EQ(vote.secret_vote().registered_person_ids_size(), registered);
  }

  // Afterwards the chair sees the credentials, as numbers that name nobody; members do not.
  void ExpectListed(int count) {
    meetings::v1::ListCredentialsRequest request;
    request.set_vote_event_id(vote_->id());
    meetings::v1::ListCredentialsResponse response;
    EXPECT_OK(
        vote_->city().Read("maria.meister", "meetings", "ListCredentials", request, &response));
    EXPECT_EQ(response.credentials_size(), count);
    EXPECT_EQ(response.unusable_person_ids_size(), 0);
    EXPECT_THAT(vote_->city().Read("m01", "meetings", "ListCredentials", request, &response),
                IsRefused(Reason::kNotPresiding));
  }

  void TestTheDevice() {
    vote_->Votum("m03", "election prepare --id wahl-1 --choice no" + vote_->Secret("m03"));
    const std::string opened = vote_->folder() + "opened";
    vote_->Votum(
        "m03", absl::StrCat("election challenge --id wahl-1 --out ", opened, vote_->Secret("m03")));
    EXPECT_THAT(vote_->Votum("", absl::StrCat("election check-opening --election ", opened,
                                              "/election.json --ballot ", opened,
                                              "/ballot.json --opening ", opened, "/opening.json")),
                HasSubstr("\"Nein\""));
    // The opened ballot is gone, and another one is made.
    EXPECT_THAT(vote_->Votum("m03", "election cast --id wahl-1" + vote_->Secret("m03"), 2),
                HasSubstr("--choice"));
    vote_->Votum("m03", "election prepare --id wahl-1 --choice no" + vote_->Secret("m03"));
    vote_->Votum("m03", "election cast --id wahl-1" + vote_->Secret("m03"));
  }

  void VoteAndClose() {
    vote_->Cast("m01", "yes");
    vote_->Cast("m02", "no");
    TestTheDevice();
    vote_->Cast("m04", "abstain");
    vote_->Cast("m05", "yes");
    vote_->Cast("m06", "yes");
    vote_->Cast("m02", "yes");
    for (const char* member : {"m07", "m08", "m09"}) {
      vote_->Votum("karl.kanzlei",
                   absl::StrCat("vote urn --meeting sitzung-1 --id wahl-1 --person ", member));
    }
    EXPECT_THAT(
        vote_->Votum("maria.meister",
                     "election export --id wahl-1 --out " + vote_->folder() + "early.bel", 1),
        HasSubstr("VOTE_OPEN"));
    vote_->Close();
    const std::string count = " --meeting sitzung-1 --id wahl-1 --yes 2 --no 1";
    vote_->Votum("karl.kanzlei", "vote count" + count);
    vote_->Votum("klara.kanzlei", "vote count-confirm" + count);
  }

  void VerifyTheArchive() {
    const std::string bytes = vote_->Archive();
    const std::string file = vote_->folder() + "wahl.bel";
    EXPECT_THAT(
        vote_->Votum("", absl::StrCat("election verify --known-ballots 7 --known-voters 6 ", file)),
        HasSubstr("Everything holds."));
    EXPECT_THAT(vote_->Votum("", "election verify --known-ballots 6 " + file, 4),
                HasSubstr("WRONG_NUMBER_OF_BALLOTS"));
    const election::BeleniosTool tool;
    tool.Write("wahl.bel", bytes);
    EXPECT_EQ(tool.Verify(), "");
    std::string changed = bytes;
    const size_t place = changed.find("{\"result\":[[4,1,1]]}");
    ASSERT_NE(place, std::string::npos);
    changed[place + 12] = '5';
    ASSERT_OK(WriteFile(vote_->folder() + "changed.bel", changed));
    EXPECT_THAT(vote_->Votum("", "election verify " + vote_->folder() + "changed.bel", 4),
                HasSubstr("HASH_MISMATCH"));
  }

  absl::Status ReadParticipation() {
    meetings::v1::GetParticipationRequest request;
    request.set_vote_event_id(vote_->id());
    meetings::v1::GetParticipationResponse response;
    return vote_->city().Read("maria.meister", "meetings", "GetParticipation", request, &response);
  }

  // After the period for complaints, nobody can tell any longer who had which credential, not even
  // the meetings service.
  void EraseTheRegistrations() {
    EXPECT_OK(ReadParticipation());
    meetings::v1::GetSecretVoteRequest request;
    request.set_vote_event_id(vote_->id());
    meetings::v1::GetSecretVoteResponse response;
    ASSERT_OK(vote_->city().Read("m01", "meetings", "GetSecretVote", request, &response));
    const std::string subject = crypto::HexEncode(response.secret_vote().subject());
    EXPECT_THAT(vote_->Votum("m01", "election show --id " + vote_->id()), HasSubstr(subject));
    const std::string act = RecordIn(vote_->Votum(
        "karl.kanzlei", absl::StrCat("subject erase --ground Fristablauf --subject ", subject)));
    vote_->Votum("klara.kanzlei", "act confirm --record " + act);
    // The ledger erases when it has folded the confirmation.
    EXPECT_TRUE(Await([&] { return !ReadParticipation().ok(); }));
    EXPECT_THAT(ReadParticipation(), IsRefused(Reason::kServerKeysErased));
  }

  std::unique_ptr<SecretVote> vote_;
};

TEST_F(SecretVoteCommandTest, FromTheCeremonyToTheAudit) {
  vote_->HoldCeremony();
  OpenVote();
  VoteAndClose();
  vote_->Decrypt();
  vote_->Votum("maria.meister", "vote establish --id wahl-1");
  VerifyTheArchive();
  for (const char* member : {"m01", "m02", "m03", "m04", "m05", "m06"}) {
    EXPECT_THAT(
        vote_->Votum(member, absl::StrCat("election tracker --id wahl-1", vote_->Secret(member))),
        HasSubstr("your ballot counts"));
  }
  const auto expect_audited = [this](const std::string& attachments) {
    const std::string audit = vote_->Audit();
    EXPECT_THAT(audit, HasSubstr(attachments));
    EXPECT_THAT(audit, HasSubstr("secret vote wahl-1: archive of election"));
    EXPECT_THAT(audit, HasSubstr("7 ballots, 6 counted): every proof holds"));
    EXPECT_THAT(audit, HasSubstr("vote wahl-1: 6 yes, 2 no, 1 abstained"));
    EXPECT_THAT(audit, HasSubstr("all checks passed"));
  };
  // The box with the server's keys, and six registrations.
  const int of_persons = vote_->city().sealed();
  expect_audited(absl::StrCat("sealed attachments: all ", of_persons + 7, " are"));
  EraseTheRegistrations();
  expect_audited(
      absl::StrCat("all ", of_persons, " are what their records commit to; 7 more were erased"));
  VerifyTheArchive();
}

}  // namespace
}  // namespace votum::testing
