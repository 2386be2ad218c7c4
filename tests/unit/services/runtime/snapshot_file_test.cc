// The file of a snapshot: sealed, whole or not at all, whatever happens to it or to its writer.
#include "services/runtime/snapshot_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/build_identity.h"
#include "tests/harness/await.h"

namespace votum {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kPart = 1000;

crypto::SecretBytes Key(char letter = 'k') {
  return crypto::SecretBytes::CopyOf(std::string(32, letter));
}

SnapshotFile Open(const std::string& folder, char key = 'k') {
  auto file = SnapshotFile::Open(folder, Key(key), kPart);
  EXPECT_OK(file);
  return *std::move(file);
}

class SnapshotFileTest : public ::testing::Test {
 protected:
  const std::string folder_ = NewTestFolder("snapshot") + "/ledger-0";
  SnapshotFile file_ = Open(folder_);
};

TEST_F(SnapshotFileTest, GivesWhatWasWrittenLast) {
  EXPECT_THAT(file_.Read(), HasCode(absl::StatusCode::kNotFound));
  for (const size_t size : {size_t{1}, kPart - 1, kPart, kPart + 1, 5 * kPart, 5 * kPart + 7}) {
    const std::string bytes = crypto::RandomBytes(size);
    ASSERT_OK(file_.Write(bytes));
    EXPECT_EQ(Open(folder_).Read().value_or("?"), bytes) << size;
  }
}

TEST_F(SnapshotFileTest, IsForItsOwnerAndHoldsNothingInTheClear) {
  const std::string secret = "CHOICE_NO of m01, who was promised secrecy";
  ASSERT_OK(file_.Write(std::string(kPart, 'x') + secret));
  const auto sealed = ReadFile(file_.path());
  ASSERT_OK(sealed);
  EXPECT_THAT(*sealed, Not(HasSubstr("CHOICE_NO")));
  EXPECT_THAT(*sealed, Not(HasSubstr("xxxx")));
  struct stat status;
  ASSERT_EQ(stat(file_.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

// Cut within the key, at its end, within parts, at their ends; longer; parts of other files.
TEST_F(SnapshotFileTest, TornOrPutTogetherIsRefused) {
  const size_t key = 60;
  const size_t part = kPart + 28;
  ASSERT_OK(file_.Write(std::string(3 * kPart + 10, 'a')));
  const std::string whole = *ReadFile(file_.path());
  ASSERT_EQ(whole.size(), key + 3 * part + 10 + 28);
  const auto expect_refused = [&](const std::string& bytes, const std::string& name) {
    ASSERT_OK(WriteFile(file_.path(), bytes));
    const auto read = file_.Read();
    EXPECT_TRUE(!read.ok() || read->empty()) << name;
    if (!read.ok()) EXPECT_THAT(read, IsRefused(Reason::kCannotOpen)) << name;
  };
  for (const size_t size :
       std::vector<size_t>{0, 1, key - 1, key, key + 1, key + part - 1, key + part, key + part + 1,
                           key + 2 * part, key + 3 * part, key + 3 * part + 20, whole.size() - 1})
    expect_refused(whole.substr(0, size), "cut at " + std::to_string(size));
  expect_refused(whole + 'x', "longer");
  expect_refused(whole.substr(0, key) + whole.substr(key + part, part) + whole.substr(key, part) +
                     whole.substr(key + 2 * part),
                 "swapped");
  for (const size_t place : {size_t{0}, key - 1, key, key + 2 * part, whole.size() - 1}) {
    std::string changed = whole;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    expect_refused(changed, "changed at " + std::to_string(place));
  }
  ASSERT_OK(file_.Write(std::string(3 * kPart + 10, 'b')));
  const std::string other = *ReadFile(file_.path());
  expect_refused(other.substr(0, key + part) + whole.substr(key + part), "of two files");
}

TEST_F(SnapshotFileTest, WithAnotherKeyIsRefused) {
  ASSERT_OK(file_.Write("state"));
  EXPECT_THAT(Open(folder_, 'l').Read(), IsRefused(Reason::kCannotOpen));
  EXPECT_EQ(Open(folder_).Read().value_or("?"), "state");
}

TEST_F(SnapshotFileTest, OpeningRemovesWhatAKilledWriterLeft) {
  ASSERT_OK(file_.Write("state"));
  ASSERT_OK(WriteFile(file_.path() + ".a1b2c3", "half"));
  EXPECT_EQ(Open(folder_).Read().value_or("?"), "state");
  EXPECT_FALSE(std::filesystem::exists(file_.path() + ".a1b2c3"));
}

// Runs `act` in a child; its exit code, or -1 if it was killed.
template <typename Act>
pid_t InChild(Act act) {
  const pid_t child = fork();
  if (child == 0) {
    act();
    _exit(0);
  }
  return child;
}

int CodeOf(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A full disk refuses the bytes in the middle, as the limit on the size of files does here.
TEST_F(SnapshotFileTest, ADiskThatIsFullKeepsTheOldOne) {
  ASSERT_OK(file_.Write("old"));
  const pid_t child = InChild([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {1000, 1000};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(2);
    _exit(file_.Write(std::string(5000, 'n')).ok() ? 1 : 0);
  });
  EXPECT_EQ(CodeOf(child), 0) << "the write fails";
  EXPECT_EQ(file_.Read().value_or("?"), "old");
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) files += entry.exists();
  EXPECT_EQ(files, 1u) << "nothing is left of the attempt";
}

// Whenever the writer is killed, one of its snapshots is there, and all of it.
TEST_F(SnapshotFileTest, AKilledWriterLeavesAWholeOne) {
  ASSERT_OK(file_.Write(std::string(20 * kPart, 'a')));
  for (int round = 0; round < 20; ++round) {
    const pid_t child = InChild([&] {
      for (char letter = 'b';; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1))
        if (!file_.Write(std::string(20 * kPart, letter)).ok()) _exit(1);
    });
    testing::LetPass(absl::Milliseconds(round * 3));
    kill(child, SIGKILL);
    EXPECT_EQ(CodeOf(child), -1);
    const auto bytes = Open(folder_).Read();
    ASSERT_OK(bytes) << round;
    EXPECT_EQ(*bytes, std::string(20 * kPart, bytes->at(0)));
  }
}

TEST(BuildIdentityTest, IsADigestAndTheSameEachTime) {
  const auto identity = BuildIdentity();
  ASSERT_OK(identity);
  EXPECT_EQ(identity->size(), 64u);
  EXPECT_EQ(*identity, *BuildIdentity());
}

}  // namespace
}  // namespace votum
