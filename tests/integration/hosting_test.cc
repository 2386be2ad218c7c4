// Guarantees for operators: health checks, certificate renewal without restart, an orderly stop, a
// folder that is not overwritten.

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/unary_call.h"
#include "core/fold/domains.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/command_line.h"
#include "tests/harness/connections.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/directory/v1/directory_service.pb.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/runtime/v1/config.pb.h"

namespace votum::testing {
namespace {

class HostingTest : public ::testing::Test {
 protected:
  static absl::Status Register(City& city, const std::string& id) {
    return city.Send(city.RegistrationOf(id)).status();
  }

  // The configuration `text`, of which no process serves metrics.
  static std::string WithoutMetrics(const std::string& text) {
    runtime::v1::DeploymentConfig config;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config));
    for (runtime::v1::ServiceAddress& row : *config.mutable_services()) {
      row.clear_metrics_address();
      for (runtime::v1::ServiceReplica& replica : *row.mutable_replicas())
        replica.clear_metrics_address();
    }
    std::string without;
    EXPECT_TRUE(google::protobuf::TextFormat::PrintToString(config, &without));
    return without;
  }
};

TEST_F(HostingTest, OneProcessServesWhatEightDo) {
  City city(NewTestFolder("one"), City::Layout::kOneProcess);
  city.SetUpCouncil(3);
  city.OpenMeeting(4);
  city.OpenVote("v1");
  ASSERT_EQ(city.Processes().size(), 1u);
  const auto before = city.Projections();
  city.ProcessOf("meetings").Kill();
  city.ProcessOf("meetings").Start();
  city.AwaitReady();
  EXPECT_EQ(city.Projections(), before) << "the state is what the log gives";
  EXPECT_EQ(city.ProcessOf("meetings").Stop(), 0) << "SIGTERM ends in order";
}

TEST_F(HostingTest, ServicesThatWaitForTheLedgerEndInOrder) {
  City city(NewTestFolder("orphans"), City::Layout::kProcessPerService);
  EXPECT_EQ(city.ProcessOf("ledger").Stop(), 0);
  const std::vector<std::string> services(kServices.begin() + 1, kServices.end());
  EXPECT_TRUE(AwaitConnections(city.Endpoint("ledger"), services.size()))
      << "they ask for the ledger that is not there";
  for (const std::string& service : services)
    EXPECT_EQ(city.ProcessOf(service).Stop(), 0) << service;
}

// A split deployment after a reboot: the services are there before the ledger.
TEST_F(HostingTest, AServiceThatHasNotReadTheLogShowsNoEmptyCity) {
  City city(NewTestFolder("before-the-ledger"), City::Layout::kProcessPerService);
  city.SetUpCouncil(3);
  EXPECT_EQ(city.ProcessOf("ledger").Stop(), 0);
  city.ProcessOf("directory").Kill();
  city.ProcessOf("directory").Start();
  directory::v1::ListPersonsResponse response;
  const auto list = [&](const std::string& person) {
    return city.Read(person, "directory", "ListPersons", directory::v1::ListPersonsRequest(),
                     &response);
  };
  // Until it listens, calls end with the connection to the one that was killed.
  EXPECT_TRUE(Await([&] { return ReasonOf(list("")) == Reason::kServiceNotReady; }));
  // With a session too, whose deployment the process does not know yet.
  for (const char* person : {"", "anna.amt"})
    EXPECT_THAT(list(person), IsRefused(Reason::kServiceNotReady)) << person;
  EXPECT_THAT(Register(city, "carla"), IsRefused(Reason::kServiceNotReady));
  EXPECT_THAT(*ReadFile(city.folder() + ".log"), ::testing::HasSubstr("not serving yet"));
  city.ProcessOf("ledger").Start();
  city.AwaitReady();
  EXPECT_OK(list("anna.amt"));
  EXPECT_GT(response.persons_size(), 5);
  EXPECT_OK(Register(city, "carla"));
}

// The ledger is away, and reads go on: whoever reads is told how old that is.
TEST_F(HostingTest, AnswersSayHowOldTheirStateIsWhileTheLedgerIsAway) {
  City::Options options;
  options.layout = City::Layout::kProcessPerService;
  options.prepare = [](const std::string& folder) {
    const std::string config = folder + "/votum.textproto";
    ASSERT_OK(WriteFile(config, *ReadFile(config) + "old_state_seconds: 6\n"));
  };
  City city(NewTestFolder("old"), options);
  city.SetUpCouncil(3);
  city.OpenMeeting(4);
  CommandLine votum(&city, NewTestFolder("old-people"));
  votum.AddPeople({"m01"});
  const auto look = [&] { return votum.Do("m01", "vote list --meeting sitzung-1"); };
  EXPECT_THAT(look(), ::testing::Not(::testing::HasSubstr("votum: note: what you see is")));
  EXPECT_EQ(city.ProcessOf("ledger").Stop(), 0);
  EXPECT_TRUE(Await([&] { return absl::StrContains(look(), "votum: note: what you see is"); }));
  city.ProcessOf("ledger").Start();
  city.AwaitReady();
  EXPECT_TRUE(Await([&] { return !absl::StrContains(look(), "votum: note:"); }));
}

// Whoever can be reached by other machines demands a certificate of everybody, also in one process.
TEST_F(HostingTest, APortBeyondThisMachineDemandsACertificate) {
  City::Options options;
  options.layout = City::Layout::kOneProcess;
  options.prepare = [](const std::string& folder) {
    const std::string path = folder + "/votum.textproto";
    runtime::v1::DeploymentConfig config;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(*ReadFile(path), &config));
    runtime::v1::ServiceAddress& row = *config.mutable_services(1);
    const std::string port = row.address().substr(row.address().rfind(':'));
    row.add_replicas()->set_listen("0.0.0.0" + port);
    config.set_edge_beside_keys(true);
    std::string text;
    ASSERT_TRUE(google::protobuf::TextFormat::PrintToString(config, &text));
    ASSERT_OK(WriteFile(path, text));
  };
  City city(NewTestFolder("beyond"), options);
  EXPECT_OK(Register(city, "carla")) << "with a certificate";
  grpc::SslCredentialsOptions anonymous;
  anonymous.pem_root_certs = *ReadFile(city.ca_path());
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  directory::v1::GetBodyResponse body;
  EXPECT_TRUE(absl::IsUnavailable(client::UnaryCall(
      grpc::CreateChannel(city.Endpoint("directory"), grpc::SslCredentials(anonymous)),
      client::MethodPath("directory", "GetBody"), &context, directory::v1::GetBodyRequest(),
      &body)));
}

// Keys lie in the memory of a server.
TEST_F(HostingTest, AProcessGivesUpCoreFilesAndRaisesItsLimitOfFiles) {
  City city(NewTestFolder("hardened"), City::Layout::kOneProcess);
  const std::string limits =
      *ReadFile(absl::StrCat("/proc/", city.ProcessOf("ledger").pid(), "/limits"));
  for (const absl::string_view line : absl::StrSplit(limits, '\n')) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (absl::StartsWith(line, "Max core file size")) EXPECT_EQ(words.at(4), "0") << line;
    if (absl::StartsWith(line, "Max open files"))
      EXPECT_TRUE(words.at(3) == words.at(4) || words.at(3) == "1048576") << line;
  }
  EXPECT_THAT(*ReadFile(city.folder() + ".log"), ::testing::HasSubstr("files that may be open"));
}

TEST_F(HostingTest, CertificatesAreRenewedWithoutARestart) {
  City city(NewTestFolder("renew"), City::Layout::kProcessPerService);
  const std::string identity = city.folder() + "/tls/ledger.pem";
  const std::string old_identity = *ReadFile(identity);
  ASSERT_EQ(votum::testing::Run({VOTUMD_PATH, "renew", "--dir", city.folder()},
                                city.folder() + ".renew.log"),
            0);
  EXPECT_NE(*ReadFile(identity), old_identity);
  // Commands succeed over old and new connections, both while the processes reload their
  // certificates and afterwards.
  int registered = 0;
  EXPECT_TRUE(Await([&] {
    EXPECT_OK(Register(city, absl::StrCat("p", ++registered)));
    for (const char* service : {"ledger", "directory"}) {
      const std::string file = *ReadFile(absl::StrCat(city.folder(), "/tls/", service, ".pem"));
      const std::string served = ServedCertificate(city.Endpoint(service));
      if (served.empty() || !absl::StrContains(file, served)) return false;
    }
    return true;
  }));
  EXPECT_OK(Register(city, "with-new-certificates"));
  city.ProcessOf("directory").Kill();
  city.ProcessOf("directory").Start();
  city.AwaitReady();
  EXPECT_OK(Register(city, "after"));
}

TEST_F(HostingTest, AVoteCanBeClosedWhenTheDiskIsNearlyFull) {
  City city(NewTestFolder("full"), City::Layout::kOneProcess);
  city.SetUpCouncil(3);
  city.OpenMeeting(4);
  city.OpenVote("v1");
  EXPECT_EQ(city.ProcessOf("ledger").Stop(), 0);
  const std::string config = city.folder() + "/votum.textproto";
  // A reserve larger than what is free stands for a disk that is nearly full.
  const uint64_t free_mib = std::filesystem::space(city.folder()).available >> 20;
  ASSERT_OK(
      WriteFile(config, absl::StrCat(*ReadFile(config), "disk_reserve_mib: ", 2 * free_mib, "\n")));
  city.ProcessOf("ledger").Start();
  city.AwaitReady();
  EXPECT_THAT(Register(city, "carla"), IsRefused(Reason::kDiskReserve));
  meetings::v1::CloseVote close;
  close.set_meeting_id("sitzung-1");
  close.set_vote_event_id("v1");
  EXPECT_OK(city.Do("maria.meister", std::move(close)));
  directory::v1::GetPersonRequest request;
  request.set_person_id("anna.amt");
  directory::v1::GetPersonResponse response;
  EXPECT_OK(city.Read("anna.amt", "directory", "GetPerson", request, &response));
}

// The log was written by a clock a month ahead; now the clock is right.
TEST_F(HostingTest, TwoAdministratorsLetALedgerGoOnThatHasStoppedForItsClock) {
  City city(NewTestFolder("clock"), City::Layout::kOneProcess);
  CommandLine votum(&city, NewTestFolder("clock-people"));
  votum.AddPeople({"anna.amt", "bernd.amt"});
  EXPECT_THAT(votum.Do("anna.amt", "time accept", 1), ::testing::HasSubstr("CLOCK_NOT_STOPPED"));
  city.Advance(absl::Hours(24 * 30));
  ASSERT_OK(Register(city, "of-the-future"));
  EXPECT_EQ(city.ProcessOf("ledger").Stop(), 0);
  city.Advance(-absl::Hours(24 * 30));
  // A clock that is set by hand may show any time; this city has a real one from now on.
  const std::string config = city.folder() + "/votum.textproto";
  ASSERT_OK(WriteFile(
      config, absl::StrReplaceAll(*ReadFile(config), {{"\nsimulated_clock: true\n", "\n"}})));
  city.ProcessOf("ledger").Start();
  city.AwaitReady();
  EXPECT_THAT(Register(city, "carla"), IsRefused(Reason::kClockJumped));

  const std::string act = RecordIn(votum.Do("anna.amt", "time accept"));
  EXPECT_THAT(Register(city, "carla"), IsRefused(Reason::kClockJumped)) << "one is not enough";
  votum.Do("bernd.amt", "act confirm --record " + act);
  EXPECT_TRUE(Await([&] { return Register(city, "carla").ok(); }))
      << "the ledger hears of it from its fold";
  EXPECT_EQ(city.ProcessOf("ledger").Stop(), 0);
  city.ProcessOf("ledger").Start();
  city.AwaitReady();
  EXPECT_OK(Register(city, "dora")) << "a log whose time went back is folded from its beginning";
}

TEST_F(HostingTest, InitRefusesToOverwrite) {
  City city(NewTestFolder("twice"), City::Layout::kOneProcess);
  const std::string output = city.folder() + ".again.log";
  EXPECT_NE(
      votum::testing::Run({VOTUMD_PATH, "init", city.folder(), "--deployment", "a/b", "--body", "B",
                           "--administrator-id", "x", "--administrator-name", "X"},
                          output),
      0);
  EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr("DEPLOYMENT_EXISTS"));
  EXPECT_OK(Register(city, "still-works"));
}

TEST_F(HostingTest, OneProcessOwnsADeployment) {
  City city(NewTestFolder("owned"), City::Layout::kOneProcess);
  const std::string config = city.folder() + "/votum.textproto";
  const std::string with_metrics = *ReadFile(config);
  const std::string without_metrics = WithoutMetrics(with_metrics);
  const std::string owner = absl::StrCat("(process ", city.ProcessOf("ledger").pid(), ")");
  for (const std::string& text : {with_metrics, without_metrics}) {
    ASSERT_OK(WriteFile(config, text));
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{VOTUMD_PATH, "serve", "--dir", city.folder()},
          {VOTUMD_PATH, "serve", "--dir", city.folder(), "--services", "ledger"},
          {VOTUMD_PATH, "recover", "--dir", city.folder()}}) {
      const std::string output = NewTestFolder("second") + "/said";
      EXPECT_EQ(votum::testing::Run(command, output), 1);
      EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr("DEPLOYMENT_IN_USE"));
      EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr(owner));
    }
  }
  EXPECT_OK(Register(city, "before"));
  city.ProcessOf("ledger").Kill();
  city.ProcessOf("ledger").Start();
  city.AwaitReady();
  EXPECT_OK(Register(city, "after")) << "what was acknowledged is there, and the log goes on";
}

TEST_F(HostingTest, FilesThatAreMissingOrEmptyAreNamed) {
  City city(NewTestFolder("files"), City::Layout::kOneProcess);
  EXPECT_EQ(city.ProcessOf("ledger").Stop(), 0);
  const std::string output = NewTestFolder("files") + "/said";
  const std::vector<std::string> serve = {VOTUMD_PATH, "serve", "--dir", city.folder()};
  for (const char* name : {"tls/ca.crt", "tls/ledger.pem", "tls/gateway.pem", "ledger/log.key",
                           "ledger/entries.db", "meetings/sealing.key"}) {
    const std::string path = absl::StrCat(city.folder(), "/", name);
    std::filesystem::rename(path, path + ".away");
    ASSERT_OK(WriteFile(path, ""));
    for (const char* state : {" is empty", " is missing"}) {
      ASSERT_OK(WriteFile(output, ""));
      EXPECT_EQ(votum::testing::Run(serve, output), 1) << name << state;
      EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr("FILE_MISSING")) << name << state;
      EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr(path)) << name << state;
      std::filesystem::remove(path);
    }
    std::filesystem::rename(path + ".away", path);
  }
  std::filesystem::remove(city.folder() + "/ledger/checkpoint.db");
  EXPECT_EQ(votum::testing::Run(serve, output), 1);
  EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr("CHECKPOINT_MISSING"));
  EXPECT_EQ(votum::testing::Run({VOTUMD_PATH, "recover", "--dir", city.folder()}, output), 0);
  city.ProcessOf("ledger").Start();
  city.AwaitReady();
  EXPECT_OK(Register(city, "goes-on"));
}

TEST_F(HostingTest, InitKeepsTheCodeAndTheLogKeyInItsFolder) {
  const std::string folder = NewTestFolder("founded") + "/votum";
  const std::string output = folder + ".log";
  const auto init = [&](const std::string& code_file) {
    return votum::testing::Run(
        {VOTUMD_PATH, "init", folder, "--deployment", "votum.example/log", "--body", "B",
         "--administrator-name", "X", "--code-file", code_file},
        output);
  };
  for (const std::string& impossible :
       {std::string("/nonexistent/code"), folder + "/client.json"}) {
    EXPECT_NE(init(impossible), 0);
    EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr("NOT_WRITTEN"));
    EXPECT_FALSE(std::filesystem::exists(folder)) << "nothing is founded";
  }
  ASSERT_EQ(init(folder + "/code"), 0) << *ReadFile(output);
  EXPECT_TRUE(std::filesystem::exists(folder + "/code"));
  EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr("It is in " + folder + "/log.vkey"));
  const std::string vkey(absl::StripSuffix(*ReadFile(folder + "/log.vkey"), "\n"));
  EXPECT_THAT(*ReadFile(folder + "/client.json"), ::testing::HasSubstr(vkey));
}

TEST_F(HostingTest, AClockThatIsSetByHandIsForLogsFoundedWithOne) {
  const std::string folder = NewTestFolder("clock-by-hand") + "/votum";
  const std::string output = folder + ".log";
  ASSERT_EQ(votum::testing::Run(
                {VOTUMD_PATH, "init", folder, "--deployment", "votum.example/log", "--body", "B",
                 "--administrator-name", "X", "--base-port", std::to_string(FreeBasePort())},
                output),
            0)
      << *ReadFile(output);
  const std::string config = folder + "/votum.textproto";
  ASSERT_OK(WriteFile(config, *ReadFile(config) + "simulated_clock: true\n"));
  EXPECT_NE(votum::testing::Run({VOTUMD_PATH, "serve", "--dir", folder}, output), 0);
  EXPECT_THAT(*ReadFile(output), ::testing::HasSubstr("founded with a real clock"));
}

TEST_F(HostingTest, FaultyCommandLinesAreExplainedAsThoseOfVotum) {
  const std::string output = NewTestFolder("usage") + "/said";
  EXPECT_EQ(votum::testing::Run({VOTUMD_PATH, "serve", "--dri", "x"}, output), 2);
  EXPECT_THAT(
      *ReadFile(output),
      ::testing::HasSubstr("votumd serve: USAGE: there is no --dri here; did you mean --dir?"));
}

}  // namespace
}  // namespace votum::testing
