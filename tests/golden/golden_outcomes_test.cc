// The records that people have signed keep their meaning: each record of a golden log comes to what
// it came to when the log was written, and so do the states.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "core/fold/command_table.h"
#include "gtest/gtest.h"
#include "tests/golden/directory_log.h"
#include "tests/golden/golden_log.h"

namespace votum::testing {
namespace {

std::vector<std::string> Folders() {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN)) {
    if (entry.is_directory()) folders.push_back(entry.path().string());
  }
  return folders;
}

// The first line that differs, and what to do about it; empty if none does.
std::string FirstDifference(const std::string& path, const std::string& now) {
  const auto file = ReadFile(path);
  if (!file.ok()) return absl::StrCat(path, ": ", file.status().message());
  const std::vector<std::string> then_lines = absl::StrSplit(*file, '\n');
  const std::vector<std::string> now_lines = absl::StrSplit(now, '\n');
  for (size_t i = 0; i < std::max(then_lines.size(), now_lines.size()); ++i) {
    const std::string before = i < then_lines.size() ? then_lines[i] : "";
    const std::string after = i < now_lines.size() ? now_lines[i] : "";
    if (before == after) continue;
    return absl::StrCat(path, ", line ", i + 1, ":\n  written  ", before, "\n  now      ", after,
                        "\nThe code judges a record otherwise than before: a log that a city has "
                        "would change its meaning. Keep the old way for the old version "
                        "(core/VERSIONS.md). While version 1 is not frozen, a change on purpose "
                        "runs script/golden and says so in its commit.");
  }
  return "";
}

TEST(GoldenLogs, EachRecordComesToWhatItCameTo) {
  const std::vector<std::string> folders = Folders();
  ASSERT_FALSE(folders.empty());
  for (const std::string& folder : folders) {
    const auto golden = FoldGoldenLog(folder);
    ASSERT_OK(golden) << folder;
    EXPECT_EQ(FirstDifference(OutcomesPath(folder), golden->outcomes), "");
  }
}

TEST(GoldenLogs, TheStatesAreWhatTheyWere) {
  for (const std::string& folder : Folders()) {
    const auto golden = FoldGoldenLog(folder);
    ASSERT_OK(golden) << folder;
    EXPECT_EQ(FirstDifference(DigestsPath(folder), golden->digests), "");
  }
}

// Made by a program, this log shows a change of the format itself.
TEST(GoldenLogs, TheDirectoryLogIsMadeAsItWas) {
  const MadeLog made = MakeDirectoryLog();
  EXPECT_EQ(FirstDifference(GOLDEN "/directory-and-voids/log.vkey", made.vkey), "");
  EXPECT_EQ(FirstDifference(GOLDEN "/directory-and-voids/log/records.jsonl", made.records), "");
}

// The list may only get shorter: a new command comes with a golden log that has it.
TEST(GoldenLogs, HaveEveryCommandButThoseListed) {
  std::set<std::string> seen;
  for (const std::string& folder : Folders()) {
    const auto golden = FoldGoldenLog(folder);
    ASSERT_OK(golden) << folder;
    seen.insert(golden->commands.begin(), golden->commands.end());
  }
  std::set<std::string> missing;
  for (const CommandType& type : CommandTable()) {
    if (seen.count(type.name) == 0) missing.insert(type.name);
  }
  const auto text = ReadFile(GOLDEN "/missing-commands.txt");
  ASSERT_OK(text);
  std::set<std::string> listed;
  for (const absl::string_view line : absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
    if (!absl::StartsWith(line, "#")) listed.insert(std::string(line));
  }
  EXPECT_EQ(absl::StrJoin(missing, "\n"), absl::StrJoin(listed, "\n"));
}

}  // namespace
}  // namespace votum::testing
