// The fold's own memory: handles, snapshots, the reasons of void records.
#include "base/status_matchers.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"

namespace votum {
namespace {

using testing::Program;
using testing::SmallLog;

TEST(FoldStateTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  SmallLog log;
  Program program(log);
  ASSERT_OK(program.FoldAll());
  const FoldState then = program.fold().state();
  const crypto::Digest digest = DigestOf(then);
  const uint64_t index = log.Append("anna", directory::v1::IssueEnrolmentCode());
  ASSERT_OK(program.FoldAll());
  const FoldState& now = program.fold().state();
  EXPECT_EQ(then.next_index, index);
  EXPECT_EQ(then.commands.size(), index);
  EXPECT_EQ(now.next_index, index + 1);
  EXPECT_EQ(now.commands.size(), index + 1) << "a void record takes its command id, too";
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_THAT(Differences(then, now), ::testing::HasSubstr("next_index: "));
  FoldState restored;
  ASSERT_TRUE(Decode(Encode(now), restored));
  EXPECT_EQ(Differences(restored, now), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(now));
}

TEST(FoldStateTest, AVoidRecordLeavesTheTextOfItsReason) {
  SmallLog log;
  Program program(log);
  const uint64_t index = log.Append("anna", directory::v1::IssueEnrolmentCode());
  ASSERT_OK(program.FoldAll());
  ASSERT_EQ(program.fold().void_records().size(), 1u);
  EXPECT_EQ(*program.fold().void_records().Find(index), "NO_SUCH_PERSON");
  EXPECT_THAT(program.fold().WhyVoid(index), IsRefused(Reason::kNoSuchPerson));
  EXPECT_OK(program.fold().WhyVoid(index - 1));
}

}  // namespace
}  // namespace votum
