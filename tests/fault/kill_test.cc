// kill -9 of every service at random moments under load, while others open the log's database and try to
// serve the same folder: no acknowledged command is lost, none is applied twice, and all projections
// are equal after the restarts.
//
// VOTUM_FAULT_ROUNDS kills (100 unless set).

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {
namespace {

int Rounds() {
  const char* text = std::getenv("VOTUM_FAULT_ROUNDS");
  return text == nullptr ? 100 : std::atoi(text);
}

// The answers that a worker received.
struct Acknowledged {
  std::string record;
  uint64_t index;
};

class KillTest : public ::testing::Test {
 protected:
  // Sends the same signed bytes until an answer other than a broken connection arrives.
  static absl::StatusOr<common::v1::Receipt> SendUntilAnswered(
      City& city, const common::v1::SignedCommand& command) {
    absl::StatusOr<common::v1::Receipt> receipt;
    const auto answered = [&] {
      receipt = city.Send(command, absl::Seconds(5));
      return !absl::IsUnavailable(receipt.status()) &&
             !absl::IsDeadlineExceeded(receipt.status()) && !absl::IsCancelled(receipt.status());
    };
    EXPECT_TRUE(Await(answered, absl::Minutes(2))) << receipt.status();
    return receipt;
  }

  // A program that reads the ledger's database, and closes it.
  static void ReadAsAForeigner(City& city, const std::string& said) {
    EXPECT_EQ(votum::testing::Run(
                  {APPEND_TOOL_PATH, "read", city.folder() + "/ledger", "entries.db"}, said),
              0)
        << *ReadFile(said);
  }

  // A second ledger on the folder of the one that runs.
  static void ServeASecondTime(City& city, const std::string& said) {
    const std::string owner = absl::StrCat(city.ProcessOf("ledger").pid(), "\n");
    ASSERT_TRUE(Await([&] {
      return ReadFile(city.folder() + "/ledger/lock").value_or("") == owner;
    })) << "the ledger has started";
    EXPECT_NE(votum::testing::Run(
                  {VOTUMD_PATH, "serve", "--dir", city.folder(), "--services", "ledger"}, said),
              0);
    EXPECT_THAT(*ReadFile(said), ::testing::HasSubstr("DEPLOYMENT_IN_USE"));
  }

  // The whole log, as the auditor reads it.
  static std::vector<ledger::v1::Entry> ReadLog(City& city) {
    std::vector<ledger::v1::Entry> entries;
    ledger::v1::ListEntriesRequest request;
    request.set_page_size(5000);
    for (;;) {
      ledger::v1::ListEntriesResponse page;
      EXPECT_OK(city.Read("petra.pruef", "publication", "ListEntries", request, &page));
      for (const auto& entry : page.entries()) entries.push_back(entry);
      if (page.next_page_token().empty()) return entries;
      request.set_page_token(page.next_page_token());
    }
  }
};

TEST_F(KillTest, NothingAcknowledgedIsLostNothingIsAppliedTwice) {
  City city(NewTestFolder("kill"), City::Layout::kProcessPerService);
  city.SetUpCouncil(6);
  city.OpenMeeting(7);
  city.OpenVote("v1");

  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::vector<Acknowledged> acknowledged;
  std::vector<std::string> problems;
  std::map<std::string, int> last_choice;

  // Each member votes, and corrects the vote again and again: each answer must show that the vote
  // counted once.
  const auto vote_on = [&](const std::string& member) {
    std::string replaces;
    for (int n = 0; !stop; ++n) {
      const meetings::v1::Choice choice =
          n % 2 == 0 ? meetings::v1::CHOICE_YES : meetings::v1::CHOICE_NO;
      common::v1::SignedCommand command;
      std::string id;
      if (replaces.empty()) {
        meetings::v1::CastVote vote;
        vote.set_meeting_id("sitzung-1");
        vote.set_vote_event_id("v1");
        vote.set_choice(choice);
        command = city.Sign(member, &vote);
        id = vote.header().command_id();
      } else {
        meetings::v1::CorrectVote vote;
        vote.set_meeting_id("sitzung-1");
        vote.set_vote_event_id("v1");
        vote.set_choice(choice);
        vote.set_replaces_command_id(replaces);
        command = city.Sign(member, &vote);
        id = vote.header().command_id();
      }
      const auto receipt = SendUntilAnswered(city, command);
      const std::lock_guard<std::mutex> lock(mutex);
      if (!receipt.ok()) {
        problems.push_back(absl::StrCat(member, ": ", receipt.status().ToString()));
        return;
      }
      acknowledged.push_back({receipt->record(), receipt->index()});
      last_choice[member] = choice;
      replaces = id;
    }
  };
  std::vector<std::thread> workers;
  for (const std::string& member : city.members()) workers.emplace_back(vote_on, member);

  std::mt19937 random(static_cast<unsigned>(getpid()));
  const std::vector<Process*> processes = city.Processes();
  const std::string said = city.folder() + ".others.log";
  for (int round = 0; round < Rounds(); ++round) {
    LetPass(absl::Milliseconds(random() % 150));
    ReadAsAForeigner(city, said);
    if (round % 10 == 0) ServeASecondTime(city, said);
    Process* victim = processes[random() % processes.size()];
    victim->Kill();
    LetPass(absl::Milliseconds(random() % 20));
    victim->Start();
  }
  stop = true;
  for (std::thread& worker : workers) worker.join();
  city.AwaitReady();
  EXPECT_THAT(problems, ::testing::IsEmpty());
  EXPECT_GT(acknowledged.size(), static_cast<size_t>(Rounds() / 4)) << "hardly any load";

  // Nobody is shown ballots while the vote is open.
  meetings::v1::CloseVote close;
  close.set_meeting_id("sitzung-1");
  close.set_vote_event_id("v1");
  ASSERT_OK(city.Do("maria.meister", std::move(close)));

  // Every acknowledged record is at the position in its receipt; no command occurs twice.
  const std::vector<ledger::v1::Entry> log = ReadLog(city);
  for (const Acknowledged& one : acknowledged) {
    ASSERT_LT(one.index, log.size());
    EXPECT_EQ(log[one.index].record(), one.record);
  }
  std::map<std::string, uint64_t> payloads;
  for (const ledger::v1::Entry& entry : log) {
    common::v1::Record record;
    ASSERT_TRUE(record.ParseFromString(entry.record()));
    EXPECT_TRUE(payloads.emplace(record.payload(), entry.index()).second)
        << "record " << entry.index() << " stands twice";
  }

  // All services that fold a domain have the same state of it.
  std::map<std::string, std::string> by_domain;
  for (const auto& [service, domains] : city.Projections()) {
    for (const auto& [domain, digest] : domains) {
      const auto [place, is_new] = by_domain.emplace(domain, digest);
      EXPECT_EQ(place->second, digest) << service << " disagrees on " << domain;
    }
  }
  EXPECT_EQ(by_domain.size(), 6u);
}

}  // namespace
}  // namespace votum::testing
