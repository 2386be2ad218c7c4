// Three PostgreSQL under Patroni and three etcd, as script/cluster makes them, with two ledgers on
// top. After the failure of any part, every acknowledged command is in the log, and there is only
// one log. The longest time without acknowledgements is printed; it depends on Patroni's timing and
// on the machine.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "tests/harness/city.h"
#include "tests/harness/process.h"
#include "tests/harness/writers.h"

namespace votum::testing {
namespace {

constexpr int kNodes = 3;
constexpr int kWriters = 8;
constexpr char kTiming[] = "8/1/3";
// A failover takes a few ttl, and more on a busy machine.
constexpr absl::Duration kPatience = absl::Seconds(150);

class Cluster {
 public:
  Cluster() : folder_(NewTestFolder("cluster") + "/c"), base_port_(FreeBasePort()) {
    // PostgreSQL runs as a user of its own, who has to reach its data.
    const std::filesystem::path above = std::filesystem::path(folder_).parent_path();
    for (const auto& passed : {above, above.parent_path()}) {
      std::filesystem::permissions(passed, std::filesystem::perms::others_exec,
                                   std::filesystem::perm_options::add);
    }
  }
  ~Cluster() { (void)Script("destroy"); }

  // Starts all parts that are down; true when everything is healthy.
  bool Up() { return Script("up") == 0; }
  bool Healthy() { return Script("status") == 0; }
  std::string Output() const { return ReadFile(output_path(), size_t{1} << 20).value_or(""); }

  // The node that `status` names in the line that begins with `role` and contains `word`.
  std::string NodeThatIs(absl::string_view role, absl::string_view word) {
    (void)Script("status");
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(Output(), '\n'))) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipWhitespace());
      if (words.size() >= 2 && words[0] == role && absl::StrContains(line, word)) return words[1];
    }
    return "";
  }
  std::string Primary() { return NodeThatIs("primary", "pg"); }

  // Sends `signal` to Patroni on `node` and to all processes of its PostgreSQL.
  void SignalNode(const std::string& node, int signal) const {
    const std::string data = absl::StrCat(folder_, "/", node, "/data");
    const std::string configuration = absl::StrCat(folder_, "/", node, "/patroni.yml");
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      int pid = 0;
      if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
      std::error_code gone;
      const std::string at = std::filesystem::read_symlink(entry.path() / "cwd", gone);
      const auto arguments = ReadFile(entry.path() / "cmdline", size_t{1} << 20);
      if (at == data || (arguments.ok() && absl::StrContains(*arguments, configuration)))
        kill(pid, signal);
    }
  }
  void KillEtcd(int member) const {
    int pid = 0;
    ASSERT_TRUE(absl::SimpleAtoi(*ReadFile(absl::StrCat(folder_, "/etcd", member, ".pid")), &pid));
    kill(pid, SIGKILL);
  }

  // For `votumd init`.
  std::vector<std::string> InitArguments() const {
    std::string hosts;
    std::vector<std::string> arguments;
    for (int i = 0; i < kNodes; ++i) {
      absl::StrAppend(&hosts, i == 0 ? "" : ",", "127.0.0.1:", base_port_ + 6 + i);
      arguments.insert(arguments.end(),
                       {"--etcd", absl::StrCat("http://127.0.0.1:", base_port_ + i)});
    }
    arguments.insert(arguments.end(),
                     {"--ledger", absl::StrCat("postgresql://votum@", hosts, "/votum"),
                      "--ledger-password-file", folder_ + "/votum.pgpass"});
    return arguments;
  }

 private:
  std::string output_path() const { return folder_ + ".out"; }
  // The file at output_path() holds the output of the last call.
  int Script(const char* verb) const {
    std::filesystem::remove(output_path());
    return Run({CLUSTER_SCRIPT_PATH, verb, "--stores", "--dir", folder_, "--base-port",
                absl::StrCat(base_port_), "--timing", kTiming},
               output_path());
  }

  const std::string folder_;
  const int base_port_;
};

class ClusterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (access("/usr/bin/patroni", X_OK) != 0 || access("/usr/bin/etcd", X_OK) != 0)
      GTEST_SKIP() << "Patroni or etcd is not installed: script/setup --cluster";
    ASSERT_TRUE(cluster_.Up()) << cluster_.Output();
    city_ = std::make_unique<City>(
        NewTestFolder("cluster_city") + "/city",
        City::Options{City::Layout::kProcessPerService, cluster_.InitArguments(), 2});
    city_->Supervise();
    writers_ = std::make_unique<Writers>(*city_, kWriters, kPatience);
    GoesOn("at first");
  }

  // Waits until commands are acknowledged again, and prints the longest pause.
  void GoesOn(const std::string& when) {
    EXPECT_TRUE(writers_->Await(200, kPatience))
        << when << ": " << cluster_.Output() << ReadFile(city_->folder() + ".log").value_or("");
    std::cout << when << ": nothing acknowledged for at most " << writers_->TakeLongestPause()
              << std::endl;
  }
  void ComesBack() {
    const absl::Time deadline = absl::Now() + kPatience;
    while (!cluster_.Up() && absl::Now() < deadline) continue;
    EXPECT_TRUE(cluster_.Healthy()) << cluster_.Output();
  }

  Cluster cluster_;
  std::unique_ptr<City> city_;
  std::unique_ptr<Writers> writers_;
};

TEST_F(ClusterTest, WhateverFailsNothingAcknowledgedIsLost) {
  const std::string standby = cluster_.NodeThatIs("standby", " sync,");
  ASSERT_NE(standby, "") << cluster_.Output();
  cluster_.SignalNode(standby, SIGKILL);
  GoesOn("synchronous standby killed");
  ComesBack();

  cluster_.KillEtcd(0);
  GoesOn("one of three etcd killed");
  ComesBack();

  const std::string killed = cluster_.Primary();
  ASSERT_NE(killed, "") << cluster_.Output();
  cluster_.SignalNode(killed, SIGKILL);
  GoesOn("primary killed");
  EXPECT_NE(cluster_.Primary(), killed);
  ComesBack();

  // A frozen machine keeps its connections, and wakes up believing that it still leads.
  const std::string frozen = cluster_.Primary();
  ASSERT_NE(frozen, "") << cluster_.Output();
  cluster_.SignalNode(frozen, SIGSTOP);
  GoesOn("primary frozen");
  cluster_.SignalNode(frozen, SIGCONT);
  GoesOn("old primary awake again");
  ComesBack();

  // Without a majority nothing can be signed; once it is back, everything continues.
  cluster_.KillEtcd(1);
  cluster_.KillEtcd(2);
  EXPECT_FALSE(cluster_.Healthy()) << "no majority is an alarm";
  ComesBack();
  GoesOn("two of three etcd killed and started again");

  writers_->Stop();
  std::cout << writers_->acknowledged() << " commands acknowledged" << std::endl;
  EXPECT_THAT(writers_->Problems(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace votum::testing
