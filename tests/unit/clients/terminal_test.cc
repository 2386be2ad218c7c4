// Reading secrets at a terminal: a child process with its own terminal, or with none.
#include "clients/cli/terminal.h"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/at_terminal.h"

namespace votum::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using votum::testing::AtTerminal;
using votum::testing::Child;

constexpr char kSecret[] = "geheimes Wort";

TEST(TerminalTest, TakesASecretWithoutShowingIt) {
  const Child child = AtTerminal({std::string(kSecret) + "\n"}, [] {
    const auto secret = Secret("", "one-time code", "--code-file");
    return secret.ok() && secret->Reveal() == kSecret ? 0 : 1;
  });
  EXPECT_EQ(child.code, 0);
  EXPECT_THAT(child.shown, HasSubstr("one-time code: "));
  EXPECT_THAT(child.shown, Not(HasSubstr("geheim")));
}

TEST(TerminalTest, AnInterruptEndsTheQuestion) {
  const Child child = AtTerminal({"gehei\x03"}, [] {
    return absl::IsCancelled(Secret("", "one-time code", "--code-file").status()) ? 0 : 1;
  });
  EXPECT_EQ(child.code, 0);
}

TEST(TerminalTest, ANewPassphraseIsTypedTwiceAlike) {
  const auto body = [] {
    const auto passphrase = NewPassphrase("", "");
    if (passphrase.ok()) return passphrase->Reveal() == kSecret ? 0 : 1;
    return ReasonOf(passphrase.status()) == Reason::kPassphrasesDiffer ? 2 : 3;
  };
  const std::string typed = std::string(kSecret) + "\n";
  EXPECT_EQ(AtTerminal({typed, typed}, body).code, 0);
  EXPECT_EQ(AtTerminal({typed, "ein anderer Satz\n"}, body).code, 2);
  EXPECT_EQ(AtTerminal({"eins\n"}, body).code, 3) << "weak: not asked for again";
}

TEST(TerminalTest, WithoutATerminalTheOptionIsNamed) {
  const pid_t pid = fork();
  if (pid == 0) {
    setsid();  // leaves the terminal, if there was one
    const absl::Status status = Secret("", "one-time code", "--code-file").status();
    _exit(ReasonOf(status) == Reason::kNoTerminal &&
                  absl::StrContains(status.message(), "--code-file")
              ? 0
              : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(TerminalTest, WithoutATerminalAnEncryptedKeyCanBeUnlocked) {
  const std::string path = TestFolder() + "encrypted.key";
  ASSERT_OK(WriteFile(path, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", 0600));
  const pid_t pid = fork();
  if (pid == 0) {
    setsid();
    const std::string said(PassphraseOf(path, "").status().message());
    _exit(absl::StrContains(said, "--passphrase-file") &&
                  absl::StrContains(said, "votum key unlock")
              ? 0
              : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(TerminalTest, AFileGivesItsFirstLine) {
  const std::string path = TestFolder() + "secret";
  ASSERT_OK(WriteFile(path, "wort\nnoch eines\n", 0600));
  const auto secret = Secret(path, "code", "--code-file");
  ASSERT_OK(secret);
  EXPECT_EQ(secret->Reveal(), "wort");
  ASSERT_OK(WriteFile(path, "ohne Zeilenende", 0600));
  EXPECT_EQ(Secret(path, "code", "--code-file")->Reveal(), "ohne Zeilenende");
  EXPECT_THAT(Secret("/nonexistent", "code", "--code-file"), IsRefused(Reason::kBadFile));
}

TEST(TerminalTest, AKeyThatIsNotEncryptedNeedsNoPassphrase) {
  const std::string path = TestFolder() + "plain.key";
  ASSERT_OK(WriteFile(path, "-----BEGIN PRIVATE KEY-----\n", 0600));
  const auto passphrase = PassphraseOf(path, "");
  ASSERT_OK(passphrase);
  EXPECT_TRUE(passphrase->empty());
}

}  // namespace
}  // namespace votum::cli
