// The records that people have signed keep their meaning: each record of a golden log has the
// outcome that it had when the log was written, and the states have the same digests.

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/reason.h"
#include "base/status_matchers.h"
#include "core/fold/command_table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/golden/golden_log.h"
#include "tests/golden/recipes.h"
#include "votum/common/v1/command.pb.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The only log with records that no honest service appends.
constexpr char kFaults[] = "faults";

// All golden logs, by the names of their folders. Each is folded once.
const std::map<std::string, GoldenLog>& Logs() {
  static const auto* const kLogs = [] {
    auto* logs = new std::map<std::string, GoldenLog>();
    for (const auto& entry : std::filesystem::directory_iterator(GOLDEN)) {
      if (!std::filesystem::exists(entry.path() / "log")) continue;
      auto log = FoldGoldenLog(entry.path().string());
      EXPECT_OK(log) << entry.path();
      if (log.ok()) logs->emplace(entry.path().filename().string(), *std::move(log));
    }
    return logs;
  }();
  return *kLogs;
}

// Against what was written in the file at `path`.
std::string DifferenceFrom(const std::string& path, const std::string& now) {
  const auto then = ReadFile(path);
  if (!then.ok()) return absl::StrCat(path, ": ", then.status().message());
  return FirstDifference(path, *then, now);
}

std::string FolderOf(const std::string& name) { return absl::StrCat(GOLDEN, "/", name); }

TEST(GoldenLogs, EachRecordComesToWhatItCameTo) {
  ASSERT_THAT(Logs(), ::testing::Not(IsEmpty()));
  for (const auto& [name, log] : Logs())
    EXPECT_EQ(DifferenceFrom(OutcomesPath(FolderOf(name)), log.outcomes), "");
}

TEST(GoldenLogs, TheStatesAreWhatTheyWere) {
  for (const auto& [name, log] : Logs())
    EXPECT_EQ(DifferenceFrom(DigestsPath(FolderOf(name)), log.digests), "");
}

// A log that a program makes shows a change of the format itself.
TEST(GoldenLogs, AreMadeAsTheyWere) {
  for (const Recipe& recipe : Recipes()) {
    if (recipe.secret) continue;
    const auto made = Make(recipe, GOLDEN);
    ASSERT_OK(made) << recipe.folder;
    EXPECT_EQ(DifferenceFrom(FolderOf(recipe.folder) + "/log.vkey", made->vkey), "");
    EXPECT_EQ(DifferenceFrom(FolderOf(recipe.folder) + "/log/records.jsonl", made->records), "");
  }
}

TEST(GoldenLogs, HaveEveryCommandInEffect) {
  std::set<std::string> missing;
  bool concerns_somebody = false;
  for (const CommandType& type : CommandTable()) {
    missing.insert(type.name);
    concerns_somebody |= !type.options->concerned().empty();
  }
  // Only the person whom an act concerns contradicts it: as long as no declaration names one, no
  // Contradict can be in effect.
  if (!concerns_somebody) missing.erase("Contradict");
  for (const auto& [name, log] : Logs()) {
    for (const std::string& command : log.commands) missing.erase(command);
  }
  EXPECT_THAT(missing, IsEmpty())
      << "Give the commands in a step of tests/golden/steps and run script/golden.";
}

// The list of those that no honest log can have, or none has yet, says why.
TEST(GoldenLogs, HaveAVoidRecordForEveryRace) {
  std::set<std::string> missing;
  for (const ReasonRow& row : AllReasons()) {
    if (row.race) missing.insert(std::string(row.text));
  }
  for (const auto& [name, log] : Logs()) {
    for (const std::string& race : log.races) missing.erase(race);
  }
  const auto text = ReadFile(GOLDEN "/missing-races.txt");
  ASSERT_OK(text);
  std::set<std::string> listed;
  for (const absl::string_view line : absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "#")) continue;
    listed.insert(std::vector<std::string>(absl::StrSplit(line, ' '))[0]);
  }
  EXPECT_EQ(absl::StrJoin(missing, "\n"), absl::StrJoin(listed, "\n"));
}

TEST(GoldenLogs, HaveFaultsOnlyWhereTheyAreMeant) {
  ASSERT_EQ(Logs().count(kFaults), 1u);
  for (const auto& [name, log] : Logs()) {
    if (name == kFaults) {
      EXPECT_THAT(log.races, IsEmpty());
      EXPECT_GT(log.faults.size(), 100u);
      // One reason of a domain, one of the signer's rights, one of the envelope.
      for (const char* reason : {"NO_SUCH_MEETING", "OFFICE_MISSING", "BAD_SIGNATURE"})
        EXPECT_EQ(log.faults.count(reason), 1u) << reason;
    } else {
      EXPECT_THAT(log.faults, IsEmpty()) << name;
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The tests above can fail

std::string Written(const std::string& path) {
  const auto text = ReadFile(path);
  EXPECT_OK(text);
  return text.ok() ? *text : "";
}

TEST(GoldenComparison, NamesTheRecordWhoseOutcomeDiffers) {
  const std::string outcomes = Written(OutcomesPath(FolderOf("town")));
  EXPECT_EQ(FirstDifference("outcomes.txt", outcomes, outcomes), "");
  std::string altered = outcomes;
  const size_t at = altered.find(" CastVote in effect");
  ASSERT_NE(at, std::string::npos);
  altered.replace(at, 19, " CastVote void VOTE_CLOSED, a race");
  EXPECT_THAT(FirstDifference("outcomes.txt", outcomes, altered),
              HasSubstr("CastVote in effect\n  now "));
  const std::string shorter = outcomes.substr(0, outcomes.rfind('\n', outcomes.size() - 2) + 1);
  EXPECT_NE(FirstDifference("outcomes.txt", outcomes, shorter), "");
  EXPECT_NE(FirstDifference("outcomes.txt", shorter, outcomes), "");
}

TEST(GoldenComparison, NamesTheStateWhoseDigestDiffers) {
  const std::string digests = Written(DigestsPath(FolderOf("town")));
  EXPECT_EQ(FirstDifference("digests.txt", digests, digests), "");
  std::string altered = digests;
  const size_t at = altered.find(" meetings ") + 10;
  ASSERT_LT(at, altered.size());
  altered[at] = altered[at] == '0' ? '1' : '0';
  EXPECT_THAT(FirstDifference("digests.txt", digests, altered), HasSubstr(" meetings "));
}

// The fold itself: one recorded command turns void, and the state is another from there on.
TEST(GoldenComparison, OneRecordThatTurnsVoidChangesOutcomesAndDigests) {
  const std::string folder = FolderOf("town");
  auto log = ReadGoldenRecords(folder);
  ASSERT_OK(log);
  bool turned = false;
  for (std::string& bytes : log->records) {
    common::v1::Record record;
    ASSERT_TRUE(record.ParseFromString(bytes));
    if (turned || !absl::StrContains(record.payload_type(), ".AssignLead+")) continue;
    record.mutable_signatures(0)->mutable_signature()->front() ^= 1;
    bytes = record.SerializeAsString();
    turned = true;
  }
  ASSERT_TRUE(turned);
  const auto now = FoldGoldenRecords(*log);
  ASSERT_OK(now);
  EXPECT_THAT(FirstDifference("outcomes.txt", Written(OutcomesPath(folder)), now->outcomes),
              HasSubstr("AssignLead void BAD_SIGNATURE, a fault"));
  EXPECT_THAT(FirstDifference("digests.txt", Written(DigestsPath(folder)), now->digests),
              HasSubstr(" projects "));
}

}  // namespace
}  // namespace votum::testing
