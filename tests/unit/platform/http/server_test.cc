// The server over real sockets with raw requests, and over TLS with libcurl.

#include "platform/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

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

TEST_F(HttpServerTest, ClosesConnectionsBeyondItsLimit) {
  Limits limits;
  limits.connections = 1;
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
