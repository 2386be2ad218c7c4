#include "base/role_lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

class RoleLockTest : public ::testing::Test {
 protected:
  absl::StatusOr<RoleLock> Take() const { return RoleLock::Take(path_, "/var/lib/votum"); }

  const std::string folder_ = NewTestFolder("role");
  const std::string path_ = folder_ + "/lock";
};

TEST_F(RoleLockTest, OneHasIt) {
  {
    const auto first = Take();
    ASSERT_OK(first);
    const auto second = Take();
    ASSERT_THAT(second, IsRefused(Reason::kDeploymentInUse));
    EXPECT_THAT(second.status().message(), ::testing::HasSubstr("/var/lib/votum"));
    EXPECT_THAT(second.status().message(),
                ::testing::HasSubstr(absl::StrCat("(process ", getpid(), ")")));
    EXPECT_THAT(Take(), IsRefused(Reason::kDeploymentInUse)) << "a refusal takes nothing away";
  }
  EXPECT_OK(Take());
}

TEST_F(RoleLockTest, AKilledProcessHasItNoMore) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto held = Take();
    const char byte = held.ok() ? 'y' : 'n';
    if (write(ready[1], &byte, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  const auto refused = Take();
  ASSERT_THAT(refused, IsRefused(Reason::kDeploymentInUse));
  EXPECT_THAT(refused.status().message(), ::testing::HasSubstr(absl::StrCat("(process ", child)));
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_OK(Take());
}

TEST_F(RoleLockTest, AFolderThatIsNotThereIsNamed) {
  const auto taken = RoleLock::Take(folder_ + "/ledger/lock", folder_);
  ASSERT_THAT(taken, IsRefused(Reason::kFileMissing));
  EXPECT_THAT(taken.status().message(), ::testing::HasSubstr(folder_ + "/ledger/lock"));
}

}  // namespace
}  // namespace votum
