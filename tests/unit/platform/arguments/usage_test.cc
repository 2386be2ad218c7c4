// The answers to a faulty command line: in our words, not in those of CLI11.
#include "platform/arguments/usage.h"

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

using ::testing::HasSubstr;

// "town serve --port N --as chair|clerk --once --date D --profile P --quiet|--loud".
struct Town {
  Town() {
    app.require_subcommand(1);
    CLI::App* serve = app.add_subcommand("serve", "Serve");
    serve->add_option("--port", port, "Where to listen")->required()->check(CLI::Range(1, 99));
    serve->add_option("--as", as, "The office")->check(CLI::IsMember({"chair", "clerk"}));
    CLI::Option* profile = serve->add_option("--profile", as, "The profile");
    serve->add_option("--date", as, "The day")->needs(profile);
    CLI::Option* quiet = serve->add_flag("--quiet", once, "Say nothing");
    serve->add_flag("--loud", once, "Say all")->excludes(quiet);
    serve->add_option("--list", list, "Numbers")->delimiter(',');
    app.add_subcommand("stop", "Stop");
  }

  // The explanation; empty for a line without fault.
  std::string Explain(std::vector<std::string> words) {
    TakeDecimalsOnly(app);
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    try {
      app.parse(reversed);
    } catch (const CLI::ParseError& error) {
      return UsageOf(app, error);
    }
    return "";
  }

  CLI::App app{"A town", "town"};
  int port = 0;
  std::string as;
  bool once = false;
  std::vector<int> list;
};

struct Case {
  const char* name;
  std::vector<std::string> words;
  const char* says;
};

class UsageTest : public ::testing::TestWithParam<Case> {};

TEST_P(UsageTest, NamesTheOptionAndTheWayOut) {
  EXPECT_EQ(Town().Explain(GetParam().words), GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, UsageTest,
    ::testing::Values(
        Case{"none", {"serve", "--port", "7"}, ""},
        Case{"no_command", {}, "a command is missing: serve, stop; see town --help"},
        Case{"unknown_command",
             {"serv"},
             "there is no serv here; did you mean serve? see town --help"},
        Case{"one_word_too_many",
             {"serve", "--port", "7", "now"},
             "there is no now here; see town serve --help"},
        Case{"missing", {"serve"}, "--port is missing: Where to listen; see town serve --help"},
        Case{"no_value", {"serve", "--port"}, "--port needs a value; see town serve --help"},
        Case{"twice",
             {"serve", "--port", "7", "--port", "8"},
             "--port is given 2 times; give it once; see town serve --help"},
        Case{"not_a_number",
             {"serve", "--port", "seven"},
             "--port: \"seven\" is not a number from 1 to 99; see town serve --help"},
        Case{"not_decimal",
             {"serve", "--port", "7", "--list", "013"},
             "--list: \"013\" is not a decimal number without leading zeros; see town serve "
             "--help"},
        Case{"out_of_range",
             {"serve", "--port", "100"},
             "--port: \"100\" is not a number from 1 to 99; see town serve --help"},
        Case{"none_of_them",
             {"serve", "--port", "7", "--as", "king"},
             "--as: \"king\" is none of chair, clerk; see town serve --help"},
        Case{"alone",
             {"serve", "--port", "7", "--date", "2026-11-01"},
             "--date needs --profile beside it; see town serve --help"},
        Case{"both",
             {"serve", "--port", "7", "--quiet", "--loud"},
             "--quiet and --loud do not go together; give one of them; see town serve --help"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(CheckListsTest, NoItemIsEmpty) {
  const Town town;
  EXPECT_OK(CheckLists(town.app, {"serve", "--list", "1,2"}));
  for (const char* list : {"1,,2", "1,", ",1", ""})
    EXPECT_THAT(CheckLists(town.app, {"serve", "--list", list}), IsRefused(Reason::kUsage)) << list;
}

TEST(ParseOrExplainTest, EndsAFaultyLineAndOneThatAsksForHelp) {
  const char* const sound[] = {"town", "serve", "--port", "7"};
  Town one;
  EXPECT_EQ(ParseOrExplain(one.app, 4, sound), std::nullopt);
  const char* const faulty[] = {"town", "serve", "--prot", "7"};
  ::testing::internal::CaptureStderr();
  Town two;
  EXPECT_EQ(ParseOrExplain(two.app, 4, faulty), 2);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("town serve: USAGE: there is no --prot here; did you mean --port?"));
  const char* const help[] = {"town", "--help"};
  ::testing::internal::CaptureStdout();
  Town three;
  EXPECT_EQ(ParseOrExplain(three.app, 2, help), 0);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("serve"));
}

}  // namespace
}  // namespace votum
