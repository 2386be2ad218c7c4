// Two processes of each service: one at a time is killed or restarted under load, and clients
// notice at most a pause.

#include <iostream>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "tests/harness/city.h"
#include "tests/harness/etcd.h"
#include "tests/harness/postgres.h"
#include "tests/harness/writers.h"

namespace votum::testing {
namespace {

constexpr int kWriters = 4;
// More than twice the client library's time for one attempt, because a hanging process costs one
// attempt.
constexpr absl::Duration kPatience = absl::Seconds(40);

class RollingRestartTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::Shared();
    etcd_ = EtcdCluster::Start(NewTestFolder("etcd"), 3);
    if (server_ == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed";
    if (etcd_ == nullptr) GTEST_SKIP() << "etcd is not installed";
    const auto& etcd = etcd_->endpoints();
    const City::Options options{City::Layout::kProcessPerService,
                                {"--ledger", server_->NewDatabase(), "--etcd", etcd[0], "--etcd",
                                 etcd[1], "--etcd", etcd[2]},
                                2};
    city_ = std::make_unique<City>(NewTestFolder("rolling") + "/city", options);
    city_->SetUpCouncil(1);
    city_->Supervise();
    writers_ = std::make_unique<Writers>(*city_, kWriters, kPatience);
    GoesOn("at first");
  }

  void GoesOn(const std::string& when) const {
    EXPECT_TRUE(writers_->Await(20, kPatience))
        << when << ": " << ReadFile(city_->folder() + ".log").value_or("");
  }
  void ExpectNothingLost(const char* what) {
    writers_->Stop();
    EXPECT_THAT(writers_->Problems(), ::testing::IsEmpty());
    std::cout << what << ": " << writers_->acknowledged() << " commands, longest pause of all "
              << writers_->TakeLongestPause() << "\n";
  }

  PostgresServer* server_ = nullptr;
  std::unique_ptr<EtcdCluster> etcd_;
  std::unique_ptr<City> city_;
  std::unique_ptr<Writers> writers_;
};

// Covers both a program update and a failing machine.
TEST_F(RollingRestartTest, ClientsNoticeNothing) {
  for (const char* const service : {"directory", "ledger", "meetings"}) {
    for (const int replica : {0, 1}) {
      for (const bool orderly : {true, false}) {
        city_->WithProcesses([&] {
          Process& process = city_->ProcessOf(service, replica);
          if (orderly) {
            process.Stop();
          } else {
            process.Kill();
          }
          process.Start();
        });
        GoesOn(service);
      }
    }
  }
  ExpectNothingLost("every process restarted");
}

// The ledger's dependencies disappear for a while: commands wait, none fails, none counts twice.
TEST_F(RollingRestartTest, LostConnectionsAreFoundAgain) {
  server_->Crash();
  server_->Start();
  GoesOn("database crashed");
  for (int member = 0; member < 3; ++member) {
    etcd_->member(member).Kill();
    GoesOn("one of etcd killed");
    etcd_->member(member).Start();
    GoesOn("one of etcd back");
  }
  city_->WithProcesses([&] { city_->ProcessOf("directory", 1).Freeze(); });
  GoesOn("a service frozen");
  city_->WithProcesses([&] { city_->ProcessOf("directory", 1).Thaw(); });
  GoesOn("a service thawed");
  ExpectNothingLost("connections lost");
}

}  // namespace
}  // namespace votum::testing
