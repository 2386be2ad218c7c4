// kill -9 in every phase of a secret vote: in the course of each command, from the ceremony to the
// result, the meetings service or the ledger is killed and started again. The flow continues;
// nothing acknowledged is lost; no ballot counts twice.

#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/election/verify_archive.h"
#include "crypto/election/voter_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/secret_vote.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::testing {
namespace {

namespace v1 = meetings::v1;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

// Longer than most commands take.
constexpr int kMostMilliseconds = 400;

// Kills one of the two once in the course of each command.
class Killer {
 public:
  explicit Killer(SecretVote* vote) : vote_(*vote), random_(std::random_device()()) {
    vote_.BeforeCommands([this] { Next(); });
  }
  ~Killer() { Stop(); }

  // Stops killing and waits until all processes are up.
  void Stop() {
    if (thread_.joinable()) thread_.join();
    vote_.BeforeCommands(nullptr);
    vote_.city().AwaitReady();
  }

  int kills() const { return kills_; }

 private:
  void Next() {
    if (thread_.joinable()) thread_.join();
    Process& victim = vote_.city().ProcessOf(random_() % 3 == 0 ? "ledger" : "meetings");
    const auto wait = absl::Milliseconds(random_() % kMostMilliseconds);
    const auto down = absl::Milliseconds(random_() % 50);
    thread_ = std::thread([&victim, wait, down] {
      LetPass(wait);
      victim.Kill();
      LetPass(down);
      victim.Start();
    });
    ++kills_;
  }

  SecretVote& vote_;
  std::mt19937 random_;
  std::thread thread_;
  int kills_ = 0;
};

class SecretVoteKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!election::HaveBeleniosTool()) GTEST_SKIP() << "belenios-tool is not installed";
  }

  // The trackers of the ballots that the members' devices were told were accepted.
  static std::vector<std::string> Acknowledged(const SecretVote& vote,
                                               const std::set<std::string>& members) {
    std::vector<std::string> trackers;
    for (const std::string& member : members) {
      const auto secrets =
          election::LoadVoterFile(vote.SecretPath(member), SecretVote::Passphrase());
      EXPECT_OK(secrets);
      EXPECT_EQ(secrets->ballot, "") << member << " does not know that the ballot has arrived";
      trackers.insert(trackers.end(), secrets->trackers.begin(), secrets->trackers.end());
    }
    return trackers;
  }

  static void ExpectOneState(City& city) {
    std::map<std::string, std::string> digests;
    for (const auto& [process, domains] : city.Projections()) {
      for (const auto& [domain, digest] : domains)
        EXPECT_EQ(digests.emplace(domain, digest).first->second, digest)
            << process << " " << domain;
    }
  }
};

TEST_F(SecretVoteKillTest, EveryPhaseGoesOnAndNothingAcknowledgedIsLost) {
  SecretVote vote(NewTestFolder("secretkill"));
  Killer killer(&vote);
  vote.HoldCeremony();
  vote.Open(vote.Motion());
  vote.Register({"m01", "m02", "m03", "m04", "m05"});
  vote.BeginBallots();
  const std::vector<std::pair<std::string, std::string>> casts = {
      {"m01", "yes"}, {"m02", "no"},  {"m03", "abstain"}, {"m04", "no"},
      {"m05", "yes"}, {"m02", "yes"}, {"m04", "yes"},     {"m02", "no"}};
  for (const auto& [member, choice] : casts) vote.Cast(member, choice);
  vote.Close();
  vote.Decrypt();
  vote.Votum("maria.meister", "vote establish --id " + vote.id());
  killer.Stop();
  EXPECT_GT(killer.kills(), 30);

  v1::GetSecretVoteRequest request;
  request.set_vote_event_id(vote.id());
  v1::GetSecretVoteResponse response;
  ASSERT_OK(vote.city().Read("m01", "meetings", "GetSecretVote", request, &response));
  EXPECT_EQ(response.secret_vote().ballot_count(), casts.size());
  EXPECT_EQ(response.secret_vote().counted(), 5u);
  EXPECT_THAT(response.secret_vote().trackers(),
              UnorderedElementsAreArray(Acknowledged(vote, {"m01", "m02", "m03", "m04", "m05"})));
  const election::ArchiveReport report = election::VerifyArchive(vote.Archive());
  EXPECT_THAT(report.failures, IsEmpty());
  EXPECT_EQ(report.result, (election::Result{{3, 1, 1}}));
  EXPECT_THAT(vote.Audit(), HasSubstr("all checks passed"));
  ExpectOneState(vote.city());
}

}  // namespace
}  // namespace votum::testing
