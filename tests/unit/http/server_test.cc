// The server over real sockets, spoken to byte by byte.

#include "services/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpServerTest : public ::testing::Test {
 protected:
  void Start(Limits limits) {
    auto server = Server::Listen(
        "127.0.0.1", 0,
        [](const Request& request) -> Answer {
          return {200, "text/plain",
                  absl::StrCat(request.method, " ", request.target, " ", request.body.size())};
        },
        limits);
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

  // All that comes until the server closes.
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

  // What the server sends until it closes, after `bytes`.
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
