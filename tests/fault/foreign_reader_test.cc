// Somebody else opens the log's database while the ledger runs, and the ledger is killed: nothing
// acknowledged is lost. (SQLite deletes the write-ahead log when the last connection closes; a ledger
// whose locks are gone looks like no connection at all.)

#include <algorithm>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/process.h"

namespace votum::testing {
namespace {

class ForeignReaderTest : public ::testing::Test {
 protected:
  // The whole lines of the ledger's output.
  std::string Said() const {
    std::string text = ReadFile(acks_).value_or("");
    text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
    return text;
  }
  bool AwaitMoreAcks() const {
    const auto count = [this] {
      const std::string text = Said();
      return std::count(text.begin(), text.end(), '\n');
    };
    const auto before = count();
    return Await([&] { return count() >= before + 20; });
  }

  const std::string folder_ = NewTestFolder("foreign");
  const std::string acks_ = folder_ + ".acks";
  Process ledger_{{APPEND_TOOL_PATH, "append", folder_, "1000000"}, acks_};
};

TEST_F(ForeignReaderTest, NothingAcknowledgedIsLost) {
  ledger_.Start();
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(AwaitMoreAcks()) << Said();
    for (const char* database : {"entries.db", "checkpoint.db"}) {
      ASSERT_EQ(
          votum::testing::Run({APPEND_TOOL_PATH, "read", folder_, database}, folder_ + ".read"), 0)
          << *ReadFile(folder_ + ".read");
    }
  }
  ASSERT_TRUE(AwaitMoreAcks()) << Said();
  ASSERT_TRUE(ledger_.Alive()) << "a reader is no reason to stop";
  ledger_.Kill();
  ASSERT_OK(WriteFile(acks_, Said()));
  EXPECT_EQ(votum::testing::Run({APPEND_TOOL_PATH, "check", folder_, acks_}, folder_ + ".check"), 0)
      << *ReadFile(folder_ + ".check");
}

TEST_F(ForeignReaderTest, ALedgerWhoseWriteAheadLogIsRemovedStopsAndHasAcknowledgedNothingElse) {
  ledger_.Start();
  ASSERT_TRUE(AwaitMoreAcks()) << Said();
  std::filesystem::remove(folder_ + "/entries.db-wal");
  EXPECT_EQ(ledger_.AwaitEnd(), 70);
  EXPECT_THAT(Said(), ::testing::HasSubstr("entries.db-wal was removed or replaced"));
  std::string acks;
  const std::string said = Said();
  for (const absl::string_view line : absl::StrSplit(said, '\n'))
    if (absl::StartsWith(line, "ack ")) absl::StrAppend(&acks, line, "\n");
  ASSERT_OK(WriteFile(acks_, acks));
  EXPECT_EQ(votum::testing::Run({APPEND_TOOL_PATH, "check", folder_, acks_}, folder_ + ".check"), 0)
      << *ReadFile(folder_ + ".check");
}

}  // namespace
}  // namespace votum::testing
