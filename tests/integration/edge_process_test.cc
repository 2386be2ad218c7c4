// The edge as a process of its own: under a user who can read nothing of the deployment, with copies of
// the few files that it needs, by the commands of the units in share/systemd.

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "core/fold/domains.h"
#include "gtest/gtest.h"
#include "services/votumd/edge_files.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/connections.h"
#include "tests/harness/process.h"

namespace votum::testing {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;
constexpr char kNobodysGroup[] = "nogroup";

// The values of `key=` in a unit, line by line.
std::vector<std::string> SettingsOf(const std::string& unit, const std::string& key) {
  std::vector<std::string> settings;
  for (absl::string_view line : absl::StrSplit(unit, '\n')) {
    if (absl::ConsumePrefix(&line, key + "=")) settings.emplace_back(line);
  }
  return settings;
}

std::string Unit(const std::string& name) {
  return *ReadFile(absl::StrCat(SYSTEMD_FOLDER, "/", name, ".service"));
}

TEST(EdgeProcessTest, TheTwoUnitsHaveUsersOfTheirOwnAndGiveUpWhatTheyDoNotNeed) {
  const std::string core = Unit("votum");
  const std::string edge = Unit("votum-edge");
  EXPECT_EQ(SettingsOf(core, "User"), std::vector<std::string>{"votum"});
  EXPECT_EQ(SettingsOf(edge, "User"), std::vector<std::string>{"votum-edge"});
  EXPECT_EQ(SettingsOf(edge, "InaccessiblePaths"), std::vector<std::string>{"-/var/lib/votum"});
  EXPECT_TRUE(SettingsOf(edge, "ReadWritePaths").empty());
  for (const std::string& unit : {core, edge}) {
    for (const char* setting :
         {"NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "PrivateDevices=yes",
          "ProtectProc=invisible", "MemoryDenyWriteExecute=yes", "SystemCallFilter=@system-service",
          "Restart=always", "Type=notify"}) {
      EXPECT_TRUE(absl::StrContains(unit, absl::StrCat("\n", setting, "\n"))) << setting;
    }
  }
}

TEST(EdgeProcessTest, OneProcessWithTheEdgeAndTheKeysIsForThisMachineAlone) {
  const std::vector<std::string> all = {"ledger", "meetings", "gateway"};
  const struct {
    std::vector<std::string> services;
    std::vector<std::string> listen;
    bool good;
  } kCases[] = {
      {all, {"127.0.0.1:7451", "[::1]:443"}, true},
      {all, {"127.0.0.1:7451", "0.0.0.0:443"}, false},
      {all, {"127.0.0.1:7451", "[::]:443"}, false},
      {all, {"10.0.0.1:7451", "127.0.0.1:443"}, false},
      {all, {"votum.example:7451"}, false},
      {all, {"127.evil.example:7451"}, false},
      {{"ledger", "meetings"}, {"10.0.0.1:7451"}, true},
      {{"gateway"}, {"0.0.0.0:443"}, true},
      {{"meetings", "gateway"}, {"0.0.0.0:443"}, false},
  };
  for (const auto& row : kCases) {
    runtime::v1::DeploymentConfig config;
    const absl::Status status = CheckEdgeIsApart(config, row.services, row.listen);
    EXPECT_EQ(status.ok(), row.good) << row.listen.back() << " " << status;
    if (!row.good) EXPECT_THAT(status, IsRefused(Reason::kBadConfig));
    config.set_edge_beside_keys(true);
    EXPECT_OK(CheckEdgeIsApart(config, row.services, row.listen));
  }
}

TEST(EdgeProcessTest, OnlyOneProcessWithEverythingOnLoopbackTakesCallsOfAnybody) {
  const std::vector<std::string> core(kServices.begin(), kServices.end());
  std::vector<std::string> all = core;
  all.emplace_back("gateway");
  const struct {
    std::vector<std::string> services;
    bool has_gateway;
    std::vector<std::string> listen;
    bool anybody;
  } kCases[] = {
      {all, true, {"127.0.0.1:7451", "[::1]:443"}, true},
      {core, false, {"127.0.0.1:7451"}, true},
      // The edge runs apart.
      {core, true, {"127.0.0.1:7451"}, false},
      {{"meetings"}, true, {"127.0.0.1:7451"}, false},
      {{"meetings"}, false, {"127.0.0.1:7451"}, false},
      {{core.begin() + 1, core.end()}, false, {"127.0.0.1:7451"}, false},
      // Others can reach one of its ports.
      {all, true, {"127.0.0.1:7451", "0.0.0.0:7452", "127.0.0.1:443"}, false},
      {all, true, {"127.0.0.1:7451", "[::]:443"}, false},
      {all, true, {"127.evil.example:7451", "127.0.0.1:443"}, false},
      {core, false, {"10.0.0.1:7451"}, false},
  };
  for (const auto& row : kCases) {
    EXPECT_EQ(WhoMayCall(row.services, row.has_gateway, row.listen) == Callers::kAnybody,
              row.anybody)
        << row.services.size() << " " << row.listen.back();
  }
}

class ApartTest : public ::testing::Test {
 protected:
  ApartTest() : mirror_(NewTestFolder("mirror")), city_(NewTestFolder("core"), Options()) {}

  City::Options Options() const {
    City::Options options;
    options.layout = City::Layout::kProcessPerService;
    options.prepare = [this](const std::string& folder) {
      const std::string path = folder + "/votum.textproto";
      std::string config = *ReadFile(path);
      const size_t row = config.find("\ngateways { ");
      ASSERT_NE(row, std::string::npos);
      config.insert(config.find(" }\n", row), absl::StrCat(" mirror: \"", mirror_, "\""));
      ASSERT_OK(WriteFile(path, config));
    };
    return options;
  }

  // A command of votum-edge.service, in the places of this test.
  std::vector<std::string> CommandOf(const std::string& key) const {
    std::string line = SettingsOf(Unit("votum-edge"), key).at(0);
    line = absl::StrReplaceAll(line, {{"+/usr/bin/votumd", VOTUMD_PATH},
                                      {"/usr/bin/votumd", VOTUMD_PATH},
                                      {"/var/lib/votum-edge", edge_},
                                      {"--group votum-edge", absl::StrCat("--group ", group_)},
                                      {"/var/lib/votum", city_.folder()}});
    return absl::StrSplit(line, ' ');
  }

  static std::vector<std::string> AsNobody(const std::vector<std::string>& command) {
    std::vector<std::string> whole = {"/usr/bin/setpriv", absl::StrCat("--reuid=", kNobody),
                                      absl::StrCat("--regid=", kNobody), "--clear-groups",
                                      "--no-new-privs"};
    whole.insert(whole.end(), command.begin(), command.end());
    return whole;
  }

  // The edge's answer to curl: the body and "200".
  std::string Ask(const std::string& path, const std::string& json = "") const {
    const std::string output = edge_ + ".said";
    fs::remove(output);
    std::vector<std::string> curl = {"/usr/bin/curl",
                                     "-sS",
                                     "--max-time",
                                     "10",
                                     "--cacert",
                                     city_.ca_path(),
                                     "-w",
                                     " %{http_code}",
                                     city_.EdgeUrl() + path};
    if (!json.empty())
      curl.insert(curl.end(), {"-H", "content-type: application/json", "-d", json});
    votum::testing::Run(curl, output);
    return ReadFile(output).value_or("");
  }

  std::string group_;
  const std::string mirror_;
  const std::string edge_ = NewTestFolder("edge") + "/files";
  City city_;
};

TEST_F(ApartTest, TheEdgeServesUnderAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may start a process under another user";
  group_ = kNobodysGroup;
  ASSERT_EQ(chown(mirror_.c_str(), kNobody, kNobody), 0);
  // The way to the folder, and no more.
  for (fs::path path = fs::path(edge_).parent_path(); path != path.root_path();
       path = path.parent_path()) {
    std::error_code ignored;
    fs::permissions(path, fs::perms::others_exec, fs::perm_options::add, ignored);
  }
  const std::string said = edge_ + ".log";
  ASSERT_EQ(votum::testing::Run(CommandOf("ExecStartPre"), said), 0) << *ReadFile(said);
  for (const std::string& path :
       {city_.folder() + "/tls/meetings.pem", city_.folder() + "/ledger/log.key", city_.folder()}) {
    EXPECT_NE(votum::testing::Run(AsNobody({"/usr/bin/test", "-r", path}), said), 0) << path;
  }
  EXPECT_NE(
      votum::testing::Run(AsNobody({"/usr/bin/test", "-w", edge_ + "/votum.textproto"}), said), 0);

  Process process(AsNobody(CommandOf("ExecStart")), said);
  process.Start();
  EXPECT_TRUE(Await([&] { return absl::EndsWith(Ask("/readyz"), " 200"); })) << *ReadFile(said);
  EXPECT_THAT(Ask("/votum.directory.v1.DirectoryService/GetBody", "{}"),
              ::testing::HasSubstr("Stadt Musterstadt"));
  EXPECT_TRUE(Await([&] { return absl::EndsWith(Ask("/log/checkpoint"), " 200"); }));
  // Not by a descriptor either.
  for (const auto& open : fs::directory_iterator(absl::StrCat("/proc/", process.pid(), "/fd"))) {
    std::error_code gone;
    const std::string target = fs::read_symlink(open.path(), gone).string();
    EXPECT_FALSE(absl::StartsWith(target, city_.folder() + "/")) << target;
  }
  // Renewed, copied again, and taken up without a restart.
  ASSERT_EQ(votum::testing::Run({VOTUMD_PATH, "renew", "--dir", city_.folder()}, said), 0);
  ASSERT_EQ(votum::testing::Run(CommandOf("ExecStartPre"), said), 0);
  const std::string endpoint = city_.EdgeUrl().substr(std::string("https://").size());
  EXPECT_TRUE(Await([&] {
    const std::string served = ServedCertificate(endpoint);
    return !served.empty() &&
           absl::StrContains(*ReadFile(city_.folder() + "/tls/gateway.pem"), served);
  }));
  EXPECT_EQ(process.Stop(), 0) << *ReadFile(said);
}

TEST_F(ApartTest, TheFilesOfTheEdgeAreThoseAndNoOthers) {
  ASSERT_OK(CopyEdgeFiles(Deployment(city_.folder()), edge_, ""));
  // A certificate for the public that the deployment has withdrawn is withdrawn here too.
  ASSERT_OK(WriteFile(Deployment(edge_).identity_path("edge"), "withdrawn", 0600));
  ASSERT_OK(CopyEdgeFiles(Deployment(city_.folder()), edge_, ""));
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(edge_)) {
    struct stat found {};
    ASSERT_EQ(stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0077, 0u) << entry.path();
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), edge_).string());
  }
  EXPECT_THAT(files, ::testing::UnorderedElementsAre("votum.textproto", "log.policy", "tls/ca.crt",
                                                     "tls/gateway.pem"));
  EXPECT_THAT(CopyEdgeFiles(Deployment(city_.folder()), edge_, "no-such-group"),
              IsRefused(Reason::kBadConfig));
}

}  // namespace
}  // namespace votum::testing
