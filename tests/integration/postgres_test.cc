// A deployment with its log in PostgreSQL and its checkpoint in etcd: two ledgers, one of which
// leads, and two of every other service.

#include "tests/harness/postgres.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/etcd.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/directory/v1/directory_service.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::testing {
namespace {

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = NewTestFolder("postgres");
    server_ = PostgresServer::Shared();
    etcd_ = EtcdCluster::Start(NewTestFolder("etcd"), 1);
    if (server_ == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed";
    if (etcd_ == nullptr) GTEST_SKIP() << "etcd is not installed";
    conninfo_ = server_->NewDatabase();
  }

  City::Options Options(City::Layout layout, int replicas) const {
    return {layout, {"--ledger", conninfo_, "--etcd", etcd_->endpoints()[0]}, replicas};
  }

  static absl::StatusOr<common::v1::Receipt> Register(City& city, const std::string& id) {
    return city.Send(city.RegistrationOf(id));
  }

  std::string folder_;
  PostgresServer* server_ = nullptr;
  std::unique_ptr<EtcdCluster> etcd_;
  std::string conninfo_;
};

TEST_F(PostgresTest, ACouncilVotes) {
  City city(folder_ + "/city", Options(City::Layout::kOneProcess, 1));
  city.SetUpCouncil(3);
  city.OpenMeeting(4);
  city.OpenVote("v1");
  for (const std::string& member : city.members()) {
    meetings::v1::CastVote vote;
    vote.set_meeting_id("sitzung-1");
    vote.set_vote_event_id("v1");
    vote.set_choice(meetings::v1::CHOICE_YES);
    EXPECT_OK(city.Do(member, std::move(vote)));
  }
  const auto before = city.Projections();
  city.ProcessOf("ledger").Stop();
  city.ProcessOf("ledger").Start();
  city.AwaitReady();
  EXPECT_EQ(city.Projections(), before) << "the state is what the log gives";
  EXPECT_EQ(PostgresServer::Run(conninfo_, "SELECT next FROM sequencer"),
            PostgresServer::Run(conninfo_, "SELECT count(*) FROM entry"));
  EXPECT_THAT(ReadFile(city.folder() + "/ledger/entries.db"), HasCode(absl::StatusCode::kNotFound));
}

TEST_F(PostgresTest, InitTakesNoPasswordAndNoDatabaseWithALog) {
  City city(folder_ + "/city", Options(City::Layout::kOneProcess, 1));
  city.ProcessOf("ledger").Stop();
  const auto init = [&](const std::string& ledger) {
    static int number = 0;
    const std::string output = absl::StrCat(folder_, "/init", ++number, ".log");
    EXPECT_NE(votum::testing::Run({VOTUMD_PATH, "init", absl::StrCat(folder_, "/other", number),
                                   "--deployment", "a/b", "--body", "B", "--administrator-id", "x",
                                   "--administrator-name", "X", "--ledger", ledger},
                                  output),
              0);
    return ReadFile(output).value_or("");
  };
  EXPECT_THAT(init("postgresql://votum:hunter2@127.0.0.1/votum"),
              ::testing::AllOf(::testing::HasSubstr("BAD_LEDGER"),
                               ::testing::Not(::testing::HasSubstr("hunter2"))));
  EXPECT_THAT(init(conninfo_), ::testing::HasSubstr("LOG_EXISTS"));
}

// Each ledger in turn is killed or frozen; the other takes over, and clients notice only a pause.
TEST_F(PostgresTest, LedgersTakeOverFromEachOther) {
  City city(folder_ + "/city", Options(City::Layout::kProcessPerService, 2));
  city.Supervise();
  std::atomic<int> registered{0};
  std::atomic<bool> stop{false};
  absl::Duration longest;
  std::vector<std::string> problems;
  std::thread writer([&] {
    absl::Time last = absl::Now();
    for (int i = 0; !stop; ++i) {
      const auto receipt = Register(city, absl::StrCat("p", i));
      if (!receipt.ok()) problems.push_back(receipt.status().ToString());
      longest = std::max(longest, absl::Now() - last);
      last = absl::Now();
      ++registered;
      LetPass(absl::Milliseconds(5));
    }
  });
  const auto go_on = [&] {
    const int before = registered;
    EXPECT_TRUE(Await([&] { return registered >= before + 20; }, absl::Seconds(40)))
        << ReadFile(city.folder() + ".log").value_or("");
  };
  go_on();
  for (const int replica : {0, 1, 0, 1}) {
    city.WithProcesses([&] {
      city.ProcessOf("ledger", replica).Kill();
      city.ProcessOf("ledger", replica).Start();
    });
    go_on();
  }
  const absl::Duration killed = longest;
  longest = absl::ZeroDuration();
  for (const int replica : {0, 1}) {
    city.WithProcesses([&] { city.ProcessOf("ledger", replica).Freeze(); });
    go_on();
    city.WithProcesses([&] { city.ProcessOf("ledger", replica).Thaw(); });
    go_on();
  }
  stop = true;
  writer.join();
  EXPECT_THAT(problems, ::testing::IsEmpty());
  RecordProperty("longest_pause_after_kill", absl::FormatDuration(killed));
  RecordProperty("longest_pause_while_frozen", absl::FormatDuration(longest));
  std::cout << "longest pause of a client: ledger killed " << killed << ", frozen " << longest
            << "\n";
  // There is one log: every acknowledged command is there once, and all services fold the same
  // state.
  city.AwaitReady();
  const std::string log = PostgresServer::Run(
      conninfo_, "SELECT string_agg(encode(record, 'hex'), ' ' ORDER BY idx) FROM entry");
  std::set<std::string> payloads;
  for (const absl::string_view hex : absl::StrSplit(log, ' ')) {
    common::v1::Record record;
    ASSERT_TRUE(record.ParseFromString(*crypto::HexDecode(hex)));
    EXPECT_TRUE(payloads.insert(record.payload()).second) << "record " << record.index();
  }
  std::map<std::string, std::string> by_domain;
  for (const auto& [process, domains] : city.Projections()) {
    for (const auto& [domain, digest] : domains)
      EXPECT_EQ(by_domain.emplace(domain, digest).first->second, digest) << process;
  }
}

}  // namespace
}  // namespace votum::testing
