// Every system call of an append fails once, or the process is killed at it: every acknowledged
// command is in the log afterwards, and no two checkpoints disagree.

#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "tests/harness/process.h"

namespace votum::testing {
namespace {

// strace counts calls for each thread by itself. So that the sequencer's are not hidden behind
// those of the thread that opens the stores, calls that both make are broken for one store at a
// time.
struct Injection {
  const char* name;
  const char* store;  // the file's name in the folder; empty for all files, and none
  const char* call;
  const char* what;  // strace's
  bool stops;        // whether some of the calls must stop the ledger
};

class SyscallTest : public ::testing::TestWithParam<Injection> {};

// The outcome when call number `when` failed.
struct Outcome {
  bool injected = false;
  int code = -1;
};

Outcome AppendWith(const Injection& injection, int when, const std::string& folder,
                   const std::string& acks) {
  const std::string trace = folder + ".trace";
  std::vector<std::string> command = {
      "/usr/bin/strace",
      "-f",
      "-qq",
      "-o",
      trace,
      "-e",
      absl::StrCat("trace=", injection.call),
      "-e",
      absl::StrCat("inject=", injection.call, ":", injection.what, ":when=", when)};
  for (const char* const part : {"", "-wal"}) {
    if (*injection.store == '\0') break;
    command.insert(command.end(), {"-P", absl::StrCat(folder, "/", injection.store, part)});
  }
  command.insert(command.end(), {APPEND_TOOL_PATH, "append", folder, "3"});
  Outcome outcome;
  outcome.code = Run(command, acks);
  const auto traced = ReadFile(trace, size_t{8} << 20);
  outcome.injected = traced.ok() && (absl::StrContains(*traced, "INJECTED") ||
                                     absl::StrContains(*traced, "killed by SIGKILL"));
  return outcome;
}

// The lines that acknowledge; a line that the kill cut off acknowledges nothing.
void KeepAcks(const std::string& path) {
  const std::string text = *ReadFile(path, size_t{8} << 20);
  std::string acks;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    if (absl::StartsWith(text.substr(at), "ack ")) acks += text.substr(at, end - at + 1);
    at = end + 1;
  }
  ASSERT_OK(WriteFile(path, acks));
}

TEST_P(SyscallTest, NothingAcknowledgedIsLost) {
  if (access("/usr/bin/strace", X_OK) != 0) GTEST_SKIP() << "strace is not installed";
  int broken = 0;
  int stopped = 0;
  for (int when = 1; when < 1000; ++when) {
    const std::string folder = NewTestFolder(GetParam().name);
    // A log that already has entries.
    ASSERT_EQ(votum::testing::Run({APPEND_TOOL_PATH, "append", folder, "2"}, folder + ".before"),
              0);
    const Outcome outcome = AppendWith(GetParam(), when, folder, folder + ".acks");
    if (!outcome.injected) {
      ASSERT_EQ(outcome.code, 0) << *ReadFile(folder + ".acks");
      break;
    }
    ++broken;
    if (outcome.code != 0) ++stopped;
    KeepAcks(folder + ".before");
    KeepAcks(folder + ".acks");
    for (const char* acks : {".before", ".acks"}) {
      ASSERT_EQ(votum::testing::Run({APPEND_TOOL_PATH, "check", folder, folder + acks},
                                    folder + ".check"),
                0)
          << GetParam().name << " at call " << when << ": " << *ReadFile(folder + ".check");
    }
    // The ledger continues.
    ASSERT_EQ(votum::testing::Run({APPEND_TOOL_PATH, "append", folder, "1"}, folder + ".after"), 0)
        << GetParam().name << " at call " << when << ": " << *ReadFile(folder + ".after");
    std::filesystem::remove_all(folder);
  }
  EXPECT_GT(broken, 3) << "the calls were hardly broken";
  if (GetParam().stops) EXPECT_GT(stopped, 0) << "no broken call stopped the ledger";
}

// A second ledger on the same stores: one of the two notices and stops, and everything that either
// acknowledged is in the one remaining log.
TEST(TwoLedgersTest, ExactlyOneGoesOn) {
  const std::string folder = NewTestFolder("two");
  ASSERT_EQ(votum::testing::Run({APPEND_TOOL_PATH, "append", folder, "2"}, folder + ".0"), 0);
  int codes[2] = {-1, -1};
  std::thread other([&] {
    codes[1] = votum::testing::Run({APPEND_TOOL_PATH, "append", folder, "1000"}, folder + ".2");
  });
  codes[0] = votum::testing::Run({APPEND_TOOL_PATH, "append", folder, "1000"}, folder + ".1");
  other.join();
  EXPECT_EQ((codes[0] == 0) + (codes[1] == 0), 1) << codes[0] << " and " << codes[1];
  for (const char* acks : {".0", ".1", ".2"}) {
    KeepAcks(folder + acks);
    EXPECT_EQ(
        votum::testing::Run({APPEND_TOOL_PATH, "check", folder, folder + acks}, folder + ".check"),
        0)
        << acks << ": " << *ReadFile(folder + ".check");
  }
}

constexpr char kEntries[] = "entries.db";
constexpr char kCheckpoint[] = "checkpoint.db";
constexpr char kAll[] = "";

INSTANTIATE_TEST_SUITE_P(
    Calls, SyscallTest,
    ::testing::Values(
        Injection{"SyncOfEntriesFails", kEntries, "fdatasync", "error=EIO", true},
        Injection{"SyncOfCheckpointFails", kCheckpoint, "fdatasync", "error=EIO", true},
        Injection{"KilledAtSyncOfEntries", kEntries, "fdatasync", "signal=KILL", true},
        Injection{"KilledAtSyncOfCheckpoint", kCheckpoint, "fdatasync", "signal=KILL", true},
        Injection{"WriteOfEntriesFails", kEntries, "pwrite64", "error=EIO", true},
        Injection{"WriteOfCheckpointFails", kCheckpoint, "pwrite64", "error=EIO", true},
        Injection{"DiskOfEntriesFull", kEntries, "pwrite64", "error=ENOSPC", true},
        Injection{"DiskOfCheckpointFull", kCheckpoint, "pwrite64", "error=ENOSPC", true},
        Injection{"KilledAtWriteOfEntries", kEntries, "pwrite64", "signal=KILL", true},
        Injection{"KilledAtWriteOfCheckpoint", kCheckpoint, "pwrite64", "signal=KILL", true},
        Injection{"ReadFails", kAll, "pread64", "error=EIO", true},
        Injection{"KilledAtRead", kAll, "pread64", "signal=KILL", true},
        // At the end SQLite empties and deletes its write-ahead logs; a failure there is no loss.
        Injection{"TruncateFails", kAll, "ftruncate", "error=EIO", false},
        Injection{"DiskFullAtTruncate", kAll, "ftruncate", "error=ENOSPC", false},
        Injection{"KilledAtTruncate", kAll, "ftruncate", "signal=KILL", true},
        Injection{"UnlinkFails", kAll, "unlink", "error=EIO", false},
        Injection{"KilledAtUnlink", kAll, "unlink", "signal=KILL", true}),
    [](const auto& injection) { return std::string(injection.param.name); });

}  // namespace
}  // namespace votum::testing
