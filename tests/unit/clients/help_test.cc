// Help is given by a command line that knows the commands of one noun alone: it leaves nothing out.
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/cli_fixture.h"

namespace votum::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class HelpTest : public CliTest {};

TEST_F(HelpTest, ANounsOwnHelpHasAllItsVerbs) {
  // "  vote                        cast, correct, list": `votum help` is built of all commands.
  const std::string all = Do({"help"}).out;
  size_t nouns = 0;
  bool listed = false;
  for (const absl::string_view line : absl::StrSplit(all, '\n')) {
    if (listed && line.empty()) break;
    if (listed && line.substr(0, 3) != "   ") {
      const std::vector<std::string> columns =
          absl::StrSplit(absl::StripAsciiWhitespace(line), absl::MaxSplits(' ', 1));
      ASSERT_EQ(columns.size(), 2u) << line;
      const std::string verbs(absl::StripAsciiWhitespace(columns[1]));
      EXPECT_THAT(Do({columns[0], "--help"}).out, StartsWith(verbs)) << columns[0];
      ++nouns;
    }
    listed = listed || line == "Subcommands:";
  }
  EXPECT_GT(nouns, 20u) << all;
}

TEST_F(HelpTest, HelpOnACommandIsItsHelp) {
  EXPECT_EQ(Do({"help", "vote", "cast"}).out, Do({"vote", "cast", "--help"}).out);
  EXPECT_EQ(Do({"help", "vote"}).out, Do({"vote", "--help"}).out);
  EXPECT_EQ(Do({"help", "audit"}).out, Do({"audit", "--help"}).out);
  const Ran unknown = Do({"help", "vote", "csat"});
  EXPECT_EQ(unknown.code, kUsage);
  EXPECT_THAT(unknown.err, HasSubstr("there is no command or topic vote csat; did you mean cast?"));
  EXPECT_THAT(Do({"help", "nonsense"}).err, HasSubstr("see votum help"));
}

TEST_F(HelpTest, HelpMayStandBeforeTheNoun) {
  EXPECT_EQ(Do({"--help", "vote", "cast"}).out, Do({"vote", "cast", "--help"}).out);
  EXPECT_EQ(Do({"-o", "json", "help"}).out, Do({"help"}).out);
  EXPECT_EQ(Do({"-c", "help", "help"}).out, Do({"help"}).out);
  EXPECT_THAT(Do({"--help"}).out, HasSubstr("Subcommands:"));
}

}  // namespace
}  // namespace votum::cli
