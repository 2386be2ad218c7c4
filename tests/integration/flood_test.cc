// 45 members vote through the edge while strangers flood it, or the port of a service, from other
// addresses of this machine: each has its receipt within two seconds, none is refused, the memory of all
// processes stays bounded, and a minute later most of it is given back. FLOOD_SECONDS is how long each
// flood lasts; the short form is in the suite, the long one, which waits that minute, with --all.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/tls_client.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {
namespace {

constexpr int kMembers = 45;   // with the chair
constexpr int kAddresses = 8;  // of attackers: 127.0.0.2 and so on
constexpr absl::Duration kLongest = absl::Seconds(2);
// Beyond what the processes take in peace: during a flood, and a minute after it.
constexpr size_t kMostMiB = 500;
constexpr size_t kKeptMiB = 200;
constexpr char kService[] = "/votum.meetings.v1.MeetingsService/";

struct Attacker {
  const std::string address;
  const std::string endpoint;
  const std::atomic<bool>& stop;

  std::unique_ptr<TlsConnection> Connect() const {
    return TlsConnection::Open(address, endpoint, absl::Seconds(2));
  }
  // Opens `count` connections by `open`, and opens each again that has ended, until the end.
  template <typename Open>
  void Keep(size_t count, const Open& open) const {
    std::vector<decltype(open())> kept;
    while (!stop) {
      if (kept.size() >= count) kept.erase(kept.begin());
      kept.push_back(open());
      if (kept.size() >= count) LetPass(absl::Milliseconds(5));
    }
  }
};

// A socket that is closed at the end of its time.
struct Socket {
  explicit Socket(int number) : fd(number) {}
  Socket(Socket&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~Socket() {
    if (fd >= 0) close(fd);
  }
  int fd;
};

void SilentSockets(const Attacker& me) {
  me.Keep(1500, [&] { return Socket(ConnectFrom(me.address, me.endpoint)); });
}

void SlowHeaders(const Attacker& me) {
  me.Keep(200, [&] {
    auto connection = me.Connect();
    if (connection != nullptr) connection->Write("POST / HTTP/1.1\r\nX-Slow: ");
    return connection;
  });
}

void UnreadStreams(const Attacker& me) {
  const std::string message = R"({"meetingId":"sitzung-1"})";
  const std::string body = absl::StrCat(std::string("\0\0\0\0", 4),
                                        std::string(1, static_cast<char>(message.size())), message);
  const std::string request = absl::StrCat(
      "POST ", kService, "WatchMeeting HTTP/1.1\r\nHost: h\r\n",
      "Content-Type: application/connect+json\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
  me.Keep(300, [&] {
    auto connection = me.Connect();
    if (connection != nullptr) connection->Write(request);
    return connection;
  });
}

void LargeBodies(const Attacker& me) {
  const std::string head =
      absl::StrCat("POST ", kService, "CastVote HTTP/1.1\r\nHost: h\r\n",
                   "Content-Type: application/proto\r\nContent-Length: 16000000\r\n\r\n");
  const std::string piece(size_t{256} << 10, 'x');
  me.Keep(20, [&] {
    auto connection = me.Connect();
    if (connection != nullptr && connection->Write(head)) connection->Write(piece);
    return connection;
  });
}

void Calls(const Attacker& me, const std::string& method, const std::string& type,
           const std::string& body) {
  while (!me.stop) {
    auto connection = me.Connect();
    for (int i = 0; i < 100 && connection != nullptr && !me.stop; ++i) {
      if (connection->Post(kService + method, type, body).status == 0) connection = nullptr;
    }
    if (connection == nullptr) LetPass(absl::Milliseconds(10));
  }
}

void AnonymousReads(const Attacker& me) { Calls(me, "ListMeetings", "application/json", "{}"); }

void RefusedCommands(const Attacker& me) {
  common::v1::SignedCommand command;
  command.set_payload_type("application/vnd.votum.meetings.v1.CastVote+protobuf");
  command.set_payload(std::string(2000, 'x'));
  command.add_signatures()->set_signature(std::string(64, 'x'));
  Calls(me, "CastVote", "application/proto", command.SerializeAsString());
}

void GarbageSessions(const Attacker& me) {
  while (!me.stop) {
    auto connection = me.Connect();
    for (int i = 0; i < 100 && connection != nullptr && !me.stop; ++i) {
      if (connection
              ->Post(absl::StrCat(kService, "ListMeetings"), "application/json", "{}",
                     absl::StrCat("Votum-Session-Bin: c2Vzc2lvbg", i % 10, "\r\n"))
              .status == 0) {
        connection = nullptr;
      }
    }
    if (connection == nullptr) LetPass(absl::Milliseconds(10));
  }
}

// Handshakes at a service's port, which fails them for want of a certificate: never is anything read.
void Strangers(const Attacker& me) {
  const std::string http2 =
      absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", std::string(16384, '\0'));
  while (!me.stop) {
    const auto connection = me.Connect();
    if (connection == nullptr || !connection->Write(http2)) LetPass(absl::Milliseconds(1));
  }
}

class FloodTest : public ::testing::Test {
 protected:
  FloodTest() : city_(NewTestFolder("flood"), Options()) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    city_.SetUpCouncil(kMembers - 1);
    city_.OpenMeeting(kMembers);
    endpoint_ = city_.EdgeUrl().substr(std::string("https://").size());
  }

  static City::Options Options() {
    City::Options options;
    options.layout = City::Layout::kProcessPerService;
    options.gateway = true;
    return options;
  }

  // The memory of all processes of the city together.
  size_t ResidentMiB() {
    size_t pages = 0;
    for (Process* process : city_.Processes()) {
      std::ifstream file(absl::StrCat("/proc/", process->pid(), "/statm"));
      size_t all = 0;
      size_t resident = 0;
      file >> all >> resident;
      pages += resident;
    }
    return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)) >> 20;
  }

  // One member's vote, by a new connection, as from a tablet that was asleep; how long that took.
  absl::Duration Vote(const common::v1::SignedCommand& command) {
    const absl::Time start = absl::Now();
    const auto connection = TlsConnection::Open("127.0.0.1", endpoint_);
    const TlsConnection::Answer answer =
        connection == nullptr ? TlsConnection::Answer()
                              : connection->Post(absl::StrCat(kService, "CastVote"),
                                                 "application/proto", command.SerializeAsString());
    EXPECT_EQ(answer.status, 200) << answer.body;
    return absl::Now() - start;
  }

  // The most memory of all processes until `stop`.
  size_t MostMiBUntil(const std::atomic<bool>& stop) {
    size_t most = 0;
    while (!stop) {
      most = std::max(most, ResidentMiB());
      LetPass(absl::Milliseconds(200));
    }
    return most;
  }

  void VoteDuring(const char* name, void (*attack)(const Attacker&)) {
    VoteDuring(name, attack, endpoint_);
  }
  void VoteDuring(const char* name, void (*attack)(const Attacker&), const std::string& endpoint) {
    const std::string vote = absl::StrCat("v", ++votes_);
    city_.OpenVote(vote);
    std::vector<common::v1::SignedCommand> commands;
    for (int i = 0; i < kMembers; ++i) {
      meetings::v1::CastVote cast;
      cast.set_meeting_id("sitzung-1");
      cast.set_vote_event_id(vote);
      cast.set_choice(meetings::v1::CHOICE_YES);
      commands.push_back(city_.Sign(
          i == 0 ? "maria.meister" : city_.members()[static_cast<size_t>(i - 1)], &cast));
    }
    std::atomic<bool> stop{false};
    std::vector<std::thread> attackers;
    attackers.reserve(kAddresses);
    for (int i = 0; i < kAddresses; ++i) {
      attackers.emplace_back([&, i] { attack({absl::StrCat("127.0.0.", 2 + i), endpoint, stop}); });
    }
    size_t during = 0;
    std::thread watcher([&] { during = MostMiBUntil(stop); });
    LetPass(absl::Seconds(FLOOD_SECONDS) / 2);
    std::mutex mutex;
    std::vector<absl::Duration> taken;
    std::vector<std::thread> members;
    members.reserve(commands.size());
    for (const common::v1::SignedCommand& command : commands) {
      members.emplace_back([&] {
        const absl::Duration one = Vote(command);
        const std::lock_guard<std::mutex> lock(mutex);
        taken.push_back(one);
      });
      LetPass(absl::Seconds(FLOOD_SECONDS) / 2 / kMembers);
    }
    for (std::thread& member : members) member.join();
    stop = true;
    watcher.join();
    for (std::thread& attacker : attackers) attacker.join();
    LetPass(absl::Seconds(FLOOD_SECONDS > 10 ? 60 : 0));
    const size_t after = ResidentMiB();
    const absl::Duration longest = *std::max_element(taken.begin(), taken.end());
    std::cout << name << ": the longest vote took " << longest << "; memory " << during
              << " MiB during, " << after << " MiB after (" << peace_ << " in peace)\n";
    EXPECT_LT(longest, kLongest) << name;
    EXPECT_LT(during, peace_ + kMostMiB) << name;
    if (FLOOD_SECONDS > 10) EXPECT_LT(after, peace_ + kKeptMiB) << name;
    meetings::v1::CloseVote close;
    close.set_meeting_id("sitzung-1");
    close.set_vote_event_id(vote);
    EXPECT_OK(city_.Do("maria.meister", std::move(close)));
  }

  City city_;
  std::string endpoint_;
  int votes_ = 0;
  size_t peace_ = 0;
};

TEST_F(FloodTest, FortyFiveMembersVoteWhileEachFloodRuns) {
  // The first vote takes memory that is kept: threads, connections, caches.
  peace_ = ResidentMiB();
  VoteDuring("no flood", [](const Attacker&) {});
  peace_ = ResidentMiB();
  VoteDuring("silent sockets", SilentSockets);
  VoteDuring("slow headers", SlowHeaders);
  VoteDuring("unread streams", UnreadStreams);
  VoteDuring("large bodies", LargeBodies);
  VoteDuring("anonymous reads", AnonymousReads);
  VoteDuring("refused commands", RefusedCommands);
  VoteDuring("bytes that are no session", GarbageSessions);
  VoteDuring("handshakes without a certificate", Strangers, city_.Endpoint("meetings"));
  for (Process* process : city_.Processes()) EXPECT_TRUE(process->Alive());
}

}  // namespace
}  // namespace votum::testing
