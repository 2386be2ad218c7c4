// `votum` and OpenSSH's own ssh-agent: the passphrase is typed once, and again when the key's time
// is over or it was locked.
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/client.h"
#include "clients/lib/context.h"
#include "clients/lib/key_agent.h"
#include "clients/lib/signer.h"
#include "crypto/certificates.h"
#include "crypto/dsse.h"
#include "crypto/keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/at_terminal.h"
#include "tests/harness/await.h"
#include "tests/harness/process.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::client {
namespace {

using testing::AtTerminal;
using testing::Await;
using testing::Child;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;

constexpr char kPassphrase[] = "richtig Pferd Batterie Klammer";
const std::vector<std::string> kTyped = {absl::StrCat(kPassphrase, "\n")};
constexpr char kPrompt[] = "passphrase of ";
constexpr char kLogVkey[] =
    "council.example/log+1e93123d+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";

class SshAgentTest : public ::testing::TestWithParam<crypto::KeyType> {
 protected:
  void SetUp() override {
    setenv("VOTUM_CONFIG", folder_.c_str(), 1);
    unsetenv("SSH_AUTH_SOCK");
    setenv("VOTUM_AUTH_SOCK", Socket().c_str(), 1);
    ASSERT_OK(key_.SavePkcs8File(KeyFile(), crypto::SecretBytes::CopyOf(kPassphrase)));
    const auto authority = crypto::MakeAuthority("Votum Test", absl::Now());
    ASSERT_OK(authority);
    ASSERT_OK(WriteFile(folder_ + "/ca.crt", authority->certificate_pem));
    context_.deployment = "council.example/log";
    context_.log_vkey = kLogVkey;
    context_.ca_certificate_file = folder_ + "/ca.crt";
    context_.endpoints["meetings"] = "127.0.0.1:1";  // `key` calls no service
    context_.person_id = "m01";
    context_.key_file = KeyFile();
    ASSERT_OK(SaveNewContext(context_, folder_ + "/m01.json"));
    Restart("/bin/false");
  }
  void TearDown() override { Stop(); }

  // A fresh agent, which asks with the program `askpass`: its success means yes.
  void Restart(const char* askpass) {
    Stop();
    setenv("SSH_ASKPASS", askpass, 1);
    setenv("SSH_ASKPASS_REQUIRE", "force", 1);
    agent_.Start();
    ASSERT_TRUE(Await([this] { return KeyAgent(Socket()).Holds(key_.public_key()).ok(); }));
  }
  void Stop() {
    agent_.Kill();
    unlink(Socket().c_str());
  }

  static std::string Socket() { return TestFolder() + "agent.sock"; }
  std::string KeyFile() const { return folder_ + "/m01.key"; }

  // `votum` with these words, at a terminal at which `answers` are typed when something is asked.
  static Child Votum(const std::vector<std::string>& words,
                     const std::vector<std::string>& answers) {
    std::vector<std::string> line = {VOTUM_PATH, "-c", "m01"};
    line.insert(line.end(), words.begin(), words.end());
    const Child child = AtTerminal(answers, [&line] {
      std::vector<char*> arguments;
      for (std::string& word : line) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      return 127;
    });
    EXPECT_EQ(child.code, 0) << child.shown;
    EXPECT_THAT(child.shown, Not(HasSubstr(kPassphrase)));
    return child;
  }
  // Whether `votum key show` needs the passphrase.
  bool KeyShowAsks() {
    const Child child = Votum({"key", "show"}, kTyped);
    EXPECT_THAT(child.shown, HasSubstr(key_.public_key().id()));
    return absl::StrContains(child.shown, kPrompt);
  }

  const std::string folder_ = NewTestFolder("ssh_agent");
  const crypto::PrivateKey key_ = *crypto::PrivateKey::Generate(GetParam());
  Context context_;
  // It writes its socket's name to standard output, and stays in the foreground.
  Process agent_{{"/usr/bin/ssh-agent", "-D", "-a", Socket()}, folder_ + "/agent.log"};
};

TEST_P(SshAgentTest, ThePassphraseIsAskedForOnceUntilTheKeyIsLocked) {
  EXPECT_TRUE(KeyShowAsks());
  const Child unlocked = Votum({"key", "unlock"}, kTyped);
  EXPECT_THAT(unlocked.shown, HasSubstr(kPrompt));
  EXPECT_FALSE(KeyShowAsks());
  EXPECT_FALSE(KeyShowAsks());
  EXPECT_THAT(Votum({"key", "lock"}, {}).shown, Not(HasSubstr(kPrompt)));
  EXPECT_TRUE(KeyShowAsks());
}

TEST_P(SshAgentTest, ThePassphraseIsAskedForAgainWhenTheLifetimeIsOver) {
  EXPECT_THAT(Votum({"key", "unlock", "--lifetime", "3s"}, kTyped).shown, HasSubstr(kPrompt));
  const KeyAgent agent(Socket());
  EXPECT_TRUE(Await([&] { return !*agent.Holds(key_.public_key()); }));
  EXPECT_TRUE(KeyShowAsks());
}

TEST_P(SshAgentTest, WhatItSignsIsACommandOfTheKey) {
  ASSERT_OK(KeyAgent(Socket()).Add(key_, KeyFile(), {60, false}));
  const auto ask = [](const std::string&) -> absl::StatusOr<crypto::SecretBytes> {
    ADD_FAILURE() << "the passphrase is asked for";
    return absl::CancelledError();
  };
  const auto client = *Client::Open(context_, *Channels::Open(context_), ask);
  const auto signer = client->Key();
  ASSERT_OK(signer);
  // ECDSA's numbers have leading zeros now and then, and first bits that look like signs.
  for (int i = 0; i < 50; ++i) {
    directory::v1::ReadSession statement;
    const auto command =
        SignCommand({context_.deployment, "m01", {*signer}}, client->Now(), &statement);
    ASSERT_OK(command);
    EXPECT_EQ(command->signatures(0).key_id(), key_.public_key().id());
    EXPECT_OK(crypto::VerifyDsse(key_.public_key(), command->payload_type(), command->payload(),
                                 command->signatures(0).signature()));
  }
}

TEST_P(SshAgentTest, AKeyThatAsksSignsWhenItsOwnerSaysYes) {
  const KeyAgent agent(Socket());
  for (const char* answer : {"/bin/true", "/bin/false"}) {
    Restart(answer);
    ASSERT_OK(agent.Add(key_, KeyFile(), {60, true}));
    const auto signature = agent.Sign(key_.public_key(), "message");
    if (absl::string_view(answer) == "/bin/true") {
      EXPECT_OK(signature);
    } else {
      EXPECT_THAT(signature, IsRefused(Reason::kAgentRefused));
    }
    EXPECT_TRUE(*agent.Holds(key_.public_key()));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, SshAgentTest,
                         ::testing::Values(crypto::KeyType::kEd25519, crypto::KeyType::kP256),
                         [](const auto& kind) {
                           return kind.param == crypto::KeyType::kEd25519 ? "Ed25519" : "P256";
                         });

}  // namespace
}  // namespace votum::client
