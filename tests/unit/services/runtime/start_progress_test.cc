// A starting process tells the manager that waits for it how far it is.
#include "services/runtime/start_progress.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/service_manager.h"

namespace votum {
namespace {

using ::testing::HasSubstr;

// The manager's end. `name` is a path, or '@' and an abstract name.
class ManagerSocket {
 public:
  explicit ManagerSocket(const std::string& name)
      : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())),
              0);
  }
  ~ManagerSocket() { close(socket_); }
  ManagerSocket(const ManagerSocket&) = delete;
  ManagerSocket& operator=(const ManagerSocket&) = delete;

  // The next message that has come; empty if there is none.
  std::string Next() {
    std::array<char, 4096> bytes;
    const ssize_t size = recv(socket_, bytes.data(), bytes.size(), 0);
    return size < 0 ? "" : std::string(bytes.data(), static_cast<size_t>(size));
  }

 private:
  const int socket_;
};

TEST(ServiceManagerTest, SaysItBothToAPathAndToAnAbstractName) {
  for (const std::string& name :
       {NewTestFolder("manager") + "/notify", absl::StrCat("@votum-test-", getpid(), "/notify")}) {
    ManagerSocket socket(name);
    const ServiceManager manager(name);
    manager.Ready();
    EXPECT_EQ(socket.Next(), "READY=1\nSTATUS=serving");
    manager.Starting("folding", absl::Seconds(2));
    EXPECT_EQ(socket.Next(), "STATUS=folding\nEXTEND_TIMEOUT_USEC=2000000");
    manager.Stopping();
    EXPECT_EQ(socket.Next(), "STOPPING=1\nSTATUS=stopping");
    EXPECT_EQ(socket.Next(), "");
  }
}

TEST(ServiceManagerTest, DoesNotMindThatNobodyListens) {
  ServiceManager("").Ready();
  ServiceManager("/nowhere/notify").Ready();
  ServiceManager(std::string(4096, 'x')).Ready();
  const std::string name = NewTestFolder("manager") + "/notify";
  const ManagerSocket full(name);
  for (int i = 0; i < 10000; ++i) ServiceManager(name).Ready();
}

TEST(ServiceManagerTest, IsTheOneThatTheEnvironmentNames) {
  const std::string name = NewTestFolder("manager") + "/notify";
  ManagerSocket socket(name);
  ASSERT_EQ(setenv("NOTIFY_SOCKET", name.c_str(), 1), 0);
  ServiceManager::FromEnvironment().Ready();
  EXPECT_EQ(socket.Next(), "READY=1\nSTATUS=serving");
  ASSERT_EQ(unsetenv("NOTIFY_SOCKET"), 0);
  ServiceManager::FromEnvironment().Ready();
  EXPECT_EQ(socket.Next(), "");
}

class StartProgressTest : public ::testing::Test {
 protected:
  const std::string name_ = NewTestFolder("manager") + "/notify";
  ManagerSocket socket_{name_};
  const ServiceManager manager_{name_};
  Metrics metrics_;
  absl::Duration now_ = absl::Hours(5);
  StartProgress progress_{&manager_, &metrics_, [this] { return now_; }};
};

TEST_F(StartProgressTest, SaysEveryFewSecondsHowFarItIsAndHowLongItTakes) {
  progress_.At("folding the log", 1000, 11000);
  EXPECT_EQ(socket_.Next(), "") << "a short start says nothing";
  now_ += absl::Seconds(4);
  progress_.At("folding the log", 1800, 11000);
  EXPECT_EQ(socket_.Next(), "");
  now_ += absl::Seconds(1);
  progress_.At("folding the log", 2000, 11000);  // 200 a second
  EXPECT_EQ(socket_.Next(),
            "STATUS=folding the log: record 2000 of 11000, 45 seconds left\n"
            "EXTEND_TIMEOUT_USEC=60000000");
  progress_.At("folding the log", 2001, 11000);
  EXPECT_EQ(socket_.Next(), "");
  now_ += absl::Seconds(5);
  progress_.At("folding the log", 2001, 11000);
  EXPECT_THAT(socket_.Next(), HasSubstr("record 2001 of 11000"));
}

TEST_F(StartProgressTest, AStepThatDoesNotMoveIsAliveAllTheSame) {
  progress_.At("folding the log", 7, 10);
  now_ += StartProgress::kEvery;
  progress_.At("folding the log", 7, 10);
  EXPECT_EQ(socket_.Next(), "STATUS=folding the log: record 7 of 10\nEXTEND_TIMEOUT_USEC=60000000");
  now_ += StartProgress::kEvery;
  progress_.WaitingFor("the database");
  EXPECT_EQ(socket_.Next(), "STATUS=waiting for the database\nEXTEND_TIMEOUT_USEC=60000000");
}

TEST_F(StartProgressTest, EachStepHasItsOwnRate) {
  progress_.At("reading the log", 0, 100000);
  now_ += absl::Seconds(5);
  progress_.At("reading the log", 100000, 100000);
  EXPECT_THAT(socket_.Next(), HasSubstr("reading the log: record 100000 of 100000, 0 seconds"));
  progress_.At("folding the log", 0, 100000);
  now_ += absl::Seconds(5);
  progress_.At("folding the log", 10000, 100000);
  EXPECT_THAT(socket_.Next(), HasSubstr("45 seconds left"));
  progress_.Done();
  EXPECT_EQ(socket_.Next(), "READY=1\nSTATUS=serving");
}

}  // namespace
}  // namespace votum
