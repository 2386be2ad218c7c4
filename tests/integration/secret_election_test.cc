// Elections of several persons by secret vote over real processes: ballots that name up to two of
// three or nobody, ballots that name exactly two, and a ballot that belenios-tool made.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/secret_vote.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::testing {
namespace {

namespace v1 = meetings::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SecretElectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!election::HaveBeleniosTool()) GTEST_SKIP() << "belenios-tool is not installed";
    vote_ = std::make_unique<SecretVote>(NewTestFolder("secretelection"));
    vote_->HoldCeremony();
  }

  // Three stand for two places; a ballot names `fewest` to two of them.
  void Open(uint32_t fewest) {
    v1::ProposeMotion motion = vote_->Motion();
    motion.set_proposition("Wahl zweier Beisitzer für den Wahlprüfungsausschuß");
    for (const auto& [id, name] : {std::pair<const char*, const char*>{"ada", "Ağaoğlu, Ada"},
                                   {"bea", "Ćosić, Bea"},
                                   {"cem", "Łukasz \"Cem\" Öz"}}) {
      v1::Candidate& candidate = *motion.add_candidates();
      candidate.set_id(id);
      candidate.set_name(name);
    }
    motion.set_choose_min(fewest);
    motion.set_choose_max(2);
    motion.set_places(2);
    vote_->Open(motion);
  }

  std::string Uuid() {
    v1::GetSecretVoteRequest request;
    request.set_vote_event_id(vote_->id());
    v1::GetSecretVoteResponse response;
    EXPECT_OK(vote_->city().Read("m05", "meetings", "GetSecretVote", request, &response));
    return response.secret_vote().election_uuid();
  }

  // m05 uses none of our programs for the ballot: the tool makes credential and ballot.
  void RegisterWithTheTool() {
    m05_.Run(absl::StrCat("$T setup generate-credentials $G --count 1 --uuid ", Uuid(),
                          "; cut -d' ' -f2 *.privcreds > code"));
    vote_->Votum("m05", absl::StrCat("election register --id ", vote_->id(), " --code-file ",
                                     m05_.Path("code"), vote_->Secret("m05")));
  }
  void CastWithTheTool(const std::string& choices) {
    vote_->Votum(
        "m05", absl::StrCat("election setup --id ", vote_->id(), " --out ", m05_.Path("wahl.bel")));
    m05_.Write("choices", choices);
    m05_.Write("ballot", m05_.Run("$T election generate-ballot --privcred code --ballot choices"));
    const std::string cast =
        absl::StrCat("election cast --id ", vote_->id(), " --ballot ", m05_.Path("ballot"));
    EXPECT_THAT(vote_->Votum("m04", cast + vote_->Secret("m04"), 5), HasSubstr("WRONG_CREDENTIAL"));
    EXPECT_THAT(vote_->Votum("m05", cast + vote_->Secret("m05")),
                HasSubstr(std::string(
                    absl::StripAsciiWhitespace(m05_.Run("head -c -1 ballot | $T sha256-b64")))));
  }

  // Both verifiers accept the archive; returns the established result.
  v1::Result Finish() {
    vote_->Close();
    vote_->Decrypt();
    vote_->Votum("maria.meister", "vote establish --id " + vote_->id());
    const election::BeleniosTool tool;
    tool.Write("wahl.bel", vote_->Archive());
    EXPECT_EQ(tool.Verify(), "");
    EXPECT_THAT(vote_->Votum("", absl::StrCat("election verify ", vote_->folder(), "wahl.bel")),
                HasSubstr("Everything holds."));
    v1::GetVoteEventRequest request;
    request.set_vote_event_id(vote_->id());
    v1::GetVoteEventResponse response;
    EXPECT_OK(vote_->city().Read("m01", "meetings", "GetVoteEvent", request, &response));
    return response.vote_event().result();
  }

  static std::vector<uint32_t> VotesOf(const v1::Result& result) {
    std::vector<uint32_t> votes;
    for (const v1::CandidateCount& one : result.tally().candidates()) votes.push_back(one.votes());
    return votes;
  }

  std::unique_ptr<SecretVote> vote_;
  election::BeleniosTool m05_;
};

TEST_F(SecretElectionTest, UpToTwoOrBlankAndExactlyTwo) {
  Open(1);
  vote_->Register({"m01", "m02", "m03", "m04"});
  RegisterWithTheTool();
  vote_->BeginBallots();
  vote_->Cast("m01", "ada --choice bea");
  vote_->Cast("m02", "ada");
  vote_->Cast("m03", "ada --choice cem");
  vote_->Cast("m04", "blank");
  EXPECT_THAT(
      vote_->Votum("m04",
                   absl::StrCat("election cast --id ", vote_->id(),
                                " --choice ada --choice bea --choice cem", vote_->Secret("m04")),
                   5),
      HasSubstr("BAD_CHOICES"));
  CastWithTheTool("[[0,0,1,1]]");
  // With four valid ballots, three votes elect: ada has them; bea and cem have two each.
  v1::Result result = Finish();
  EXPECT_THAT(VotesOf(result), ElementsAre(3, 2, 2));
  EXPECT_EQ(result.tally().abstain(), 1u);
  EXPECT_EQ(result.election(), v1::ELECTION_OUTCOME_ELECTED);
  EXPECT_THAT(result.candidate_ids(), ElementsAre("ada"));
  EXPECT_THAT(vote_->Votum(
                  "m05", absl::StrCat("election tracker --id ", vote_->id(), vote_->Secret("m05"))),
              HasSubstr("your ballot counts"));

  // The next one, with the same trustees.
  vote_->set_id("wahl-2");
  Open(2);
  vote_->Register({"m01", "m02", "m03", "m04", "m05"});
  vote_->Votum("m05", absl::StrCat("election withdraw --id ", vote_->id(), " --person m05"));
  const std::string setup =
      absl::StrCat("election setup --id ", vote_->id(), " --out ", vote_->folder(), "setup.bel");
  EXPECT_THAT(vote_->Votum("m01", setup, 5), HasSubstr("BALLOTS_NOT_BEGUN"));
  vote_->BeginBallots();
  // A device whose credential is not on the list says so, and makes no ballot.
  EXPECT_THAT(vote_->Votum("m05",
                           absl::StrCat("election cast --id ", vote_->id(), " --choice blank",
                                        vote_->Secret("m05")),
                           5),
              HasSubstr("UNKNOWN_CREDENTIAL"));
  vote_->Cast("m01", "ada --choice bea");
  vote_->Cast("m02", "ada --choice bea");
  vote_->Cast("m03", "bea --choice cem");
  EXPECT_THAT(vote_->Votum("m04",
                           absl::StrCat("election cast --id ", vote_->id(), " --choice ada",
                                        vote_->Secret("m04")),
                           5),
              HasSubstr("BAD_CHOICES"));
  vote_->Cast("m04", "blank");
  result = Finish();
  EXPECT_THAT(VotesOf(result), ElementsAre(2, 3, 1));
  EXPECT_THAT(result.candidate_ids(), ElementsAre("ada", "bea"));
  const std::string audit = vote_->Audit();
  EXPECT_THAT(audit, HasSubstr("secret vote wahl-1: archive of election"));
  EXPECT_THAT(audit, HasSubstr("secret vote wahl-2: archive of election"));
  EXPECT_THAT(audit, HasSubstr("all checks passed"));
}

}  // namespace
}  // namespace votum::testing
