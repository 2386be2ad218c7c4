// votum-witness as a process: addressed with curl, killed and restarted; and three of them serving
// a log.

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/hash.h"
#include "crypto/tlog/policy.h"
#include "crypto/tlog/tile.h"
#include "gtest/gtest.h"
#include "tests/harness/process.h"
#include "tests/harness/witness.h"
#include "tests/unit/witness/log_under_test.h"

namespace votum::witness {
namespace {

constexpr char kOrigin[] = "council.example/log";
constexpr char kName[] = "witness.example/w1";

using testing::AwaitUrl;

class WitnessProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::Run({"/usr/bin/env", "curl", "--version"}, "/dev/null") != 0)
      GTEST_SKIP() << "no curl: apt-get install curl";
    folder_ = NewTestFolder("witness");
    ASSERT_EQ(testing::Run({WITNESS_PATH, "keygen", "--name", kName, "--key", folder_ + "/key.pem"},
                           folder_ + "/vkey"),
              0);
    vkey_ = std::string(absl::StripSuffix(*ReadFile(folder_ + "/vkey"), "\n"));
    ASSERT_OK(WriteFile(folder_ + "/logs", absl::StrCat("log ", log_.vkey(), "\nquorum none\n")));
    process_ = std::make_unique<testing::Process>(ServeArguments(), folder_ + "/out");
    Start();
  }

  std::vector<std::string> ServeArguments() const {
    return {WITNESS_PATH, "serve",
            "--name",     kName,
            "--key",      folder_ + "/key.pem",
            "--logs",     folder_ + "/logs",
            "--database", folder_ + "/witness.db",
            "--port",     "0"};
  }

  void Start() {
    std::filesystem::remove(folder_ + "/out");
    process_->Start();
    url_ = AwaitUrl(folder_ + "/out");
    ASSERT_NE(url_, "");
  }

  struct Response {
    std::string status;
    std::string content_type;
    std::string body;
  };

  // A status of "000" is no answer.
  Response Curl(const std::string& path, const std::string* body, bool may_fail = false) {
    const std::string run = NewTestFolder("curl");
    std::vector<std::string> arguments = {
        "/usr/bin/env", "curl", "--silent",    "--show-error", "--max-time",
        "30",           "-o",   run + "/body", "-w",           "%{http_code} %{content_type}",
        url_ + path};
    if (body != nullptr) {
      EXPECT_OK(WriteFile(run + "/request", *body));
      arguments.insert(arguments.end(), {"--data-binary", "@" + run + "/request"});
    }
    const int code = testing::Run(arguments, run + "/out");
    if (may_fail && code != 0) return {"000", "", ""};
    EXPECT_EQ(code, 0) << *ReadFile(run + "/out");
    const std::vector<std::string> words =
        absl::StrSplit(*ReadFile(run + "/out"), absl::MaxSplits(' ', 1));
    const auto content = ReadFile(run + "/body");
    return {words[0], words[1], content.ok() ? *content : ""};
  }
  Response Post(const std::string& body, bool may_fail = false) {
    return Curl("/add-checkpoint", &body, may_fail);
  }
  Response Get() {
    return Curl(absl::StrCat("/", crypto::ToHex(crypto::Sha256(kOrigin)), "/checkpoint"), nullptr);
  }

  LogUnderTest log_{kOrigin, 1};
  LogUnderTest unknown_{"unknown.example/log", 1};
  std::string folder_;
  std::string vkey_;
  std::string url_;
  std::unique_ptr<testing::Process> process_;
};

TEST_F(WitnessProcessTest, CosignsAndRemembersOverKills) {
  const auto policy = crypto::Policy::Parse(
      absl::StrCat("log ", log_.vkey(), "\nwitness w ", vkey_, "\nquorum w\n"));
  ASSERT_OK(policy);
  EXPECT_EQ(Get().status, "404");
  EXPECT_EQ(Post(unknown_.Request(0, 5)).status, "404");
  uint64_t last = 0;
  for (const uint64_t size : {1, 5, 300}) {
    const Response cosigned = Post(log_.Request(last, size));
    ASSERT_EQ(cosigned.status, "200") << cosigned.body;
    const std::string note = absl::StrCat(log_.Checkpoint(size), cosigned.body);
    const auto verified = policy->Verify(note);
    ASSERT_OK(verified);
    EXPECT_EQ(verified->checkpoint.size, size);
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    EXPECT_LE(verified->cosigned[0].time, static_cast<uint64_t>(now));
    EXPECT_GT(verified->cosigned[0].time, static_cast<uint64_t>(now - 60));
    last = size;
    // Everything answered is on disk.
    process_->Kill();
    Start();
    const Response shown = Get();
    EXPECT_EQ(shown.status, "200");
    EXPECT_EQ(shown.content_type, "text/plain; charset=utf-8");
    EXPECT_EQ(shown.body, note);
    const Response behind = Post(log_.Request(0, size));
    EXPECT_EQ(behind.status, "409");
    EXPECT_EQ(behind.content_type, "text/x.tlog.size");
    EXPECT_EQ(behind.body, absl::StrCat(size, "\n"));
  }
  EXPECT_EQ(Post("nonsense").status, "400");
  EXPECT_EQ(Post(std::string(70000, 'x')).status, "413");
  LogUnderTest forked(kOrigin, 1, "x");
  EXPECT_EQ(Post(forked.Request(300, 300)).status, "422");
  EXPECT_THAT(*ReadFile(folder_ + "/out"), ::testing::HasSubstr("ALARM: log council.example/log"));
  EXPECT_EQ(process_->Stop(), 0);
}

TEST_F(WitnessProcessTest, ItsKeyIsItsOwn) {
  // Written once, readable only by its owner.
  EXPECT_EQ(std::filesystem::status(folder_ + "/key.pem").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_NE(testing::Run({WITNESS_PATH, "keygen", "--name", kName, "--key", folder_ + "/key.pem"},
                         folder_ + "/again"),
            0);
  EXPECT_EQ(testing::Run({WITNESS_PATH, "vkey", "--name", kName, "--key", folder_ + "/key.pem"},
                         folder_ + "/shown"),
            0);
  EXPECT_EQ(*ReadFile(folder_ + "/shown"), vkey_ + "\n");
}

TEST_F(WitnessProcessTest, SaysWhatIsWrongAndDoesNotStart) {
  const auto serve = [this](const std::string& key, const std::string& logs) {
    const std::string out = NewTestFolder("refused") + "/out";
    EXPECT_NE(testing::Run({WITNESS_PATH, "serve", "--name", kName, "--key", key, "--logs", logs,
                            "--database", folder_ + "/other.db", "--port", "0"},
                           out),
              0);
    return *ReadFile(out);
  };
  EXPECT_THAT(serve(folder_ + "/none.pem", folder_ + "/logs"), ::testing::HasSubstr("none.pem"));
  ASSERT_OK(WriteFile(folder_ + "/bad", "log nonsense\nquorum none\n"));
  EXPECT_THAT(serve(folder_ + "/key.pem", folder_ + "/bad"), ::testing::HasSubstr("line 1: "));
  ASSERT_OK(WriteFile(folder_ + "/empty", "quorum none\n"));
  EXPECT_THAT(serve(folder_ + "/key.pem", folder_ + "/empty"), ::testing::HasSubstr("NO_LOGS"));
}

// The disk fails at the n-th sync after the start (strace makes it so): either the cosignature was
// answered and is on disk, or it was not answered; a witness that cannot tell stops.
TEST_F(WitnessProcessTest, AFailingDiskStopsItAndNothingThatWasAnsweredIsLost) {
  if (testing::Run({"/usr/bin/env", "strace", "-o", "/dev/null", "/bin/true"}, "/dev/null") != 0)
    GTEST_SKIP() << "no strace, or it may not trace here";
  int stopped = 0;
  for (int sync = 1; sync <= 12; ++sync) {
    process_->Stop();
    std::filesystem::remove(folder_ + "/witness.db");
    std::filesystem::remove(folder_ + "/witness.db-wal");
    std::filesystem::remove(folder_ + "/witness.db-shm");
    // -D: the process that we start is the witness, not strace, so that killing hits the witness.
    std::vector<std::string> arguments = {
        "/usr/bin/env", "strace",
        "-D",           "-f",
        "-o",           "/dev/null",
        "-e",           absl::StrCat("inject=fsync,fdatasync:error=EIO:when=", sync, "+")};
    const std::vector<std::string> serve = ServeArguments();
    arguments.insert(arguments.end(), serve.begin(), serve.end());
    std::filesystem::remove(folder_ + "/out");
    testing::Process failing(arguments, folder_ + "/out");
    failing.Start();
    // A witness that fails while it makes its database does not listen, and says why.
    url_ = AwaitUrl(folder_ + "/out", /*or_text=*/"votum-witness: ");
    uint64_t answered = 0;
    for (uint64_t size = 1; size <= 8 && url_ != ""; ++size) {
      const Response response = Post(log_.Request(answered, size), /*may_fail=*/true);
      if (response.status != "200") break;
      answered = size;
    }
    if (url_ != "" && answered < 8) {
      ++stopped;
      EXPECT_THAT(*ReadFile(folder_ + "/out"), ::testing::HasSubstr("it is not known what is on"));
    }
    failing.Kill();
    Start();
    const Response behind = Post(log_.Request(100, 200));
    ASSERT_EQ(behind.status, "409");
    const uint64_t remembered = std::stoull(behind.body);
    EXPECT_GE(remembered, answered) << "sync " << sync;
    EXPECT_LE(remembered, answered + 1) << "sync " << sync;
  }
  EXPECT_GT(stopped, 0) << "no sync failed in a request: this has tested nothing";
}

// Three witnesses, a log in a folder, and the program that collects their cosignatures.
class CollectTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kSize = 300;

  struct Running {
    std::string vkey;
    std::string url;
    std::unique_ptr<testing::Process> process;
  };

  Running StartWitness(int number) {
    const std::string folder = NewTestFolder("witness");
    const std::string name = absl::StrCat("witness.example/w", number);
    EXPECT_EQ(testing::Run({WITNESS_PATH, "keygen", "--name", name, "--key", folder + "/key"},
                           folder + "/vkey"),
              0);
    EXPECT_OK(WriteFile(folder + "/logs", absl::StrCat("log ", log_.vkey(), "\nquorum none\n")));
    Running running;
    running.vkey = std::string(absl::StripSuffix(*ReadFile(folder + "/vkey"), "\n"));
    running.process = std::make_unique<testing::Process>(
        std::vector<std::string>{WITNESS_PATH, "serve", "--name", name, "--key", folder + "/key",
                                 "--logs", folder + "/logs", "--database", folder + "/db", "--port",
                                 "0"},
        folder + "/out");
    running.process->Start();
    running.url = AwaitUrl(folder + "/out");
    return running;
  }

  // The log up to `size`, as a static log has it.
  std::string WriteLog(LogUnderTest* log, uint64_t size) {
    const std::string folder = NewTestFolder("log");
    for (const crypto::Tile& tile : crypto::NewTiles(0, size)) {
      if (tile.level == crypto::kEntriesLevel) continue;  // proofs need no entries
      const std::string path = absl::StrCat(folder, "/", crypto::TilePath(tile));
      std::filesystem::create_directories(std::filesystem::path(path).parent_path());
      EXPECT_OK(WriteFile(path, *crypto::TileBytes(log->tree(size), tile)));
    }
    EXPECT_OK(WriteFile(folder + "/checkpoint", log->Checkpoint(size)));
    return folder;
  }

  // The exit code of `votum-witness collect`.
  int Collect(const std::string& folder, const std::string& patience = "20") {
    const std::string output = NewTestFolder("collect") + "/out";
    const int code = testing::Run(
        {WITNESS_PATH, "collect", folder, "--policy", policy_file_, "--patience", patience},
        output);
    output_ = *ReadFile(output);
    return code;
  }

  void SetUp() override {
    std::string text = absl::StrCat("log ", log_.vkey(), "\n");
    for (int i = 0; i < 3; ++i) {
      witnesses_[i] = StartWitness(i);
      absl::StrAppend(&text, "witness w", i, " ", witnesses_[i].vkey, " ", witnesses_[i].url, "\n");
    }
    absl::StrAppend(&text, "group g 2 w0 w1 w2\nquorum g\n");
    policy_ = *crypto::Policy::Parse(text);
    policy_file_ = NewTestFolder("policy") + "/policy";
    ASSERT_OK(WriteFile(policy_file_, text));
  }

  LogUnderTest log_{kOrigin, 1};
  Running witnesses_[3];
  std::optional<crypto::Policy> policy_;
  std::string policy_file_;
  std::string output_;
};

TEST_F(CollectTest, TheCheckpointGetsItsQuorumWithOneWitnessGone) {
  const std::string first = WriteLog(&log_, kSize);
  ASSERT_EQ(Collect(first), 0) << output_;
  EXPECT_THAT(output_, ::testing::HasSubstr("checkpoint of size 300: 3 of 3"));
  EXPECT_OK(policy_->Verify(*ReadFile(first + "/checkpoint")));
  // Cosigned already; once more does no harm.
  ASSERT_EQ(Collect(first), 0) << output_;

  witnesses_[1].process->Kill();
  const std::string second = WriteLog(&log_, kSize + 500);
  ASSERT_EQ(Collect(second), 0) << output_;
  const auto verified = policy_->Verify(*ReadFile(second + "/checkpoint"));
  ASSERT_OK(verified);
  EXPECT_EQ(verified->checkpoint.size, kSize + 500);
  EXPECT_EQ(verified->cosigned.size(), 2u);

  witnesses_[0].process->Kill();
  const std::string third = WriteLog(&log_, kSize + 600);
  EXPECT_NE(Collect(third, "1"), 0);
  EXPECT_THAT(output_, ::testing::HasSubstr("NO_QUORUM"));
  EXPECT_EQ(*ReadFile(third + "/checkpoint"), log_.Checkpoint(kSize + 600));
}

TEST_F(CollectTest, AForkIsFoundAndAnOldFolderIsNone) {
  const std::string folder = WriteLog(&log_, kSize);
  ASSERT_EQ(Collect(folder), 0) << output_;
  // Yesterday's log is no longer cosigned, but it has no fault.
  EXPECT_NE(Collect(WriteLog(&log_, kSize - 100), "2"), 0);
  EXPECT_THAT(output_, ::testing::HasSubstr("NO_QUORUM"));
  LogUnderTest forked(kOrigin, 1, "x");
  EXPECT_NE(Collect(WriteLog(&forked, kSize + 1)), 0);
  EXPECT_THAT(output_, ::testing::HasSubstr("LOG_FORKED"));
  EXPECT_THAT(output_, ::testing::HasSubstr("THE LOG HAS FORKED"));
}

}  // namespace
}  // namespace votum::witness
