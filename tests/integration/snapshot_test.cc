// Real processes that stop and start again, or are killed while they write: a start goes on from the
// snapshot of the stop, and the state is the one that the log gives.
#include <sys/types.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {
namespace {

using Projections = std::map<std::string, std::map<std::string, std::string>>;

// The starts of the processes of `city`, in order, as they have said: for each the number of records
// that came from a snapshot.
std::vector<int64_t> Starts(const City& city) {
  std::vector<int64_t> starts;
  const std::string log = ReadFile(city.folder() + ".log").value_or("");
  for (const absl::string_view line : absl::StrSplit(log, '\n')) {
    if (!absl::StrContains(line, "\"started from ")) continue;
    starts.push_back(nlohmann::json::parse(line)["snapshot"].get<int64_t>());
  }
  return starts;
}

void Restart(City& city) {
  for (Process* process : city.Processes()) EXPECT_EQ(process->Stop(), 0);
  for (Process* process : city.Processes()) process->Start();
  city.AwaitReady();
}

// A city with an open vote, whose ballots only the state has.
void Vote(City& city) {
  city.SetUpCouncil(3);
  city.OpenMeeting(4);
  city.OpenVote("v1");
  meetings::v1::CastVote vote;
  vote.set_meeting_id("sitzung-1");
  vote.set_vote_event_id("v1");
  vote.set_choice(meetings::v1::CHOICE_NO);
  ASSERT_OK(city.Do("m01", std::move(vote)));
}

// Closes the vote: it counts the ballot that was cast before the restarts.
void ExpectVoteCounts(City& city) {
  meetings::v1::CloseVote close;
  close.set_meeting_id("sitzung-1");
  close.set_vote_event_id("v1");
  EXPECT_OK(city.Do("maria.meister", std::move(close)));
}

TEST(SnapshotTest, AStartGoesOnFromTheSnapshotOfTheStop) {
  City city(NewTestFolder("one"), City::Layout::kOneProcess);
  EXPECT_EQ(Starts(city), std::vector<int64_t>{0});
  Vote(city);
  const Projections before = city.Projections();
  Restart(city);
  EXPECT_EQ(city.Projections(), before);
  ASSERT_EQ(Starts(city).size(), 2u);
  EXPECT_GT(Starts(city)[1], 20) << "all records of the first run";

  // Everything is folded again without the key, and the state is the same.
  ASSERT_TRUE(std::filesystem::remove(city.folder() + "/snapshots.key"));
  Restart(city);
  EXPECT_EQ(city.Projections(), before);
  EXPECT_EQ(Starts(city).back(), 0);
  ExpectVoteCounts(city);
  const Projections closed = city.Projections();
  Restart(city);
  EXPECT_GT(Starts(city).back(), Starts(city)[1]);
  EXPECT_EQ(city.Projections(), closed) << "with the domain of the vote, which was hidden before";
}

TEST(SnapshotTest, EachProcessHasItsOwn) {
  City city(NewTestFolder("many"), City::Layout::kProcessPerService);
  Vote(city);
  const Projections before = city.Projections();
  Restart(city);
  EXPECT_EQ(city.Projections(), before);
  const std::vector<int64_t> starts = Starts(city);
  const size_t processes = city.Processes().size();
  ASSERT_EQ(starts.size(), 2 * processes);
  for (size_t i = processes; i < starts.size(); ++i) EXPECT_GT(starts[i], 20);
  ExpectVoteCounts(city);
}

// The moment of the kill goes through the whole stop, at whose end the snapshot is written.
TEST(SnapshotTest, AProcessThatIsKilledWhileItWritesStartsAllTheSame) {
  City city(NewTestFolder("killed"), City::Layout::kOneProcess);
  Vote(city);
  Process& process = city.ProcessOf("ledger");
  for (int round = 0; round < 12; ++round) {
    ASSERT_OK(city.Send(city.RegistrationOf(absl::StrCat("person-", round))).status());
    const Projections before = city.Projections();
    ASSERT_EQ(kill(process.pid(), SIGTERM), 0);
    LetPass(absl::Milliseconds(4 * round));
    process.Kill();
    process.Start();
    city.AwaitReady();
    EXPECT_EQ(city.Projections(), before) << round;
  }
  ExpectVoteCounts(city);
}

}  // namespace
}  // namespace votum::testing
