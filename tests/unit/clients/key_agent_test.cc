#include "clients/lib/key_agent.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/client.h"
#include "crypto/dsse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/fake_agent.h"
#include "tests/unit/clients/fake_service.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kPassphrase[] = "eine lange Passphrase";

class KeyAgentTest : public ::testing::Test {
 protected:
  // Key files cost a second; one for all tests.
  static void SetUpTestSuite() {
    folder_ = NewTestFolder("key_agent");
    setenv("VOTUM_CONFIG", folder_.c_str(), 1);
    ASSERT_OK(TestKey('m').SavePkcs8File(KeyFile(), crypto::SecretBytes::CopyOf(kPassphrase)));
  }
  void SetUp() override {
    unsetenv("VOTUM_AUTH_SOCK");
    setenv("SSH_AUTH_SOCK", agent_.socket().c_str(), 1);
  }
  void TearDown() override {
    unsetenv("VOTUM_AUTH_SOCK");
    unsetenv("SSH_AUTH_SOCK");
  }

  static std::string KeyFile() { return folder_ + "/m01.key"; }

  std::unique_ptr<Client> Open(const std::string& key_file = KeyFile()) {
    const Context context = service_.ContextOf(key_file);
    const auto ask = [this](const std::string&) {
      ++asked_;
      return crypto::SecretBytes::CopyOf(kPassphrase);
    };
    return *Client::Open(context, *Channels::Open(context), ask);
  }

  // Unlocks the key as `votum key unlock` does; does not count as asked.
  void Unlock(const crypto::AgentTerms& terms = {3600, false}) {
    ASSERT_OK(KeyAgent(agent_.socket()).Add(TestKey('m'), KeyFile(), terms));
  }

  static meetings::v1::CastVote Vote(size_t padding = 0) {
    meetings::v1::CastVote vote;
    vote.set_meeting_id("sitzung-1" + std::string(padding, 'x'));
    vote.set_vote_event_id("v1");
    vote.set_choice(meetings::v1::CHOICE_YES);
    return vote;
  }
  static absl::Status DoVote(Client& client, size_t padding = 0) {
    meetings::v1::CastVote vote = Vote(padding);
    return client.Do(&vote).status();
  }

  static std::string folder_;
  FakeService service_{folder_};
  FakeAgent agent_{folder_ + "/agent.sock"};
  int asked_ = 0;
};

std::string KeyAgentTest::folder_;

TEST_F(KeyAgentTest, AnUnlockedKeySignsWithoutThePassphrase) {
  Unlock();
  const auto client = Open();
  ASSERT_OK(DoVote(*client));
  ASSERT_OK(DoVote(*client));
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(agent_.signatures(), 2);
  const common::v1::SignedCommand sent = service_.calls()[1].command;
  EXPECT_EQ(sent.signatures(0).key_id(), TestKey('m').public_key().id());
  EXPECT_OK(crypto::VerifyDsse(TestKey('m').public_key(), sent.payload_type(), sent.payload(),
                               sent.signatures(0).signature()));
}

TEST_F(KeyAgentTest, WithoutTheKeyInTheAgentThePassphraseIsAskedForOnce) {
  const auto client = Open();
  ASSERT_OK(DoVote(*client));
  ASSERT_OK(DoVote(*client));
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(agent_.signatures(), 0);
}

TEST_F(KeyAgentTest, AfterItsTimeIsOverThePassphraseIsAskedForAgain) {
  Unlock();
  const auto client = Open();
  ASSERT_OK(DoVote(*client));
  agent_.ForgetAll();
  // In the same process, and in the next.
  ASSERT_OK(DoVote(*client));
  ASSERT_OK(DoVote(*client));
  EXPECT_EQ(asked_, 1);
  ASSERT_OK(DoVote(*Open()));
  EXPECT_EQ(asked_, 2);
}

TEST_F(KeyAgentTest, AUserWhoDeclinesIsNotAskedForThePassphraseInstead) {
  Unlock({3600, true});
  agent_.Decline();
  const absl::Status status = DoVote(*Open());
  EXPECT_THAT(status, IsRefused(Reason::kAgentRefused));
  EXPECT_THAT(std::string(status.message()), HasSubstr("declined"));
  EXPECT_EQ(asked_, 0);
  EXPECT_TRUE(service_.calls().empty());
}

TEST_F(KeyAgentTest, TheAgentIsToldTheTermsAndHowToNameTheKey) {
  Unlock({60, true});
  // SSH_AGENT_CONSTRAIN_LIFETIME with 60 seconds, SSH_AGENT_CONSTRAIN_CONFIRM.
  EXPECT_EQ(agent_.constraints(), std::string("\x01\0\0\0\x3c\x02", 6));
  EXPECT_THAT(agent_.comment(), StartsWith("votum "));
  EXPECT_THAT(agent_.comment(), HasSubstr(KeyFile()));
  // New terms take the place of the old.
  Unlock({120, false});
  EXPECT_EQ(agent_.constraints(), std::string("\x01\0\0\0\x78", 5));
}

TEST_F(KeyAgentTest, AKeyIsThatOfItsFileWhereverThatLies) {
  Unlock();
  const KeyAgent agent(agent_.socket());
  const std::string moved = folder_ + "/moved.key";
  std::filesystem::copy_file(KeyFile(), moved, std::filesystem::copy_options::overwrite_existing);
  const auto found = agent.Find(moved);
  ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ(**found, TestKey('m').public_key());
  // Another file, and none.
  ASSERT_OK(WriteFile(moved, "another key", 0600));
  EXPECT_FALSE(agent.Find(moved)->has_value());
  EXPECT_THAT(agent.Find(folder_ + "/none.key"), IsRefused(Reason::kBadFile));
}

TEST_F(KeyAgentTest, ARemovedKeyIsGone) {
  Unlock();
  const KeyAgent agent(agent_.socket());
  EXPECT_TRUE(*agent.Holds(TestKey('m').public_key()));
  ASSERT_OK(agent.Remove(TestKey('m').public_key()));
  EXPECT_EQ(agent_.held(), 0u);
  EXPECT_FALSE(*agent.Holds(TestKey('m').public_key()));
  EXPECT_THAT(agent.Remove(TestKey('m').public_key()), IsRefused(Reason::kAgentRefused));
}

TEST_F(KeyAgentTest, ACommandThatIsTooLongForAgentsIsSignedFromTheFile) {
  Unlock();
  const auto client = Open();
  ASSERT_OK(DoVote(*client, crypto::kMaxAgentMessage));
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(agent_.signatures(), 0);
}

TEST_F(KeyAgentTest, VotumsOwnSocketComesFirst) {
  setenv("SSH_AUTH_SOCK", "/nonexistent", 1);
  setenv("VOTUM_AUTH_SOCK", agent_.socket().c_str(), 1);
  const auto agent = KeyAgent::OfEnvironment();
  ASSERT_OK(agent);
  EXPECT_EQ(agent->socket(), agent_.socket());
  unsetenv("VOTUM_AUTH_SOCK");
  unsetenv("SSH_AUTH_SOCK");
  EXPECT_THAT(KeyAgent::OfEnvironment(), IsRefused(Reason::kNoAgent));
}

TEST_F(KeyAgentTest, AProgramThatIsNoAgentChangesNothing) {
  const std::string answers[] = {
      "",                                          // closes the connection
      std::string("\0\0\0\0", 4),                  // an empty answer
      std::string("\xff\xff\xff\xff", 4),          // 4 GiB
      std::string("\0\0\0\x09", 4) + "too short",  // not a list
      std::string("\0\0\0\x01\x05", 5),            // a refusal
      std::string("\0\0\0\x05\x0c\0\0\0\x01", 9),  // a list without its key
      "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6\r\n"};
  for (const std::string& answer : answers) {
    asked_ = 0;
    agent_.AnswerAlways(answer);
    EXPECT_OK(DoVote(*Open()));
    EXPECT_EQ(asked_, 1);
    EXPECT_FALSE(KeyAgent(agent_.socket()).Add(TestKey('m'), KeyFile(), {}).ok());
  }
}

TEST_F(KeyAgentTest, NobodyAtTheSocketIsSaidWithTheWayOut) {
  const std::string sockets[] = {folder_ + "/nobody.sock", folder_ + std::string(200, 'x')};
  for (const std::string& socket : sockets) {
    const auto found = KeyAgent(socket).Find(KeyFile());
    EXPECT_THAT(found, IsRefused(Reason::kNoAgent));
    EXPECT_THAT(std::string(found.status().message()), HasSubstr("ssh-agent"));
  }
}

TEST_F(KeyAgentTest, AnAgentThatHangsIsGivenUp) {
  // Connections wait in the queue, and nobody takes them.
  const std::string path = folder_ + "/hangs.sock";
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(static_cast<char*>(address.sun_path), path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(listener, 4), 0);
  const absl::Time start = absl::Now();
  EXPECT_THAT(KeyAgent(path).Find(KeyFile()), IsRefused(Reason::kNoAgent));
  EXPECT_GE(absl::Now() - start, kAgentPatience);
  close(listener);
}

}  // namespace
}  // namespace votum::client
