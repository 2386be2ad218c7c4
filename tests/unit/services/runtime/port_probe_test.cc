// Checks that a port which is listened at, but where nobody is answered, is noticed, and no other.
#include "services/runtime/port_probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/host.h"
#include "tests/harness/await.h"
#include "votum/runtime/v1/runtime_service.grpc.pb.h"

namespace votum {
namespace {

// As gRPC's server after its listener has failed: the kernel takes calls that nobody accepts.
class DeadPort {
 public:
  DeadPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_, 100), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~DeadPort() { close(socket_); }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

 private:
  const int socket_;
  int port_ = 0;
};

class PortProbeTest : public ::testing::Test {
 protected:
  static PortProbe::Settings Quick() {
    return {.every = absl::Milliseconds(20), .patience = absl::Milliseconds(500), .silences = 2};
  }

  runtime::v1::RuntimeService::Service service_;
  std::unique_ptr<Host> host_ = *Host::Start({"127.0.0.1:0"}, grpc::InsecureServerCredentials(),
                                             {{"votum.runtime.v1.RuntimeService", &service_}});
  const std::string alive_ = absl::StrCat("127.0.0.1:", host_->ports()[0]);
  std::atomic<int> deaths_{0};
};

TEST_F(PortProbeTest, APortWhereNobodyIsAnsweredIsDead) {
  const DeadPort dead;
  std::string why;
  PortProbe probe(
      {alive_, dead.address()}, grpc::InsecureChannelCredentials(),
      [&](const absl::Status& status) {
        why = std::string(status.message());
        ++deaths_;
      },
      Quick());
  probe.Start();
  EXPECT_TRUE(testing::Await([this] { return deaths_ == 1; }));
  probe.Stop();
  EXPECT_THAT(why, ::testing::HasSubstr(dead.address()));
  EXPECT_EQ(deaths_, 1);
}

// Also before it is ready: "not serving" is an answer.
TEST_F(PortProbeTest, AServerThatAnswersIsAlive) {
  EXPECT_TRUE(AnswersAt(alive_, grpc::InsecureChannelCredentials(), absl::Seconds(30)).ok());
  host_->SetServing(true);
  EXPECT_TRUE(AnswersAt(alive_, grpc::InsecureChannelCredentials(), absl::Seconds(30)).ok());
  const DeadPort dead;
  EXPECT_FALSE(
      AnswersAt(dead.address(), grpc::InsecureChannelCredentials(), absl::Milliseconds(300)).ok());
}

}  // namespace
}  // namespace votum
