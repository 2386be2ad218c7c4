// The server over real sockets with raw requests, and over TLS with libcurl.

#include "platform/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/certificates.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "platform/http/rate_limiter.h"
#include "tests/harness/await.h"

namespace votum::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpServerTest : public ::testing::Test {
 protected:
  static Answer Echo(const Request& request) {
    return {200, "text/plain",
            absl::StrCat(request.method, " ", request.target, " ", request.body.size())};
  }

  void Start(Limits limits, Server::Handler handler = Echo, ServerTls tls = {}) {
    auto server = Server::Listen("127.0.0.1", 0, std::move(handler), limits, std::move(tls));
    ASSERT_OK(server);
    server_ = *std::move(server);
    thread_ = std::thread([this] { server_->Run(); });
  }
  void StartLater(Limits limits, Server::LaterHandler handler) {
    auto server = Server::ListenLater("127.0.0.1", 0, std::move(handler), std::move(limits));
    ASSERT_OK(server);
    server_ = *std::move(server);
    thread_ = std::thread([this] { server_->Run(); });
  }
  void TearDown() override {
    server_->Stop();
    thread_.join();
  }

  int Connect() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience = {30, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }

  // All bytes received until the server closes.
  static std::string ReadAll(int fd) {
    std::string all;
    char buffer[4096];
    for (;;) {
      const ssize_t count = read(fd, buffer, sizeof(buffer));
      if (count <= 0) break;
      all.append(buffer, static_cast<size_t>(count));
    }
    close(fd);
    return all;
  }

  // The bytes that the server sends after `bytes`, until it closes.
  std::string Talk(const std::string& bytes) {
    const int fd = Connect();
    EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    return ReadAll(fd);
  }

  // The beginning of the answer to `request` on an open connection.
  static std::string AskOn(int fd, const std::string& request) {
    EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    char buffer[4096];
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    return {buffer, static_cast<size_t>(std::max<ssize_t>(count, 0))};
  }

  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(HttpServerTest, AnswersOneAfterTheOtherOnOneConnection) {
  Start({});
  const std::string answers = Talk(
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answers, HasSubstr("\r\n\r\nPOST /a 3HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answers, ::testing::EndsWith("\r\n\r\nGET /b 0"));
}

TEST_F(HttpServerTest, AHeadAnswerHasNoBody) {
  Start({});
  const std::string answer = Talk("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, LimitsBodiesAndHeaders) {
  Limits limits;
  limits.body_bytes = 10;
  Start(limits);
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nConnection: "
                   "close\r\n\r\n0123456789"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n"
                   "0123456789a\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Talk(absl::StrCat("GET / HTTP/1.1\r\nX: ", std::string(9000, 'x'), "\r\n\r\n")),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, WhoSendsTooMuchStillGetsTheAnswer) {
  Start({});
  for (int round = 0; round < 20; ++round) {
    EXPECT_THAT(Talk(absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n",
                                  std::string(200000, 'x'))),
                StartsWith("HTTP/1.1 413 "));
  }
}

TEST_F(HttpServerTest, SaysWhatIsNotHttp) {
  Start({});
  EXPECT_THAT(Talk("hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ClosesWhoKeepsItWaiting) {
  Limits limits;
  limits.seconds = 1;
  Start(limits);
  EXPECT_EQ(Talk("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na"), "");
}

// Whoever opens connections and says nothing takes no place of those who do.
TEST_F(HttpServerTest, TheConnectionThatHasWaitedLongestMakesRoom) {
  Limits limits;
  limits.connections = 3;
  Start(limits);
  const int silent = Connect();
  const int half = Connect();
  EXPECT_EQ(send(half, "GET / HT", 8, MSG_NOSIGNAL), 8);
  const int served = Connect();
  ASSERT_THAT(AskOn(served, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  std::vector<int> newcomers;
  for (const int waiting : {silent, half}) {
    newcomers.push_back(Connect());
    EXPECT_THAT(AskOn(newcomers.back(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(ReadAll(waiting), "");
  }
  EXPECT_THAT(AskOn(served, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("GET /2"));
  for (const int fd : newcomers) close(fd);
  close(served);
}

TEST_F(HttpServerTest, NewConnectionsOfOneAddressHaveARate) {
  Limits limits;
  limits.connections_per_address = 2;
  limits.new_connections_per_second = 1;
  Start(limits);
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(Talk(request), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Talk(request), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(ReadAll(Connect()), "");
  EXPECT_TRUE(testing::Await([&] { return Talk(request).find("HTTP/1.1 200 ") == 0; }));
}

// One address is a hall of many.
TEST_F(HttpServerTest, WhoHasANameHasSharesOfHisOwn) {
  Limits limits;
  limits.connections_per_address = 2;
  limits.connections_per_name = 1;
  limits.requests_per_second = 1;
  limits.burst = 2;
  limits.name_of = [](const Request& request) { return std::string(request.Header("x-name")); };
  Start(limits);
  const auto request = [](const std::string& name) {
    return absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nX-Name: ", name, "\r\n\r\n");
  };
  std::vector<int> open;
  for (const char* name : {"anna", "bernd", "carla", "dora"}) {
    open.push_back(Connect());
    EXPECT_THAT(AskOn(open.back(), request(name)), StartsWith("HTTP/1.1 200 ")) << name;
  }
  // Further connections of a name are its address's, which has room for two; its rate is its own.
  open.push_back(Connect());
  EXPECT_THAT(AskOn(open.back(), request("anna")), StartsWith("HTTP/1.1 200 "));
  open.push_back(Connect());
  EXPECT_THAT(AskOn(open.back(), request("anna")), StartsWith("HTTP/1.1 429 "));
  EXPECT_EQ(ReadAll(Connect()), "") << "the address has its share";
  // The address has lost nothing of its rate by them.
  EXPECT_THAT(AskOn(open.back(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  for (const int fd : open) close(fd);
}

TEST_F(HttpServerTest, ClosesAnAddressesConnectionsBeyondItsShare) {
  Limits limits;
  limits.connections_per_address = 1;
  Start(limits);
  const int first = Connect();
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_EQ(send(first, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  char byte;
  ASSERT_EQ(read(first, &byte, 1), 1) << "the first is being served";
  EXPECT_EQ(ReadAll(Connect()), "");
  close(first);
}

TEST_F(HttpServerTest, SaysWhenOneAddressAsksTooOften) {
  Limits limits;
  limits.requests_per_second = 1;
  limits.burst = 2;
  Start(limits);
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string answers =
      Talk(request + request + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answers, HasSubstr("GET / 0HTTP/1.1 429 "));
  EXPECT_THAT(answers, HasSubstr("Retry-After: 1\r\n"));
}

TEST_F(HttpServerTest, SendsFurtherHeaders) {
  Start({}, [](const Request&) -> Answer {
    return {200, "text/plain", "x", {{"Cache-Control", "public, max-age=1"}, {"X-A", "b"}}};
  });
  const std::string answer = Talk("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Cache-Control: public, max-age=1\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-A: b\r\n"));
  EXPECT_THAT(answer, ::testing::Not(HasSubstr("no-store")));
}

// A body of 300,000 bytes that is never held at once; with `broken`, its second half is
// unavailable.
Answer Long(bool broken) {
  constexpr uint64_t kSize = 300000;
  Answer answer{200, "text/plain", ""};
  answer.long_body = {kSize, [broken](uint64_t offset, size_t most) -> std::string {
                        if (broken && offset > kSize / 2) return "";
                        std::string bytes;
                        for (size_t i = 0; i < most; ++i)
                          bytes += static_cast<char>('a' + (offset + i) % 26);
                        return bytes;
                      }};
  return answer;
}

TEST_F(HttpServerTest, SendsLongBodiesInPieces) {
  Start({}, [](const Request& request) { return Long(request.target == "/broken"); });
  const std::string answer = Talk("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const size_t body = answer.find("\r\n\r\n") + 4;
  ASSERT_EQ(answer.size() - body, 300000u);
  for (size_t i = 0; i < 300000; ++i) ASSERT_EQ(answer[body + i], static_cast<char>('a' + i % 26));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 300000\r\n"));
  EXPECT_THAT(Talk("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              ::testing::EndsWith("\r\n\r\n"));
  EXPECT_LT(Talk("GET /broken HTTP/1.1\r\nHost: h\r\n\r\n").size(), 300000u)
      << "the length says that something is missing";
}

// ---------------------------------------------------------------------------------------------------------------------
// Answers that come later

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr char kLastGet[] = "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

// Keeps the replies to all requests but /last, which it answers at once.
class LaterTest : public HttpServerTest {
 protected:
  void Listen(Limits limits = {}) {
    StartLater(std::move(limits), [this](const Request& request, std::shared_ptr<Reply> reply) {
      if (request.target == "/last") return reply->Send({200, "text/plain", "last"});
      const std::lock_guard<std::mutex> lock(mutex_);
      reply->OnGone([this] { ++gone_; });
      replies_.push_back(std::move(reply));
    });
  }
  int ConnectAndSend(const std::string& bytes) {
    const int fd = Connect();
    EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    return fd;
  }
  std::shared_ptr<Reply> Take() {
    std::shared_ptr<Reply> reply;
    EXPECT_TRUE(testing::Await([&] {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (replies_.empty()) return false;
      reply = std::move(replies_.back());
      replies_.pop_back();
      return true;
    }));
    return reply;
  }
  void TearDown() override {
    replies_.clear();
    HttpServerTest::TearDown();
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<Reply>> replies_;
  std::atomic<int> gone_{0};
};

TEST_F(LaterTest, AnswersFromAnyThreadWhileOthersAreServed) {
  Listen();
  const int fd =
      ConnectAndSend(absl::StrCat(kGet, kLastGet));  // the second before the first's answer
  const std::shared_ptr<Reply> reply = Take();
  EXPECT_THAT(Talk(kLastGet), ::testing::EndsWith("\r\n\r\nlast"));
  reply->Send({200, "text/plain", "first"});
  const std::string answers = ReadAll(fd);
  EXPECT_THAT(answers, HasSubstr("\r\n\r\nfirstHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answers, ::testing::EndsWith("\r\n\r\nlast"));
  EXPECT_EQ(gone_, 0);
}

TEST_F(LaterTest, ClosesConnectionsBeyondItsLimitWhileAllAreBeingAnswered) {
  Limits limits;
  limits.connections = 1;
  Listen(limits);
  const int fd = ConnectAndSend(kGet);
  const std::shared_ptr<Reply> reply = Take();
  EXPECT_EQ(ReadAll(Connect()), "");
  reply->Send({200, "text/plain", "first"});
  char byte;
  EXPECT_EQ(read(fd, &byte, 1), 1);
  EXPECT_THAT(Talk(kLastGet), ::testing::EndsWith("\r\n\r\nlast"));
  close(fd);
}

TEST_F(LaterTest, SendsPiecesAsTheyCome) {
  Listen();
  const int fd = ConnectAndSend(absl::StrCat(kGet, kLastGet));
  const std::shared_ptr<Reply> reply = Take();
  std::atomic<int> sent{0};
  reply->Begin({200, "text/plain", ""});
  reply->Write("one", [&](bool ok) { sent += ok ? 1 : 100; });
  reply->Write(std::string(20, 'x'), [&](bool ok) { sent += ok ? 1 : 100; });
  reply->End();
  EXPECT_THAT(ReadAll(fd),
              HasSubstr(absl::StrCat("Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n14\r\n",
                                     std::string(20, 'x'), "\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n")));
  EXPECT_EQ(sent, 2);
}

TEST_F(LaterTest, AnOldClientGetsPiecesUntilTheConnectionEnds) {
  Listen();
  const int fd = ConnectAndSend("GET / HTTP/1.0\r\n\r\n");
  const std::shared_ptr<Reply> reply = Take();
  reply->Begin({200, "text/plain", ""});
  reply->Write("one", [](bool) {});
  reply->Write("two", [](bool) {});
  reply->End();
  EXPECT_THAT(ReadAll(fd), ::testing::EndsWith("\r\n\r\nonetwo"));
}

TEST_F(LaterTest, TellsThatTheClientHasGone) {
  Listen();
  close(ConnectAndSend(kGet));
  const std::shared_ptr<Reply> reply = Take();
  EXPECT_TRUE(testing::Await([this] { return gone_ == 1; }));
  std::atomic<int> failed{0};
  reply->Begin({200, "text/plain", ""});
  reply->Write("one", [&](bool ok) { failed += ok ? 100 : 1; });
  EXPECT_TRUE(testing::Await([&] { return failed == 1; }));
}

TEST_F(LaterTest, DropsAClientThatDoesNotRead) {
  Limits limits;
  limits.seconds = 1;
  Listen(limits);
  const int fd = ConnectAndSend(kGet);
  const std::shared_ptr<Reply> reply = Take();
  reply->Begin({200, "text/plain", ""});
  std::atomic<int> failed{0};
  // More than the buffers of two sockets.
  reply->Write(std::string(size_t{32} << 20, 'x'), [&](bool ok) { failed += ok ? 100 : 1; });
  EXPECT_TRUE(testing::Await([&] { return failed == 1 && gone_ == 1; }));
  close(fd);
}

TEST_F(LaterTest, AStreamOnWhichNothingHappensStays) {
  Limits limits;
  limits.seconds = 1;
  Listen(limits);
  const int fd = ConnectAndSend(kGet);
  const std::shared_ptr<Reply> reply = Take();
  reply->Begin({200, "text/plain", ""});
  testing::LetPass(absl::Seconds(2));
  reply->Write("late", [](bool) {});
  reply->End();
  EXPECT_THAT(ReadAll(fd), HasSubstr("4\r\nlate\r\n0\r\n\r\n"));
}

// The last hold on a reply may be let go of on the server's thread before the answer gets there.
TEST_F(LaterTest, AnAnswerFromAnotherThreadIsNotLost) {
  StartLater({}, [](const Request&, const std::shared_ptr<Reply>& reply) {
    std::thread([&reply] { reply->Send({200, "text/plain", "sent"}); }).join();
  });
  EXPECT_THAT(Talk(kLastGet), ::testing::EndsWith("\r\n\r\nsent"));
}

TEST_F(LaterTest, AReplyThatNobodyGivesEndsTheConnection) {
  Listen();
  const int fd = ConnectAndSend(kGet);
  Take() = nullptr;
  EXPECT_EQ(ReadAll(fd), "");
}

TEST_F(HttpServerTest, KnowsHeadersAndPeer) {
  Start({}, [](const Request& request) {
    return Answer{200, "text/plain", absl::StrCat(request.Header("x-a"), " ", request.peer)};
  });
  const std::string request =
      "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-Forwarded-For: 192.0.2.1\r\nx-a: 2\r\n"
      "Connection: close\r\n\r\n";
  EXPECT_THAT(Talk(request), ::testing::EndsWith("\r\n\r\n2 127.0.0.1"));
}

TEST_F(HttpServerTest, BelievesTheLastWordOfItsProxy) {
  Limits limits;
  limits.behind_proxy = true;
  limits.requests_per_second = 1;
  limits.burst = 1;
  Start(limits, [](const Request& request) { return Answer{200, "text/plain", request.peer}; });
  const auto ask = [&](const std::string& forwarded) {
    return Talk(absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: ", forwarded,
                             "\r\nConnection: close\r\n\r\n"));
  };
  EXPECT_THAT(ask("198.51.100.9, 192.0.2.1"), ::testing::EndsWith("\r\n\r\n192.0.2.1"));
  EXPECT_THAT(ask("2001:db8:0:7:1:2:3:4"), ::testing::EndsWith("\r\n\r\n2001:db8:0:7::"));
  EXPECT_THAT(ask("nobody"), ::testing::EndsWith("\r\n\r\n127.0.0.1"));
  // The rate is that of the client, however it begins the header.
  EXPECT_THAT(ask("198.51.100.10, 192.0.2.1"), StartsWith("HTTP/1.1 429 "));
}

TEST_F(HttpServerTest, ABodyMayBeAsLargeAsItsRequestAllows) {
  Limits limits;
  limits.body_bytes_for = [](const Request& request) -> size_t {
    return request.target == "/large" ? 100'000 : 10;
  };
  limits.bodies_per_address = 120'000;
  limits.bodies_in_all = 150'000;
  Start(limits);
  const auto ask = [&](const std::string& path, size_t bytes, const std::string& more = "") {
    return Talk(absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: h\r\nContent-Length: ", bytes, more,
                             "\r\nConnection: close\r\n\r\n", std::string(bytes, 'x')));
  };
  EXPECT_THAT(ask("/large", 100'000), ::testing::EndsWith("POST /large 100000"));
  EXPECT_THAT(ask("/small", 10), ::testing::EndsWith("POST /small 10"));
  EXPECT_THAT(ask("/small", 11), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(ask("/large", 10, "\r\nExpect: 100-continue"),
              StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "));
  // While one body is on its way, there is no room for another from the same address; afterwards
  // there is.
  const std::string slow = "POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
  const int fd = Connect();
  EXPECT_EQ(send(fd, slow.data(), slow.size(), MSG_NOSIGNAL), static_cast<ssize_t>(slow.size()));
  EXPECT_TRUE(testing::Await([&] { return ask("/large", 50'000).find("HTTP/1.1 429 ") == 0; }));
  EXPECT_THAT(ask("/large", 50'000), HasSubstr("Retry-After: 1\r\n"));
  EXPECT_THAT(ask("/large", kSmallBody), StartsWith("HTTP/1.1 200 ")) << "small ones do not count";
  close(fd);
  EXPECT_TRUE(testing::Await([&] { return ask("/large", 50'000).find("HTTP/1.1 200 ") == 0; }));
}

class TlsServerTest : public HttpServerTest {
 protected:
  void SetUp() override {
    folder_ = NewTestFolder("tls");
    authority_ = *crypto::MakeAuthority("Test", absl::Now());
    ASSERT_OK(WriteFile(folder_ + "/ca.crt", authority_.certificate_pem));
    Issue("one");
    Start(SmallLimits(), Echo, {folder_ + "/edge.pem"});
  }

  static Limits SmallLimits() {
    Limits limits;
    limits.body_bytes = 10;
    return limits;
  }

  void Issue(const std::string& service) {
    crypto::ServiceCertificateRequest request;
    request.service = service;
    request.dns_names = {"localhost"};
    const auto issued = crypto::IssueServiceCertificate(authority_, request, absl::Now());
    ASSERT_OK(issued);
    ASSERT_OK(WriteFile(folder_ + "/edge.pem",
                        issued->certificate_pem + std::string(issued->key_pem.Reveal())));
  }

  std::string Url(const std::string& path) {
    return absl::StrCat("https://localhost:", server_->port(), path);
  }

  std::string folder_;
  crypto::CertificateWithKey authority_;
};

TEST_F(TlsServerTest, ServesOverTls) {
  const Send send = votum::http::Connect({}, {folder_ + "/ca.crt", ""});
  for (int i = 0; i < 3; ++i) {
    const auto answer = send(Url("/a"), /*post=*/false, "");
    ASSERT_OK(answer);
    EXPECT_EQ(answer->body, "GET /a 0");
  }
  const auto refused = send(Url("/a"), /*post=*/true, std::string(11, 'x'));
  ASSERT_OK(refused);
  EXPECT_EQ(refused->status, 413);
  EXPECT_FALSE(votum::http::Connect({}, {})(Url("/a"), false, "").ok()) << "not a known authority";
}

// Whether the server speaks TLS 1.2 with a client that offers this cipher alone.
bool Speaks(int fd, const char* cipher) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_set_cipher_list(context, cipher), 1) << cipher;
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  const bool spoken = SSL_connect(ssl) == 1;
  SSL_free(ssl);
  SSL_CTX_free(context);
  close(fd);
  return spoken;
}

TEST_F(TlsServerTest, OffersAuthenticatedEncryptionAlone) {
  EXPECT_TRUE(Speaks(Connect(), "ECDHE-ECDSA-AES128-GCM-SHA256"));
  EXPECT_TRUE(Speaks(Connect(), "ECDHE-ECDSA-CHACHA20-POLY1305"));
  for (const char* old : {"ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256"})
    EXPECT_FALSE(Speaks(Connect(), old)) << old;
}

// More than the socket takes at once, in both directions.
TEST_F(TlsServerTest, LongBodiesPassOverTls) {
  HttpServerTest::TearDown();
  Limits limits;
  limits.body_bytes = size_t{8} << 20;
  Start(limits,
        [](const Request& request) {
          return Answer{200, "text/plain", absl::StrCat(request.body, request.body)};
        },
        {folder_ + "/edge.pem"});
  std::string sent;
  while (sent.size() < (size_t{5} << 20)) absl::StrAppend(&sent, sent.size(), ";");
  const Send send =
      votum::http::Connect({.answer_bytes = size_t{32} << 20}, {folder_ + "/ca.crt", ""});
  for (int i = 0; i < 2; ++i) {
    const auto answer = send(Url("/a"), /*post=*/true, sent);
    ASSERT_OK(answer);
    EXPECT_TRUE(answer->body == absl::StrCat(sent, sent));
  }
}

// Writes pieces as long as they are taken.
void WriteOn(const std::shared_ptr<Reply>& reply) {
  reply->Write(std::string(100, 'x'), [reply](bool sent) {
    if (sent) WriteOn(reply);
  });
}

// The end of a connection may be noticed while a piece that has left is still to be reported.
TEST_F(TlsServerTest, ClientsThatLeaveInTheMiddleOfAStreamDoNoHarm) {
  std::atomic<int> begun = 0;
  const auto server =
      *Server::ListenLater("127.0.0.1", 0,
                           [&begun](const Request&, const std::shared_ptr<Reply>& reply) {
                             ++begun;
                             reply->Begin({200, "text/plain", ""});
                             WriteOn(reply);
                           },
                           {}, {folder_ + "/edge.pem"});
  std::thread thread([&server] { server->Run(); });
  const std::string url = absl::StrCat("https://localhost:", server->port(), "/");
  Poster poster({folder_ + "/ca.crt", ""});
  constexpr int kClients = 150;
  for (int i = 0; i < kClients; ++i) {
    int left = i % 7;
    const auto answer =
        poster.Post({url, "text/plain", "x", {}},
                    [&left](const Answer&, absl::string_view) { return --left > 0; });
    EXPECT_OK(answer);
  }
  EXPECT_EQ(begun, kClients);
  server->Stop();
  thread.join();
}

TEST_F(TlsServerTest, WhoSpeaksNoTlsGetsNothing) {
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), ::testing::Not(HasSubstr("HTTP/1.1 200")));
}

TEST_F(TlsServerTest, TakesUpARenewedCertificateAndKeepsTheOldOneForABadOne) {
  ASSERT_OK(WriteFile(folder_ + "/edge.pem", "no certificate"));
  // Another authority, whose certificates are accepted only by clients that trust it.
  const auto served = [this](const std::string& ca) {
    return votum::http::Connect({}, {folder_ + "/" + ca, ""})(Url("/"), false, "").ok();
  };
  EXPECT_TRUE(served("ca.crt"));
  authority_ = *crypto::MakeAuthority("Other", absl::Now());
  ASSERT_OK(WriteFile(folder_ + "/other.crt", authority_.certificate_pem));
  Issue("two");
  EXPECT_TRUE(testing::Await([&] { return served("other.crt"); }));
  EXPECT_FALSE(served("ca.crt"));
}

TEST_F(TlsServerTest, NeedsACertificateWithItsKey) {
  ASSERT_OK(WriteFile(folder_ + "/bad.pem", authority_.certificate_pem));
  for (const char* file : {"/bad.pem", "/none.pem"}) {
    const auto server = Server::Listen("127.0.0.1", 0, Echo, {}, {folder_ + file});
    EXPECT_THAT(server.status(), HasCode(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(file));
  }
}

TEST(RateLimiterTest, EachAddressHasItsBucket) {
  const RateLimiter::Time start{};
  const auto at = [start](int milliseconds) {
    return start + std::chrono::milliseconds(milliseconds);
  };
  RateLimiter limiter(/*per_second=*/2, /*burst=*/3);
  struct Case {
    const char* address;
    int milliseconds;
    bool taken;
  };
  const Case kCases[] = {
      {"a", 0, true},     {"a", 0, true},    {"a", 0, true},    {"a", 0, false},
      {"b", 0, true},     {"a", 499, false}, {"a", 998, true},  {"a", 998, false},
      {"a", 900, false},  {"a", 9000, true}, {"a", 9000, true}, {"a", 9000, true},
      {"a", 9000, false},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(limiter.Take(c.address, at(c.milliseconds)), c.taken)
        << c.address << " at " << c.milliseconds;
  }
}

TEST(RateLimiterTest, ItsMemoryIsBounded) {
  RateLimiter limiter(1, 1, /*most_addresses=*/100);
  for (int i = 0; i < 10000; ++i) {
    EXPECT_TRUE(limiter.Take(absl::StrCat(i), RateLimiter::Time{})) << "a new one is let in";
    ASSERT_LE(limiter.addresses(), 100u);
  }
}

TEST_F(HttpServerTest, NeedsAFreePortAndAnAddress) {
  Start({});
  const auto handler = [](const Request&) { return Answer{}; };
  EXPECT_THAT(Server::Listen("127.0.0.1", server_->port(), handler).status(),
              HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Server::Listen("not an address", 0, handler).status(),
              HasCode(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace votum::http
