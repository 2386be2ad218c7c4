// RPCs over HTTP to a service behind: real sockets, mutual TLS to the service, a service that says
// what it sees of its caller.

#include "services/gateway/rpc_edge.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/certificates.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "platform/grpc/connect.h"
#include "platform/grpc/credentials.h"
#include "platform/grpc/status.h"
#include "services/runtime/freshness.h"
#include "services/runtime/host.h"
#include "services/runtime/read_access.h"
#include "services/runtime/reader_teller.h"
#include "tests/harness/await.h"
#include "votum/meetings/v1/meetings_service.grpc.pb.h"

namespace votum::gateway {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace mv1 = meetings::v1;

constexpr char kGetMotion[] = "/votum.meetings.v1.MeetingsService/GetMotion";
constexpr char kWatch[] = "/votum.meetings.v1.MeetingsService/WatchMeeting";
constexpr char kCastVote[] = "/votum.meetings.v1.MeetingsService/CastVote";

// How many streams are open, and how many messages they have been given.
struct Streams {
  std::atomic<int> open{0};
  std::atomic<int> messages{0};
};

// Sends one small message and then nothing; of the meeting "flood", large messages without end.
class Stream final : public grpc::ServerWriteReactor<mv1::WatchMeetingResponse> {
 public:
  Stream(const std::string& meeting, Streams* streams)
      : streams_(*streams), floods_(meeting == "flood") {
    ++streams_.open;
    message_.set_index(7);
    if (floods_) message_.mutable_attendance()->set_meeting_id(std::string(1 << 20, 'x'));
    if (meeting == "none") {
      Finish(ToGrpc(Refuse(Reason::kNoSuchMeeting, "no such meeting")));
    } else {
      StartWrite(&message_);
    }
  }
  void OnWriteDone(bool ok) override {
    ++streams_.messages;
    if (ok && floods_) StartWrite(&message_);
    if (!ok)
      Finish(grpc::Status::CANCELLED);
    else if (cancelled_)
      Finish(grpc::Status::CANCELLED);
    else
      idle_ = !floods_;
  }
  void OnCancel() override {
    cancelled_ = true;
    if (idle_.exchange(false)) Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    --streams_.open;
    delete this;
  }

 private:
  Streams& streams_;
  const bool floods_;
  mv1::WatchMeetingResponse message_;
  std::atomic<bool> idle_{false};
  std::atomic<bool> cancelled_{false};
};

class Meetings final
    : public mv1::MeetingsService::WithCallbackMethod_WatchMeeting<mv1::MeetingsService::Service> {
 public:
  grpc::Status GetMotion(grpc::ServerContext* context, const mv1::GetMotionRequest* request,
                         mv1::GetMotionResponse* response) override {
    if (request->motion_id() == "none")
      return ToGrpc(Refuse(Reason::kNoSuchMotion, "there is no motion \"none\""));
    if (request->motion_id() == "slow") {
      ++slow;
      EXPECT_TRUE(testing::Await([&] { return context->IsCancelled(); }));
      ++cancelled;
      return grpc::Status::CANCELLED;
    }
    if (request->motion_id() == "old") context->AddInitialMetadata(kStateAgeMetadata, "42");
    if (request->motion_id() == "old and refused") {
      context->AddInitialMetadata(kStateAgeMetadata, "42");
      return ToGrpc(Refuse(Reason::kNoSuchMotion, "there is no such motion"));
    }
    // As ReaderTeller does.
    const auto session = context->client_metadata().find(kSessionMetadata);
    if (session != context->client_metadata().end()) {
      const absl::string_view bytes(session->second.data(), session->second.size());
      if (bytes == "no session") return ToGrpc(Refuse(Reason::kBadSession, "this is no session"));
      if (absl::StartsWith(bytes, "of "))
        context->AddInitialMetadata(kReaderMetadata, std::string(bytes.substr(3)));
    }
    // The service answers with whom it takes the caller for.
    std::string seen =
        absl::StrCat("service=", PeerService(*context), " caller=", CallerOf(*context));
    for (const auto& [name, value] : context->client_metadata()) {
      if (absl::StartsWith(absl::string_view(name.data(), name.size()), "votum-"))
        absl::StrAppend(&seen, " ", absl::string_view(name.data(), name.size()), "=",
                        absl::BytesToHexString({value.data(), value.size()}));
    }
    response->mutable_motion()->set_proposition(seen);
    return grpc::Status::OK;
  }
  grpc::ServerWriteReactor<mv1::WatchMeetingResponse>* WatchMeeting(
      grpc::CallbackServerContext* context, const mv1::WatchMeetingRequest* request) override {
    if (request->meeting_id() == "old") context->AddInitialMetadata(kStateAgeMetadata, "42");
    return new Stream(request->meeting_id(), &streams);
  }

  std::atomic<int> slow{0};  // reads that end only when they are cancelled
  std::atomic<int> cancelled{0};
  Streams streams;
};

struct Answer {
  std::string head;
  std::string body;
};

class RpcEdgeTest : public ::testing::Test {
 protected:
  RpcEdgeTest()
      : folder_(NewTestFolder("edge")), authority_(*crypto::MakeAuthority("test", absl::Now())) {
    EXPECT_OK(WriteFile(folder_ + "/ca.crt", authority_.certificate_pem));
    host_ = *Host::Start({"127.0.0.1:0"}, ServerTls(TlsOf("meetings"), Callers::kAnybody),
                         {{mv1::MeetingsService::service_full_name(), &meetings_}});
  }
  void Start(http::Limits limits = {}, const EdgeLimits& calls = {}) {
    edge_ = std::make_unique<RpcEdge>(ServiceChannels{{"meetings", ChannelOf(kGateway)}},
                                      ServiceChannels{{"meetings", ChannelOf(kGateway)}}, calls);
    limits.connections = 4000;
    limits.connections_per_address = 4000;
    limits.body_bytes_for = [this](const http::Request& request) {
      return edge_->MostBytesOf(request);
    };
    server_ = *http::Server::ListenLater(
        "127.0.0.1", 0,
        [this](http::Request request, std::shared_ptr<http::Reply> reply) {
          edge_->Handle(std::move(request), std::move(reply));
        },
        limits);
    thread_ = std::thread([this] { server_->Run(); });
  }
  void TearDown() override {
    if (edge_ != nullptr) {
      edge_->Stop();
      server_->Stop();
      thread_.join();
    }
    host_->Stop(absl::ZeroDuration());
  }

  TlsFiles TlsOf(const std::string& service) {
    const std::string path = absl::StrCat(folder_, "/", service, ".pem");
    const auto own = crypto::IssueServiceCertificate(
        authority_, {service, {"localhost"}, {"127.0.0.1"}}, absl::Now());
    EXPECT_OK(own);
    EXPECT_OK(WriteFile(path, absl::StrCat(own->certificate_pem, own->key_pem.Reveal())));
    return {path, folder_ + "/ca.crt"};
  }
  // To the service itself, with the certificate of `service`.
  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& service) {
    return ConnectPatientlyTo(absl::StrCat("127.0.0.1:", host_->ports()[0]),
                              ServiceClientTls(TlsOf(service)));
  }

  int Connect() const {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  static std::string RequestText(const std::string& method, const std::string& path,
                                 const std::string& type, const std::string& body,
                                 const std::string& headers) {
    return absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n",
                        type.empty() ? "" : absl::StrCat("Content-Type: ", type, "\r\n"), headers,
                        "Content-Length: ", body.size(), "\r\n\r\n", body);
  }
  static Answer ReadAnswer(int fd) {
    std::string all;
    char buffer[65536];
    for (ssize_t count; (count = read(fd, buffer, sizeof(buffer))) > 0;)
      all.append(buffer, static_cast<size_t>(count));
    close(fd);
    const size_t end = all.find("\r\n\r\n");
    if (end == std::string::npos) return {all, ""};
    Answer answer = {all.substr(0, end + 2), all.substr(end + 4)};
    if (absl::StrContains(answer.head, "Transfer-Encoding: chunked"))
      answer.body = Unchunked(answer.body);
    return answer;
  }
  static std::string Unchunked(absl::string_view chunks) {
    std::string body;
    while (!chunks.empty()) {
      const size_t line = chunks.find("\r\n");
      const size_t size = std::stoul(std::string(chunks.substr(0, line)), nullptr, 16);
      absl::StrAppend(&body, chunks.substr(line + 2, size));
      chunks.remove_prefix(std::min(chunks.size(), line + size + 4));
    }
    return body;
  }
  Answer Ask(const std::string& path, const std::string& type, const std::string& body,
             const std::string& headers = "", const std::string& method = "POST") const {
    const int fd = Connect();
    const std::string request = RequestText(method, path, type, body, headers);
    EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    return ReadAnswer(fd);
  }
  // The caller that the service takes the sender of these headers for.
  std::string SeenOf(const std::string& headers) const {
    const Answer answer = Ask(kGetMotion, "application/json", "{}", headers);
    EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 ")) << answer.body;
    return nlohmann::json::parse(answer.body)["motion"]["proposition"];
  }
  // The same of a caller who comes by gRPC, with a certificate.
  std::string SeenDirectly(const std::shared_ptr<grpc::Channel>& channel) const {
    grpc::ClientContext context;
    context.AddMetadata(kCallerMetadata, "192.0.2.1");
    mv1::GetMotionResponse response;
    EXPECT_OK(FromGrpc(mv1::MeetingsService::NewStub(channel)->GetMotion(
        &context, mv1::GetMotionRequest(), &response)));
    return response.motion().proposition();
  }

  const std::string folder_;
  const crypto::CertificateWithKey authority_;
  Meetings meetings_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<RpcEdge> edge_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

// ---------------------------------------------------------------------------------------------------------------------
// Rights

TEST_F(RpcEdgeTest, ACallByTheEdgeIsNoServicesButItsClients) {
  http::Limits limits;
  limits.behind_proxy = true;
  Start(limits);
  const std::string metadata = absl::StrCat(" votum-caller=", absl::BytesToHexString("192.0.2.7"));
  EXPECT_EQ(SeenOf("X-Forwarded-For: 192.0.2.7\r\n"),
            absl::StrCat("service= caller=ipv4:192.0.2.7", metadata));
  EXPECT_EQ(SeenOf("X-Forwarded-For: 10.0.0.1, 192.0.2.7\r\n"),
            absl::StrCat("service= caller=ipv4:192.0.2.7", metadata));
  // Nothing that a client says of itself comes through.
  EXPECT_EQ(
      SeenOf("X-Forwarded-For: 192.0.2.7\r\nVotum-Caller: 10.0.0.1\r\nVotum-Service: ledger\r\n"),
      absl::StrCat("service= caller=ipv4:192.0.2.7", metadata));
  EXPECT_THAT(
      SeenOf(
          "X-Forwarded-For: 192.0.2.7\r\nVotum-Min-Index: 12\r\nVotum-Session-Bin: AAEC/w==\r\n"),
      HasSubstr("votum-min-index=3132 votum-session-bin=000102ff"));
}

TEST_F(RpcEdgeTest, NobodyElseSaysForWhomHeCalls) {
  EXPECT_THAT(SeenDirectly(ChannelOf("papers")), StartsWith("service=papers caller= "));
  EXPECT_THAT(SeenDirectly(ChannelOf(kGateway)), StartsWith("service= caller=ipv4:192.0.2.1 "));
  EXPECT_THAT(SeenDirectly(ChannelOf(kVisitor)), StartsWith("service= caller=ipv4:127.0.0.1 "));
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = authority_.certificate_pem;
  EXPECT_THAT(SeenDirectly(ConnectPatientlyTo(absl::StrCat("127.0.0.1:", host_->ports()[0]),
                                              grpc::SslCredentials(options))),
              StartsWith("service= caller=ipv4:127.0.0.1 "));
}

TEST_F(RpcEdgeTest, AnAddressOfAClientWithoutProxyIsItsOwn) {
  Start();
  EXPECT_THAT(SeenOf("X-Forwarded-For: 192.0.2.7\r\n"),
              StartsWith("service= caller=ipv4:127.0.0.1 "));
}

// ---------------------------------------------------------------------------------------------------------------------
// Calls

TEST_F(RpcEdgeTest, OneReadInEachFormat) {
  Start();
  mv1::GetMotionRequest request;
  request.set_motion_id("m1");
  const std::string bytes = request.SerializeAsString();
  const std::string framed = WrapMessage({RpcProtocol::kGrpcWeb, false}, bytes);
  const struct {
    const char* type;
    std::string body;
    size_t prefix;
  } kCases[] = {{"application/proto", bytes, 0},
                {"application/grpc-web+proto", framed, 5},
                {"application/grpc-web", framed, 5}};
  for (const auto& row : kCases) {
    const Answer answer = Ask(kGetMotion, row.type, row.body);
    EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 ")) << row.type;
    EXPECT_THAT(answer.body.substr(row.prefix), HasSubstr("caller=ipv4:127.0.0.1")) << row.type;
    if (row.prefix > 0) EXPECT_THAT(answer.body, EndsWith("grpc-status:0\r\n"));
  }
  const Answer text = Ask(kGetMotion, "application/grpc-web-text", absl::Base64Escape(framed));
  EXPECT_THAT(text.head, HasSubstr("Content-Type: application/grpc-web-text+proto\r\n"));
  EXPECT_THAT(text.body, StartsWith("AAAAA"));
  EXPECT_THAT(Ask(kGetMotion, "application/json", R"({"motionId":"m1"})").body,
              StartsWith(R"({"motion":{"proposition":"service= )"));
}

TEST_F(RpcEdgeTest, RefusalsArriveWithReasonAndDetails) {
  Start();
  const Answer connect = Ask(kGetMotion, "application/json", R"({"motionId":"none"})");
  EXPECT_THAT(connect.head, StartsWith("HTTP/1.1 404 "));
  const auto json = nlohmann::json::parse(connect.body);
  EXPECT_EQ(json["code"], "not_found");
  EXPECT_EQ(json["message"], "there is no motion \"none\"");
  EXPECT_EQ(json["details"][0]["debug"]["reason"], "NO_SUCH_MOTION");
  mv1::GetMotionRequest request;
  request.set_motion_id("none");
  const Answer web = Ask(kGetMotion, "application/grpc-web+proto",
                         WrapMessage({RpcProtocol::kGrpcWeb, false}, request.SerializeAsString()));
  EXPECT_THAT(web.body.substr(5), StartsWith("grpc-status:5\r\ngrpc-message:there is no motion"));
  EXPECT_THAT(web.body, HasSubstr("grpc-status-details-bin:"));
}

TEST_F(RpcEdgeTest, WhatIsNoCallIsRefusedByHttp) {
  Start();
  const struct {
    const char* method;
    const char* path;
    const char* type;
    std::string body;
    const char* status;
  } kCases[] = {
      {"POST", "/votum.meetings.v1.MeetingsService/NoSuch", "application/json", "{}", "404"},
      {"POST", "/votum.ledger.v1.LedgerService/Append", "application/proto", "", "404"},
      {"POST", "/votum.publication.v1.LogService/Subscribe", "application/connect+proto", "",
       "404"},
      {"POST", "/votum.runtime.v1.RuntimeService/GetProjection", "application/json", "{}", "404"},
      {"GET", kGetMotion, "application/json", "", "405"},
      {"PUT", kGetMotion, "application/json", "{}", "405"},
      {"POST", kGetMotion, "", "{}", "415"},
      {"POST", kGetMotion, "text/plain", "{}", "415"},
      {"POST", kGetMotion, "application/connect+json", "", "415"},  // one answer, not a stream
      {"POST", kWatch, "application/json", "{}", "415"},            // a stream, not one answer
      {"POST", kGetMotion, "application/json", "{", "400"},
      {"POST", kGetMotion, "application/json", R"({"noSuchField":1})", "400"},
      {"POST", kGetMotion, "application/proto", std::string(kMostReadBytes + 1, 'x'), "413"},
      {"POST", kCastVote, "application/json", std::string(kMostJsonBytes + 1, ' '), "413"},
      {"POST", "/votum.papers.v1.PapersService/GetPaper", "application/json", "{}", "404"},
  };
  for (const auto& row : kCases) {
    const Answer answer = Ask(row.path, row.type, row.body, "", row.method);
    EXPECT_THAT(answer.head, StartsWith(absl::StrCat("HTTP/1.1 ", row.status, " ")))
        << row.method << " " << row.path << " " << row.type;
  }
  for (const char* header :
       {"Content-Encoding: gzip\r\n", "Connect-Timeout-Ms: soon\r\n", "Votum-Session-Bin: *\r\n"}) {
    const Answer answer = Ask(kGetMotion, "application/json", "{}", header);
    EXPECT_THAT(answer.head,
                ::testing::AnyOf(StartsWith("HTTP/1.1 400 "), StartsWith("HTTP/1.1 501 ")))
        << header;
    EXPECT_TRUE(nlohmann::json::parse(answer.body).contains("code")) << header;
  }
}

TEST_F(RpcEdgeTest, ACallEndsWithItsTimeAndWithItsClient) {
  Start();
  const Answer late =
      Ask(kGetMotion, "application/json", R"({"motionId":"slow"})", "Connect-Timeout-Ms: 100\r\n");
  EXPECT_THAT(late.head, StartsWith("HTTP/1.1 504 "));
  EXPECT_EQ(nlohmann::json::parse(late.body)["code"], "deadline_exceeded");
  EXPECT_TRUE(testing::Await([this] { return meetings_.cancelled == 1; }));
  const int fd = Connect();
  const std::string request =
      RequestText("POST", kGetMotion, "application/json", R"({"motionId":"slow"})", "");
  EXPECT_GT(send(fd, request.data(), request.size(), MSG_NOSIGNAL), 0);
  EXPECT_TRUE(testing::Await([this] { return meetings_.slow == 2; }));
  close(fd);
  EXPECT_TRUE(testing::Await([this] { return meetings_.cancelled == 2; }));
}

TEST_F(RpcEdgeTest, OtherOriginsMayReadWhatIsPublicAndNothingElse) {
  Start();
  constexpr char kAllow[] = "Access-Control-Allow-Origin";
  EXPECT_THAT(Ask(kGetMotion, "application/json", "{}").head,
              HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(Ask(kGetMotion, "application/json", "{}", "Votum-Session-Bin: AAEC\r\n").head,
              Not(HasSubstr(kAllow)));
  const Answer read = Ask(kGetMotion, "", "", "Origin: https://other.example\r\n", "OPTIONS");
  EXPECT_THAT(read.head, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(read.head, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(read.head, Not(HasSubstr("Session")));
  EXPECT_THAT(read.head, Not(HasSubstr("Credentials")));
  const Answer command = Ask(kCastVote, "", "", "Origin: https://other.example\r\n", "OPTIONS");
  EXPECT_THAT(command.head, Not(HasSubstr(kAllow)));
  EXPECT_THAT(Ask(kCastVote, "application/proto", "").head, Not(HasSubstr(kAllow)));
}

TEST_F(RpcEdgeTest, AnAddressHasItsShareOfCalls) {
  http::Limits limits;
  limits.behind_proxy = true;
  EdgeLimits calls;
  calls.reads = {2, 3};
  Start(limits, calls);
  const auto watch = [this](const std::string& from) {
    const int fd = Connect();
    const std::string request = RequestText("POST", kWatch, "application/connect+json",
                                            WrapMessage({RpcProtocol::kConnectStream, true}, "{}"),
                                            absl::StrCat("X-Forwarded-For: ", from, "\r\n"));
    EXPECT_GT(send(fd, request.data(), request.size(), MSG_NOSIGNAL), 0);
    return fd;
  };
  const int first = watch("192.0.2.1");
  const int second = watch("192.0.2.1");
  ASSERT_TRUE(testing::Await([this] { return meetings_.streams.open == 2; }));
  const Answer third = Ask(kGetMotion, "application/json", "{}", "X-Forwarded-For: 192.0.2.1\r\n");
  EXPECT_THAT(third.head, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(third.head, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_THAT(third.body, HasSubstr("TOO_MANY_WAITING_READS"));
  EXPECT_THAT(Ask(kGetMotion, "application/json", "{}", "X-Forwarded-For: 192.0.2.2\r\n").head,
              StartsWith("HTTP/1.1 200 "));
  close(first);
  EXPECT_TRUE(testing::Await([this] { return meetings_.streams.open == 1; }));
  EXPECT_TRUE(testing::Await([this] {
    return absl::StartsWith(
        Ask(kGetMotion, "application/json", "{}", "X-Forwarded-For: 192.0.2.1\r\n").head,
        "HTTP/1.1 200 ");
  }));
  close(second);
}

// The header for the session of `person`, or with "" for bytes that are none.
std::string SessionHeader(const std::string& person) {
  return absl::StrCat("Votum-Session-Bin: ",
                      absl::Base64Escape(person.empty() ? "no session" : "of " + person), "\r\n");
}

// A hall of many behind one address, in which somebody takes all that the address has.
TEST_F(RpcEdgeTest, ASessionLeavesTheShareOfItsAddressOnceAServiceHasNamedItsPerson) {
  EdgeLimits calls;
  calls.reads = {1, 100};
  calls.commands = {1, 100};
  calls.unproved = {1, 100};
  calls.persons = {2, 100};
  Start({}, calls);
  const auto hold = [this](const std::string& headers) {
    const int fd = Connect();
    const int before = meetings_.slow;
    const std::string request =
        RequestText("POST", kGetMotion, "application/json", R"({"motionId":"slow"})", headers);
    EXPECT_GT(send(fd, request.data(), request.size(), MSG_NOSIGNAL), 0);
    EXPECT_TRUE(testing::Await([&] { return meetings_.slow == before + 1; }));
    return fd;
  };
  const auto status = [this](const std::string& headers, const char* method = kGetMotion) {
    const Answer answer = Ask(method, "application/proto", "", headers);
    return answer.head.substr(0, answer.head.find(' ', 9));
  };
  std::vector<int> open = {hold("")};
  EXPECT_EQ(status(""), "HTTP/1.1 429") << "the address has its share";
  EXPECT_EQ(status(SessionHeader("m01")), "HTTP/1.1 200");
  EXPECT_EQ(status(SessionHeader("")), "HTTP/1.1 401") << "has left its place at once";
  EXPECT_EQ(status(SessionHeader("m02")), "HTTP/1.1 200");

  // Bytes that are not known take the share that they have, and none of those who are.
  open.push_back(hold(SessionHeader("")));
  for (const char* unknown : {"", "m03"})
    EXPECT_EQ(status(SessionHeader(unknown)), "HTTP/1.1 429") << unknown;
  open.push_back(hold(SessionHeader("m01")));
  open.push_back(hold(SessionHeader("m01")));
  EXPECT_EQ(status(SessionHeader("m01")), "HTTP/1.1 429") << "a person has a share too";
  EXPECT_EQ(status(SessionHeader("m02")), "HTTP/1.1 200");
  // A command counts for the person too, if it brings the session.
  EXPECT_NE(status(SessionHeader("m02"), kCastVote), "HTTP/1.1 429");
  EXPECT_EQ(status(SessionHeader("m01"), kCastVote), "HTTP/1.1 429");
  for (const int fd : open) close(fd);
}

// ---------------------------------------------------------------------------------------------------------------------
// The headers beside a service's answer

TEST_F(RpcEdgeTest, TheAgeOfAStateComesInEachFormatAndIsForOtherOriginsToo) {
  Start();
  constexpr char kAge[] = "\r\nvotum-state-age: 42\r\n";
  for (const char* motion : {"old", "old and refused"}) {
    mv1::GetMotionRequest request;
    request.set_motion_id(motion);
    const std::string bytes = request.SerializeAsString();
    for (const auto& [type, body] : std::vector<std::pair<const char*, std::string>>{
             {"application/proto", bytes},
             {"application/json", absl::StrCat(R"({"motionId":")", motion, R"("})")},
             {"application/grpc-web+proto", WrapMessage({RpcProtocol::kGrpcWeb, false}, bytes)}}) {
      const Answer answer = Ask(kGetMotion, type, body);
      EXPECT_THAT(answer.head, HasSubstr(kAge)) << motion << " " << type;
      EXPECT_THAT(answer.head, HasSubstr("Access-Control-Expose-Headers: Retry-After, "
                                         "votum-state-age\r\n"))
          << motion << " " << type;
    }
  }
  EXPECT_THAT(Ask(kGetMotion, "application/json", "{}").head, Not(HasSubstr(kAge)));
  const Answer stream =
      Ask(kWatch, "application/connect+json",
          WrapMessage({RpcProtocol::kConnectStream, true}, R"({"meetingId":"old"})"),
          "Connect-Timeout-Ms: 500\r\n");
  EXPECT_THAT(stream.head, HasSubstr(kAge));
  EXPECT_THAT(stream.body.substr(5), StartsWith(R"({"index":"7"})"));
}

// ---------------------------------------------------------------------------------------------------------------------
// Streams

TEST_F(RpcEdgeTest, AStreamThatIsRefusedSaysWhy) {
  Start();
  const Answer connect =
      Ask(kWatch, "application/connect+json",
          WrapMessage({RpcProtocol::kConnectStream, true}, R"({"meetingId":"none"})"));
  EXPECT_THAT(connect.head, StartsWith("HTTP/1.1 200 "));
  ASSERT_GT(connect.body.size(), 5u);
  EXPECT_EQ(connect.body[0], '\x02');
  const auto end = nlohmann::json::parse(connect.body.substr(5));
  EXPECT_EQ(end["error"]["code"], "not_found");
  EXPECT_EQ(end["error"]["details"][0]["debug"]["reason"], "NO_SUCH_MEETING");
  mv1::WatchMeetingRequest request;
  request.set_meeting_id("none");
  const Answer web = Ask(kWatch, "application/grpc-web+proto",
                         WrapMessage({RpcProtocol::kGrpcWeb, false}, request.SerializeAsString()));
  EXPECT_THAT(web.body.substr(5), StartsWith("grpc-status:5\r\n"));
}

TEST_F(RpcEdgeTest, AStreamBringsItsMessagesAndEndsWithItsTime) {
  Start();
  const Answer answer =
      Ask(kWatch, "application/connect+json",
          WrapMessage({RpcProtocol::kConnectStream, true}, R"({"meetingId":"m"})"),
          "Connect-Timeout-Ms: 500\r\n");
  EXPECT_THAT(answer.body.substr(5), StartsWith(R"({"index":"7"})"));
  EXPECT_THAT(answer.body, HasSubstr("deadline_exceeded"));
  EXPECT_TRUE(testing::Await([this] { return meetings_.streams.open == 0; }));
}

TEST_F(RpcEdgeTest, WhoDoesNotReadIsDroppedAndHoldsUpOnlyHimself) {
  http::Limits limits;
  limits.seconds = 1;
  Start(limits);
  const int fd = Connect();
  mv1::WatchMeetingRequest flood;
  flood.set_meeting_id("flood");
  const std::string request =
      RequestText("POST", kWatch, "application/grpc-web+proto",
                  WrapMessage({RpcProtocol::kGrpcWeb, false}, flood.SerializeAsString()), "");
  EXPECT_GT(send(fd, request.data(), request.size(), MSG_NOSIGNAL), 0);
  ASSERT_TRUE(testing::Await([this] { return meetings_.streams.open == 1; }));
  EXPECT_THAT(Ask(kGetMotion, "application/json", "{}").head, StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(testing::Await([this] { return meetings_.streams.open == 0; }));
  // As much as the sockets and gRPC hold, and one message here: not what the service would have sent.
  EXPECT_LT(meetings_.streams.messages, 64);
  close(fd);
}

size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t all = 0;
  size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

size_t Threads() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "Threads:")) return std::stoul(line.substr(8));
  }
  return 0;
}

// The edge, its service and the clients together: all in this process.
TEST_F(RpcEdgeTest, AThousandStreamsCostNoThreadsAndLittleMemory) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 4096) GTEST_SKIP() << "too few descriptors";
  EdgeLimits calls;
  calls.reads = {2000, 2000};
  Start({}, calls);
  constexpr int kStreams = 1000;
#if __has_feature(address_sanitizer)
  constexpr size_t kMostBytesOfStream = size_t{256} << 10;  // what is freed is kept a while
#else
  constexpr size_t kMostBytesOfStream = size_t{64} << 10;
#endif
  std::vector<int> open;
  const auto watch = [&](int count) {
    const std::string request =
        RequestText("POST", kWatch, "application/connect+json",
                    WrapMessage({RpcProtocol::kConnectStream, true}, R"({"meetingId":"m"})"), "");
    for (int i = 0; i < count; ++i) {
      open.push_back(Connect());
      EXPECT_GT(send(open.back(), request.data(), request.size(), MSG_NOSIGNAL), 0);
    }
    EXPECT_TRUE(testing::Await(
        [&] { return meetings_.streams.messages == static_cast<int>(open.size()); }));
  };
  watch(100);
  const size_t threads = Threads();
  const size_t before = ResidentBytes();
  watch(kStreams);
  const size_t used = ResidentBytes() - before;
  RecordProperty("bytes_of_stream", static_cast<int>(used / kStreams));
  std::cout << "a stream takes " << used / kStreams << " bytes, client and service included\n";
  EXPECT_LT(used, kMostBytesOfStream * kStreams);
  EXPECT_LT(Threads(), threads + 50);
  for (const int fd : open) close(fd);
  EXPECT_TRUE(testing::Await([this] { return meetings_.streams.open == 0; }));
}

TEST_F(RpcEdgeTest, ItsEndIsNotHeldUp) {
  Start();
  const int fd = Connect();
  const std::string request =
      RequestText("POST", kWatch, "application/connect+json",
                  WrapMessage({RpcProtocol::kConnectStream, true}, R"({"meetingId":"m"})"), "");
  EXPECT_GT(send(fd, request.data(), request.size(), MSG_NOSIGNAL), 0);
  ASSERT_TRUE(testing::Await([this] { return meetings_.streams.messages == 1; }));
  edge_->Stop();
  EXPECT_TRUE(testing::Await([this] { return meetings_.streams.open == 0; }));
  EXPECT_THAT(Ask(kGetMotion, "application/json", "{}").head, StartsWith("HTTP/1.1 503 "));
  close(fd);
}

}  // namespace
}  // namespace votum::gateway
