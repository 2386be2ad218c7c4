// A gRPC server behind its door: silent sockets from many addresses, and calls beside them.
#include "services/runtime/door.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/host.h"
#include "services/runtime/port_probe.h"
#include "tests/harness/await.h"
#include "votum/runtime/v1/runtime_service.grpc.pb.h"

namespace votum {
namespace {

class DoorTest : public ::testing::Test {
 protected:
  void Start(Door::Limits limits) {
    host_ = *Host::Start({Host::Port{"127.0.0.1:0", grpc::InsecureServerCredentials()}},
                         {{"votum.runtime.v1.RuntimeService", &service_}}, {}, limits);
    port_ = host_->ports()[0];
  }
  ~DoorTest() override { CloseAll(); }

  // A connection that says nothing, from 127.0.0.`from`.
  int Connect(int from) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, absl::StrCat("127.0.0.", from).c_str(), &address.sin_addr);
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    address.sin_port = htons(static_cast<uint16_t>(port_));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    open_.push_back(fd);
    return fd;
  }
  void CloseAll() {
    for (const int fd : open_) close(fd);
    open_.clear();
  }
  // Whether the server has closed it. gRPC sends its settings at once, which are read here.
  static bool IsClosed(int fd) {
    char bytes[4096];
    ssize_t count = 0;
    do {
      count = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    } while (count > 0);
    return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
  size_t OpenOnes() const {
    size_t count = 0;
    for (const int fd : open_) count += IsClosed(fd) ? 0 : 1;
    return count;
  }
  absl::Status Ask(absl::Duration patience = absl::Seconds(10)) const {
    return AnswersAt(absl::StrCat("127.0.0.1:", port_), grpc::InsecureChannelCredentials(),
                     patience);
  }

  runtime::v1::RuntimeService::Service service_;
  std::unique_ptr<Host> host_;
  int port_ = 0;
  std::vector<int> open_;
};

TEST_F(DoorTest, AnAddressHasItsShareAndGetsItBack) {
  Start({.of_address = 3, .in_all = 100, .silence = absl::Seconds(60)});
  for (int i = 0; i < 5; ++i) Connect(2);
  EXPECT_TRUE(testing::Await([this] { return OpenOnes() == 3; }));
  const int other = Connect(3);
  EXPECT_OK(Ask());
  EXPECT_FALSE(IsClosed(other));
  CloseAll();
  EXPECT_TRUE(testing::Await([this] {
    Connect(2);
    return OpenOnes() == 3;
  })) << "those that end make room";
}

TEST_F(DoorTest, WhoeverWasSilentLongestMakesRoom) {
  Start({.of_address = 10, .in_all = 20, .silence = absl::ZeroDuration()});
  for (int i = 0; i < 20; ++i) {
    Connect(2 + i / 10);
    if (i == 3 || i == 15) testing::LetPass(absl::Milliseconds(50));
  }
  EXPECT_OK(Ask());
  // Some leave together: the first at least, and those that came last after all others.
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(IsClosed(open_[static_cast<size_t>(i)])) << i;
  for (int i = 16; i < 20; ++i) EXPECT_FALSE(IsClosed(open_[static_cast<size_t>(i)])) << i;
}

TEST_F(DoorTest, WhileNobodyIsSilentNewcomersAreRefused) {
  Start({.of_address = 10, .in_all = 10, .silence = absl::Seconds(60)});
  for (int i = 0; i < 20; ++i) Connect(2 + i);
  EXPECT_TRUE(testing::Await([this] { return OpenOnes() == 10; }));
  EXPECT_FALSE(Ask(absl::Milliseconds(300)).ok());
  CloseAll();
  EXPECT_OK(Ask());
}

// The attack that closed ports for good.
TEST_F(DoorTest, AThousandSilentSocketsTakeNoPort) {
  Start({.of_address = 100, .in_all = 400, .silence = absl::Milliseconds(100)});
  for (int i = 0; i < 1000; ++i) Connect(2 + i % 20);
  EXPECT_OK(Ask()) << "meanwhile";
  EXPECT_LE(OpenOnes(), 400u);
  CloseAll();
  EXPECT_OK(Ask(absl::Seconds(1))) << "afterwards";
}

TEST_F(DoorTest, GoesOnWhenDescriptorsAreThereAgain) {
  Start({});
  EXPECT_OK(Ask());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const rlimit none{static_cast<rlim_t>(fd) + 1, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), -1);
  testing::LetPass(absl::Milliseconds(300));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_OK(Ask(absl::Seconds(1)));
  close(fd);
}

TEST_F(DoorTest, ListensWhereNobodyElseDoes) {
  Start({});
  EXPECT_THAT(Host::Start({absl::StrCat("127.0.0.1:", port_)}, grpc::InsecureServerCredentials(),
                          {{"votum.runtime.v1.RuntimeService", &service_}})
                  .status(),
              IsRefused(Reason::kCannotListen));
  for (const char* address : {"192.0.2.1:0", "no port", "no.such.host.invalid:0"})
    EXPECT_FALSE(Door::Open({address}, {}).ok()) << address;
  const auto everywhere = Door::Open({"[::]:0", "localhost:0"}, {});
  ASSERT_OK(everywhere);
  EXPECT_EQ((*everywhere)->ports().size(), 2u);
}

}  // namespace
}  // namespace votum
