// The edge of a running deployment, called by other people's programs: they read, send a signed
// command, follow a meeting, and are told why they are refused.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "core/command/timestamps.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/process.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kService[] = "/votum.meetings.v1.MeetingsService/";

bool HaveNode(const std::string& package) {
  return std::filesystem::exists(absl::StrCat(NODE_MODULES "/", package)) &&
         Run({"/usr/bin/env", "node", "--version"}, "/dev/null") == 0;
}

// One city for all tests: a council whose meeting is open.
class EdgeInteropTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    City::Options options;
    options.layout = City::Layout::kOneProcess;
    options.gateway = true;
    city_ = new City(NewTestFolder("edge"), options);
    city_->SetUpCouncil(3);
    city_->OpenMeeting(4);
  }
  static void TearDownTestSuite() {
    delete city_;
    city_ = nullptr;
  }

  struct Said {
    int code;
    std::string text;
  };
  static Said Tell(const std::vector<std::string>& arguments) {
    const std::string output = NewTestFolder("said") + "/out";
    const int code = votum::testing::Run(arguments, output);
    return {code, *ReadFile(output)};
  }

  // Everything that the protos declare, as protoc describes it.
  static std::string Descriptors() {
    std::string path = NewTestFolder("descriptors") + "/all.binpb";
    std::vector<std::string> arguments = {PROTOC, "-I", PROTO_FOLDER, "--include_imports",
                                          "--descriptor_set_out=" + path};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(PROTO_FOLDER)) {
      if (entry.path().extension() == ".proto") arguments.push_back(entry.path().string());
    }
    EXPECT_EQ(votum::testing::Run(arguments, "/dev/null"), 0);
    return path;
  }

  static Said Curl(const std::string& url, const std::string& method, const std::string& body,
                   const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"/usr/bin/curl",
                                          "-sS",
                                          "--cacert",
                                          city_->ca_path(),
                                          "-d",
                                          body,
                                          "-H",
                                          "content-type: application/json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(absl::StrCat(url, kService, method));
    return Tell(arguments);
  }

  static std::string Page(const std::string& path) {
    const Said said =
        Tell({"/usr/bin/curl", "-sSf", "--cacert", city_->ca_path(), city_->EdgeUrl() + path});
    EXPECT_EQ(said.code, 0) << path << said.text;
    return said.text;
  }

  // The output of drive.js with this client, line by line. Each run registers a person of its own.
  static std::string Drive(const std::string& client, const std::string& url,
                           const std::string& http_version = "1.1") {
    static int runs = 0;
    const std::string folder = NewTestFolder("drive");
    const common::v1::SignedCommand command =
        city_->RegistrationOf(absl::StrCat("person-", ++runs));
    common::v1::SignedCommand forged = city_->RegistrationOf(absl::StrCat("forged-", runs));
    forged.mutable_signatures(0)->mutable_signature()->back() ^= 1;
    directory::v1::ReadSession session;
    session.set_service("meetings");
    *session.mutable_expire_time() = ToTimestamp(absl::Now() + absl::Minutes(5));
    EXPECT_OK(WriteFile(folder + "/command", command.SerializeAsString()));
    EXPECT_OK(WriteFile(folder + "/forged", forged.SerializeAsString()));
    EXPECT_OK(WriteFile(folder + "/session", city_->Sign("m01", &session).SerializeAsString()));
    const Said said =
        Tell({"/usr/bin/env", "NODE_PATH=" NODE_MODULES, "HTTP_VERSION=" + http_version, "node",
              DRIVE_SCRIPT, client, url, city_->ca_path(), Descriptors(), folder + "/command",
              folder + "/forged", folder + "/session"});
    EXPECT_EQ(said.code, 0) << said.text;
    return said.text;
  }

  // `codes` are the client's names of UNAUTHENTICATED and NOT_FOUND.
  static void ExpectAllCalls(const std::string& said, const std::string& unauthenticated,
                             const std::string& not_found) {
    for (const std::string& line :
         {std::string("read: sitzung-1"),
          absl::StrCat("no such meeting: refused ", not_found, " NO_SUCH_MEETING"),
          std::string("with session: Grundstück Meier"),
          absl::StrCat("bad session: refused ", unauthenticated, " BAD_SESSION"),
          std::string("command: true"),
          absl::StrCat("forged command: refused ", unauthenticated, " BAD_SIGNATURE"),
          std::string("stream: sitzung-1"),
          absl::StrCat("stream of none: refused ", not_found, " NO_SUCH_MEETING")}) {
      EXPECT_THAT(said, HasSubstr(line + "\n"));
    }
    EXPECT_THAT(said, Not(HasSubstr("without session: Grundstück Meier")));
  }

  static City* city_;
};

City* EdgeInteropTest::city_ = nullptr;

TEST_F(EdgeInteropTest, CurlReadsAndIsToldWhyNot) {
  const Said list = Curl(city_->EdgeUrl(), "ListMeetings", "{}");
  EXPECT_EQ(list.code, 0);
  EXPECT_EQ(nlohmann::json::parse(list.text)["meetings"][0]["id"], "sitzung-1") << list.text;
  const Said none = Curl(city_->EdgeUrl(), "GetMeeting", R"({"meetingId":"none"})");
  const auto refusal = nlohmann::json::parse(none.text);
  EXPECT_EQ(refusal["code"], "not_found");
  EXPECT_EQ(refusal["details"][0]["debug"]["reason"], "NO_SUCH_MEETING");
}

TEST_F(EdgeInteropTest, ReadinessAndHealth) {
  for (const auto& [path, answer] :
       {std::pair("/healthz", "ok\n"), std::pair("/readyz", "ready\n")}) {
    const Said said =
        Tell({"/usr/bin/curl", "-sS", "--cacert", city_->ca_path(), city_->EdgeUrl() + path});
    EXPECT_EQ(said.text, answer);
  }
}

TEST_F(EdgeInteropTest, BufCallsByBothProtocols) {
  if (!HaveNode("@bufbuild/buf")) GTEST_SKIP() << "no buf: script/setup --npm";
  // google.rpc.ErrorInfo{reason: "NO_SUCH_MEETING", domain: "votum"}
  constexpr char kDetail[] = "Cg9OT19TVUNIX01FRVRJTkcSBXZvdHVt";
  const std::string schema = Descriptors();
  for (const char* const protocol : {"connect", "grpcweb"}) {
    const auto call = [&](const std::string& method, const std::string& body) {
      return Tell({NODE_MODULES "/.bin/buf", "curl", "--protocol", protocol, "--cacert",
                   city_->ca_path(), "--schema", schema, "-d", body,
                   absl::StrCat(city_->EdgeUrl(), kService, method)});
    };
    const Said list = call("ListMeetings", "{}");
    EXPECT_EQ(list.code, 0) << list.text;
    EXPECT_THAT(list.text, HasSubstr("sitzung-1")) << protocol;
    const Said none = call("GetMeeting", R"({"meetingId":"none"})");
    EXPECT_NE(none.code, 0);
    EXPECT_THAT(none.text, HasSubstr("not_found")) << protocol;
    EXPECT_THAT(none.text, HasSubstr(kDetail)) << protocol;
    EXPECT_THAT(call("WatchMeeting", R"({"meetingId":"none"})").text, HasSubstr(kDetail))
        << protocol;
  }
}

TEST_F(EdgeInteropTest, ConnectForNode) {
  if (!HaveNode("@connectrpc/connect-node")) GTEST_SKIP() << "no Connect: script/setup --npm";
  for (const char* const client : {"connect-json", "connect-binary", "connect-grpc-web"}) {
    SCOPED_TRACE(client);
    ExpectAllCalls(Drive(client, city_->EdgeUrl()), "Unauthenticated", "NotFound");
  }
}

// The examples on the page at /api/ are run as they stand there, but for the address.
TEST_F(EdgeInteropTest, TheExamplesOfThePageForProgrammersRun) {
  if (!HaveNode("@bufbuild/buf")) GTEST_SKIP() << "no buf: script/setup --npm";
  const std::string page = Page("/api/");
  size_t examples = 0;
  const std::string begin = "<pre class=\"example\" tabindex=\"0\">";
  for (size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
    const size_t start = at + begin.size();
    const std::string example =
        absl::StrReplaceAll(page.substr(start, page.find("</pre>", start) - start),
                            {{"https://votum.example.org", city_->EdgeUrl()}});
    const std::string folder = NewTestFolder("example");
    const Said said =
        Tell({"/bin/sh", "-ec",
              absl::StrCat("cd ", folder,
                           "; PATH=" NODE_MODULES "/.bin:$PATH; "
                           "export CURL_CA_BUNDLE=",
                           city_->ca_path(), " SSL_CERT_FILE=", city_->ca_path(), "\n", example)});
    EXPECT_EQ(said.code, 0) << example << said.text;
    EXPECT_FALSE(said.text.empty()) << example;
    EXPECT_THAT(said.text, Not(HasSubstr("\"code\""))) << example;
    ++examples;
  }
  EXPECT_GE(examples, 3u);
  const std::string archive = NewTestFolder("archive") + "/protos.tar.gz";
  EXPECT_OK(WriteFile(archive, Page("/api/votum-protos.tar.gz")));
  EXPECT_THAT(Tell({"/usr/bin/env", "tar", "tzf", archive}).text,
              HasSubstr("votum/meetings/v1/meetings_service.proto"));
}

TEST_F(EdgeInteropTest, TheClientOfThePageForProgrammersReadsAndActs) {
  if (!HaveNode("@connectrpc/connect-node")) GTEST_SKIP() << "no Connect: script/setup --npm";
  meetings::v1::CheckOut out;
  out.set_meeting_id("sitzung-1");
  out.set_person_id("m01");
  EXPECT_OK(city_->Do("m01", std::move(out)));
  const std::string folder = NewTestFolder("page_client");
  std::filesystem::create_directory_symlink(NODE_MODULES, folder + "/node_modules");
  EXPECT_OK(WriteFile(folder + "/client.mjs", Page("/api/client.mjs")));
  EXPECT_OK(city_->KeyOf("m01").SavePkcs8FileUnencrypted(folder + "/m01.pem"));
  const Said said = Tell(
      {"/usr/bin/env", "NODE_EXTRA_CA_CERTS=" + city_->ca_path(),
       absl::StrCat("CLOCK_AHEAD_MS=", absl::ToInt64Milliseconds(city_->Now() - absl::Now())),
       "node", folder + "/client.mjs", city_->EdgeUrl(), "m01", folder + "/m01.pem", "sitzung-1"});
  EXPECT_EQ(said.code, 0) << said.text;
  EXPECT_THAT(said.text, HasSubstr("meeting sitzung-1\n"));
  EXPECT_THAT(said.text, HasSubstr("item Grundstück Meier\n"));
  EXPECT_THAT(said.text, HasSubstr("checked in: record "));
}

TEST_F(EdgeInteropTest, GrpcWebsOwnRuntime) {
  if (!HaveNode("grpc-web") || !HaveNode("xhr2")) GTEST_SKIP() << "no grpc-web: script/setup --npm";
  ExpectAllCalls(Drive("grpc-web-text", city_->EdgeUrl()), "UNAUTHENTICATED", "NOT_FOUND");
  // In binary form, its authors say, it has no streams.
  EXPECT_THAT(Drive("grpc-web-binary", city_->EdgeUrl()), HasSubstr("command: true\n"));
}

size_t ResidentBytes(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/statm"));
  size_t all = 0;
  size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// Over TLS, through the edge and the meetings service, which share a process here: what a stream
// costs both.
TEST_F(EdgeInteropTest, AThousandStreamsOfOthersOverTls) {
  if (votum::testing::Run({"/usr/bin/env", "node", "--version"}, "/dev/null") != 0 ||
      !HaveNode("@bufbuild/protobuf"))
    GTEST_SKIP() << "no node: script/setup --npm";
  constexpr int kStreams = 1000;
  // 64 KiB, and the service's end of the call.
  constexpr size_t kMostBytesOfStream = size_t{80} << 10;
  const pid_t pid = city_->ProcessOf("meetings").pid();
  const size_t before = ResidentBytes(pid);
  const std::string command =
      absl::StrCat("exec env NODE_PATH=" NODE_MODULES " node " DRIVE_SCRIPT " 'streams ", kStreams,
                   "' ", city_->EdgeUrl(), " ", city_->ca_path(), " ", Descriptors());
  // Its standard input stays open until the streams are to end.
  int input[2];
  int output[2];
  ASSERT_EQ(pipe(input), 0);
  ASSERT_EQ(pipe(output), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    for (const int fd : {input[0], input[1], output[0], output[1]}) close(fd);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  close(input[0]);
  close(output[1]);
  char said[16] = {};
  EXPECT_GT(read(output[0], said, sizeof(said) - 1), 0);
  EXPECT_STREQ(said, "open\n");
  const size_t used = ResidentBytes(pid) - before;
  std::cout << "a stream over TLS takes " << used / kStreams << " bytes, its service included\n";
  EXPECT_LT(used, kMostBytesOfStream * kStreams);
  // Others are served.
  EXPECT_EQ(Curl(city_->EdgeUrl(), "ListMeetings", "{}").code, 0);
  close(input[1]);
  close(output[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
}

// Debian's nginx with the configuration that we ship, apart from names, ports and certificates.
class NginxTest : public ::testing::Test {
 protected:
  NginxTest() : folder_(NewTestFolder("nginx")), port_(FreeBasePort()) {}

  // Makes the edge speak plain HTTP on loopback.
  static void MakePlain(const std::string& folder) {
    const std::string path = folder + "/votum.textproto";
    const std::string config = *ReadFile(path);
    const size_t end = config.find('}', config.find("\ngateways {"));
    EXPECT_OK(WriteFile(
        path, absl::StrCat(config.substr(0, end), "plain_http: true ", config.substr(end))));
  }

  std::string Configuration(const City& city) const {
    const std::string edge = absl::StrReplaceAll(city.EdgeUrl(), {{"https://", ""}});
    const std::string site =
        absl::StrReplaceAll(*ReadFile(NGINX_CONF),
                            {{"server 127.0.0.1:7467", "server " + edge},
                             {"listen 443 ssl", absl::StrCat("listen 127.0.0.1:", port_, " ssl")},
                             {"  listen [::]:443 ssl http2 so_keepalive=15s:5s:3;\n", ""},
                             {"server_name votum.example.org", "server_name localhost"},
                             {"/etc/letsencrypt/live/votum.example.org/fullchain.pem",
                              city.folder() + "/tls/gateway.pem"},
                             {"/etc/letsencrypt/live/votum.example.org/privkey.pem",
                              city.folder() + "/tls/gateway.pem"}});
    return absl::StrCat(
        "daemon off; master_process off; pid ", folder_, "/pid; error_log ", folder_,
        "/error.log; events {} http { access_log off; client_body_temp_path ", folder_,
        "/body; proxy_temp_path ", folder_, "/proxy; fastcgi_temp_path ", folder_,
        "/f; uwsgi_temp_path ", folder_, "/u; scgi_temp_path ", folder_, "/s;\n", site, "}\n");
  }

  const std::string folder_;
  const int port_;
};

TEST_F(NginxTest, CarriesAllOverHttp2) {
  if (!std::filesystem::exists("/usr/sbin/nginx")) GTEST_SKIP() << "no nginx: script/setup";
  City::Options options;
  options.layout = City::Layout::kOneProcess;
  options.gateway = true;
  options.prepare = MakePlain;
  City city(NewTestFolder("behind"), options);
  ASSERT_OK(WriteFile(folder_ + "/nginx.conf", Configuration(city)));
  Process nginx({"/usr/sbin/nginx", "-c", folder_ + "/nginx.conf", "-p", folder_},
                folder_ + "/log");
  nginx.Start();
  const std::string url = absl::StrCat("https://127.0.0.1:", port_);
  const auto curl = [&](const std::string& path, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"/usr/bin/curl", "-sS",      "-i",
                                          "--http2",       "--cacert", city.ca_path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(url + path);
    const std::string output = NewTestFolder("said") + "/out";
    votum::testing::Run(arguments, output);
    return *ReadFile(output);
  };
  ASSERT_TRUE(Await([&] { return absl::StartsWith(curl("/healthz", {}), "HTTP/2 200"); }))
      << ReadFile(folder_ + "/error.log").value_or("");
  const std::vector<std::string> json = {"-H", "content-type: application/json", "-d", "{}"};
  EXPECT_THAT(curl("/votum.directory.v1.DirectoryService/ListPersons", json),
              StartsWith("HTTP/2 "));
  EXPECT_THAT(curl("/votum.meetings.v1.MeetingsService/ListMeetings", json),
              StartsWith("HTTP/2 200"));
  const std::string none = curl("/votum.meetings.v1.MeetingsService/GetMeeting", json);
  EXPECT_THAT(none, StartsWith("HTTP/2 404"));
  EXPECT_THAT(none, HasSubstr("NO_SUCH_MEETING"));
  // A stream that is refused, piece by piece.
  EXPECT_OK(WriteFile(folder_ + "/request", std::string("\0\0\0\0\x02{}", 7)));
  EXPECT_THAT(curl("/votum.meetings.v1.MeetingsService/WatchMeeting",
                   {"-H", "content-type: application/connect+json", "--data-binary",
                    absl::StrCat("@", folder_, "/request")}),
              HasSubstr("NO_SUCH_MEETING"));
  EXPECT_THAT(curl("/votum.ledger.v1.LedgerService/Append", json), StartsWith("HTTP/2 404"));
  EXPECT_EQ(nginx.Stop(), 0);
}

}  // namespace
}  // namespace votum::testing
