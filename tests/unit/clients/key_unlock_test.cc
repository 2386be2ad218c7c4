// `votum key unlock` and `key lock`.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "crypto/keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/clients/cli_fixture.h"
#include "tests/unit/clients/fake_agent.h"

namespace votum::cli {
namespace {

using ::testing::HasSubstr;

class KeyUnlockTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    setenv("VOTUM_AUTH_SOCK", agent_.socket().c_str(), 1);
    // A member whose passphrase is in no file. If the program needs it, there is no terminal at
    // which it could ask.
    ASSERT_OK(client::SaveNewContext(service_.ContextOf(folder_ + "/m01.key"),
                                     folder_ + "/contexts/erika.json"));
  }
  void TearDown() override { unsetenv("VOTUM_AUTH_SOCK"); }

  Ran Unlock(const std::vector<std::string>& more = {}) {
    return Do(With({"-c", "erika", "-o", "json", "--passphrase-file", folder_ + "/passphrase",
                    "key", "unlock"},
                   more));
  }
  // Each command line as in a process of its own.
  static Ran DoAnew(const std::vector<std::string>& arguments) {
    Clients clients;
    return RunLine(arguments, &clients);
  }

  client::FakeAgent agent_{folder_ + "/agent.sock"};
};

TEST_F(KeyUnlockTest, OnceUnlockedCommandsAndReadsNeedNoPassphrase) {
  const Ran unlocked = Unlock();
  ASSERT_EQ(unlocked.code, kDone) << unlocked.err;
  const auto facts = nlohmann::json::parse(unlocked.out);
  EXPECT_EQ(facts["key_id"], client::TestKey('m').public_key().id());
  EXPECT_EQ(facts["lifetime"], "1h");
  EXPECT_EQ(facts["confirm"], "no");
  std::vector<std::string> vote = kVote;
  vote[1] = "erika";
  const Ran voted = DoAnew(vote);
  EXPECT_EQ(voted.code, kDone) << voted.err;
  const Ran shown = DoAnew({"-c", "erika", "key", "show"});
  EXPECT_EQ(shown.code, kDone) << shown.err;
  EXPECT_EQ(shown.out, client::TestKey('m').public_key().id() + "\n");
  EXPECT_GE(agent_.signatures(), 1);
}

TEST_F(KeyUnlockTest, TheTermsAreThoseThatAreGiven) {
  ASSERT_EQ(Unlock().code, kDone);
  EXPECT_EQ(agent_.constraints(), std::string("\x01\0\0\x0e\x10", 5));  // an hour
  ASSERT_EQ(Unlock({"--lifetime", "1m30s", "--confirm"}).code, kDone);
  EXPECT_EQ(agent_.constraints(), std::string("\x01\0\0\0\x5a\x02", 6));
  for (const char* lifetime : {"0s", "25h", "soon", "60", "500ms"}) {
    const Ran refused = Unlock({"--lifetime", lifetime});
    EXPECT_EQ(refused.code, kUsage) << lifetime;
    EXPECT_THAT(refused.err, HasSubstr("1s to 24h")) << lifetime;
  }
}

TEST_F(KeyUnlockTest, ALockedKeyIsInNoAgent) {
  ASSERT_EQ(Unlock().code, kDone);
  const Ran locked = DoAnew({"-c", "erika", "-o", "json", "key", "lock"});
  ASSERT_EQ(locked.code, kDone) << locked.err;
  EXPECT_EQ(nlohmann::json::parse(locked.out)["was_unlocked"], "yes");
  EXPECT_EQ(agent_.held(), 0u);
  // Once more: it is locked, as was wanted.
  const Ran again = DoAnew({"-c", "erika", "-o", "json", "key", "lock"});
  EXPECT_EQ(again.code, kDone);
  EXPECT_EQ(nlohmann::json::parse(again.out)["was_unlocked"], "no");
}

TEST_F(KeyUnlockTest, AKeyWhoseFileCannotBeReadIsNotCalledLocked) {
  ASSERT_EQ(Unlock().code, kDone);
  const std::string file = folder_ + "/m01.key";
  ASSERT_EQ(std::rename(file.c_str(), (file + ".moved").c_str()), 0);
  const Ran locked = DoAnew({"-c", "erika", "key", "lock"});
  ASSERT_EQ(std::rename((file + ".moved").c_str(), file.c_str()), 0);  // other tests need it
  EXPECT_EQ(locked.code, kLocalProblem);
  EXPECT_THAT(locked.err, HasSubstr("BAD_FILE"));
  EXPECT_THAT(locked.err, HasSubstr("ssh-add -D"));
  EXPECT_EQ(agent_.held(), 1u);
}

TEST_F(KeyUnlockTest, ADryRunLeavesTheAgentAsItIs) {
  EXPECT_EQ(Unlock({"--dry-run"}).code, kDone);
  EXPECT_EQ(agent_.held(), 0u);
  ASSERT_EQ(Unlock().code, kDone);
  EXPECT_EQ(DoAnew({"-c", "erika", "key", "lock", "--dry-run"}).code, kDone);
  EXPECT_EQ(agent_.held(), 1u);
  // Nobody listens there: an agent that was asked anything would be missed.
  setenv("VOTUM_AUTH_SOCK", "/nonexistent/agent", 1);
  const Ran unlock = DoAnew({"-c", "erika", "key", "unlock", "--lifetime", "90m", "--dry-run"});
  EXPECT_EQ(unlock.code, kDone) << unlock.err;
  EXPECT_EQ(unlock.out, "would unlock: " + folder_ + "/m01.key\nfor: 90m\n");
  const Ran lock = DoAnew({"-c", "erika", "key", "lock", "--dry-run"});
  EXPECT_EQ(lock.code, kDone) << lock.err;
}

TEST_F(KeyUnlockTest, WithoutAnAgentOrKeyItSaysWhatToDo) {
  const Ran no_key = DoAnew({"-c", "public", "key", "lock"});
  EXPECT_EQ(no_key.code, kLocalProblem);
  EXPECT_THAT(no_key.err, HasSubstr("votum key lock: NO_KEY"));
  unsetenv("VOTUM_AUTH_SOCK");
  const Ran no_agent = Unlock();
  EXPECT_EQ(no_agent.code, kLocalProblem);
  EXPECT_THAT(no_agent.err, HasSubstr("NO_AGENT"));
  EXPECT_THAT(no_agent.err, HasSubstr("eval $(ssh-agent)"));
}

TEST_F(KeyUnlockTest, AKeyThatTheAgentDoesNotTakeIsNamedWithItsKind) {
  const std::string file = folder_ + "/p256.key";
  const std::vector<std::string> make = {
      "--passphrase-file", folder_ + "/passphrase", "key", "new", "--type", "p256", "--out", file};
  ASSERT_EQ(Do(make).code, kDone);
  ASSERT_OK(client::SaveNewContext(service_.ContextOf(file), folder_ + "/contexts/p256.json"));
  // The fake holds Ed25519 keys alone.
  const Ran refused =
      DoAnew({"-c", "p256", "--passphrase-file", folder_ + "/passphrase", "key", "unlock"});
  EXPECT_EQ(refused.code, kLocalProblem);
  EXPECT_THAT(refused.err, HasSubstr("AGENT_REFUSED"));
  EXPECT_THAT(refused.err, HasSubstr("P-256"));
}

TEST_F(KeyUnlockTest, WithAPassphraseFileNoAgentIsAsked) {
  ASSERT_EQ(Unlock().code, kDone);
  const Ran voted = DoAnew(kVote);  // of the context m01, which names one
  EXPECT_EQ(voted.code, kDone) << voted.err;
  EXPECT_EQ(agent_.signatures(), 0);
}

}  // namespace
}  // namespace votum::cli
