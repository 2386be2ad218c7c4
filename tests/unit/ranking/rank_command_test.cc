#include "clients/cli/rank/rank_command.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/cli/rank/group_ranking.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ranking/method.h"

namespace votum::cli {
namespace {

using ranking::Json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A file in the test's own folder.
std::string WriteTemp(const std::string& name, const std::string& text) {
  const std::string path = TestFolder() + name;
  std::ofstream(path) << text;
  return path;
}

// The output and exit code of `votum <arguments>`.
struct Printed {
  std::string out, err;
  int exit_code = -1;
};

Printed Votum(std::vector<std::string> arguments) {
  CLI::App root("votum");
  Printed printed;
  AddRankCommand(root, &printed.exit_code);
  std::reverse(arguments.begin(), arguments.end());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  try {
    root.parse(arguments);
  } catch (const CLI::ParseError& error) {
    printed.exit_code = root.exit(error);
  }
  printed.out = ::testing::internal::GetCapturedStdout();
  printed.err = ::testing::internal::GetCapturedStderr();
  return printed;
}

constexpr char kBlt[] =
    "3 2\n"
    "4 1 2 0\n"
    "3 2 3 0\n"
    "2 3 0\n"
    "0\n\"Ann\"\n\"Bob\"\n\"Cyd\"\n\"Ward\"\n";

TEST(RankCommand, JsonHasTheAgreedShape) {
  const std::string path = WriteTemp("a.blt", kBlt);
  const Printed printed =
      Votum({"rank", path, "--method", "schulze.wv", "-o", "json", "--param", "unranked=bottom"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  const Json json = Json::parse(printed.out);
  EXPECT_EQ(json["method"], "schulze.wv");
  EXPECT_EQ(json["params"], Json({{"unranked", "bottom"}}));
  EXPECT_EQ(json["input"]["ballots"], 9);
  EXPECT_EQ(json["input"]["options"], 3);
  EXPECT_EQ(json["input"]["sha256"].get<std::string>().size(), 64u);
  EXPECT_EQ(json["ranking"], Json::parse("[[2],[3],[1]]"));
  EXPECT_EQ(json["winners"], Json::parse("[2]"));
  EXPECT_EQ(json["ties"], Json::array());
  EXPECT_EQ(json["details"]["profile"], "schulze.wv.v1");
}

TEST(RankCommand, SeatsOfTheCommandLineGoBeforeThoseOfTheFile) {
  const std::string path = WriteTemp("b.blt", kBlt);
  const std::vector<std::string> command = {"rank", path,  "--method", "stv.scottish-2011",
                                            "-o",   "json"};
  const Json two = Json::parse(Votum(command).out);
  EXPECT_EQ(two["elected"], Json::parse("[1,2]"));
  EXPECT_EQ(two["quota"], 4);
  EXPECT_FALSE(two["stages"].empty());
  std::vector<std::string> one_seat = command;
  one_seat.insert(one_seat.end(), {"--seats", "1"});
  const Json one = Json::parse(Votum(one_seat).out);
  EXPECT_EQ(one["quota"], 5);
  EXPECT_EQ(one["elected"].size(), 1u);
}

TEST(RankCommand, BudgetsHavePrices) {
  const std::string path = WriteTemp("c.pb",
                                     "META\nkey;value\nbudget;10\nvote_type;approval\n"
                                     "PROJECTS\nproject_id;cost\np1;6\np2;5\n"
                                     "VOTES\nvoter_id;vote\n1;p1\n2;p1,p2\n3;p2\n");
  const Printed printed =
      Votum({"rank", path, "-m", "mes.cost", "-p", "completion=add1u", "-o", "json", "--explain"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  const Json json = Json::parse(printed.out);
  EXPECT_EQ(json["funded"], Json::parse(R"(["p1"])"));
  EXPECT_EQ(json["prices"], Json::parse(R"(["1/2"])"));
}

TEST(RankCommand, RefusalsSayWhatIsWrong) {
  const std::string path = WriteTemp("d.blt", "3 2\n4 1 2 9 0\n0\n");
  Printed printed = Votum({"rank", path, "--method", "schulze.wv"});
  EXPECT_EQ(printed.exit_code, 5);
  EXPECT_THAT(printed.err, StartsWith("votum rank: BAD_FORMAT: "));
  EXPECT_THAT(printed.err, HasSubstr("line 2, column 7: there is no option 9"));
  printed = Votum({"rank", path, "--method", "shulze"});
  EXPECT_EQ(printed.exit_code, 2);
  EXPECT_THAT(printed.err, StartsWith("votum rank: UNKNOWN_METHOD: "));
  EXPECT_THAT(printed.err, HasSubstr("votum rank --list"));
  printed = Votum({"rank", path, "--method", "schulze.wv", "--param", "colour=red"});
  EXPECT_THAT(printed.err, HasSubstr("no parameter \"colour\""));
  printed = Votum({"rank", path, "--method", "schulze.wv", "--seats", "2"});
  EXPECT_THAT(printed.err, HasSubstr("no parameter \"seats\""));
  printed = Votum({"rank", "/nowhere.blt", "--method", "schulze.wv"});
  EXPECT_EQ(printed.exit_code, 5);
  EXPECT_THAT(printed.err, HasSubstr("/nowhere.blt"));
  printed = Votum({"rank"});
  EXPECT_EQ(printed.exit_code, 2);
  EXPECT_THAT(printed.err, HasSubstr("--method"));
}

TEST(RankCommand, ListsEveryMethodWithItsSource) {
  const Printed printed = Votum({"rank", "--list"});
  EXPECT_EQ(printed.exit_code, 0);
  for (const ranking::Method& method : ranking::Methods()) {
    EXPECT_THAT(printed.out, HasSubstr(absl::StrCat(method.id, "  ", method.description,
                                                    "\n    Source: ", method.source)));
  }
}

// Every method explains itself as table, JSON and page on every kind of ballots it reads, both in
// files that are counted while being read and in small ones.
TEST(RankCommand, EveryMethodExplainsItself) {
  const std::vector<std::string> paths = {
      WriteTemp("e.blt", kBlt), WriteTemp("e.csv", "grades:5,A,B,<C>\n3,5,2,0\n2,0,4,5\n2,1,5,\n"),
      WriteTemp("e.pb",
                "META\nkey;value\nbudget;10\nvote_type;cumulative\nPROJECTS\nproject_id;cost\np1;"
                "6\np2;5\n"
                "VOTES\nvoter_id;vote;points\n1;p1;3\n2;p1,p2;2,1\n3;p2;1\n"),
      WriteTemp("f.csv", "winner,loser,count\nA,B,3\nB,C,2\nC,A,1\n")};
  for (const ranking::Method& method : ranking::Methods()) {
    size_t ranked = 0;
    for (const std::string& path : paths) {
      RankArguments arguments{path, method.id, {}, 0, "json", true, 1};
      const absl::StatusOr<std::string> json = RunRank(arguments);
      if (!json.ok()) {
        EXPECT_THAT(json.status(), IsRefused(Reason::kWrongBallots));
        continue;
      }
      ++ranked;
      EXPECT_FALSE(Json::parse(*json)["ranking"].empty());
      arguments.output = "table";
      EXPECT_THAT(RunRank(arguments).value_or(""), HasSubstr(method.description));
      arguments.output = "html";
      const std::string page = RunRank(arguments).value_or("");
      EXPECT_THAT(page, HasSubstr("</html>"));
      EXPECT_THAT(page, ::testing::Not(HasSubstr("<C>")));
    }
    EXPECT_GT(ranked, 0u) << method.id;
  }
}

TEST(RankCommand, LargeFilesAreCountedWithTheSameResult) {
  std::string text = "12 1\n";
  uint64_t state = 1;
  for (int i = 0; i < 60000; ++i) {
    std::vector<int> options = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    text += "1";
    const int length = 1 + i % 12;
    for (int k = 0; k < length; ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const size_t at = (state >> 33) % options.size();
      absl::StrAppend(&text, i % 7 == 0 && k > 0 ? "=" : " ", options[at]);
      options.erase(options.begin() + static_cast<std::ptrdiff_t>(at));
    }
    text += " 0\n";
  }
  text += "0\n";
  ASSERT_GT(text.size(), size_t{1} << 20);
  const std::string path = WriteTemp("g.blt", text);
  RankArguments arguments{path, "borda.symmetric", {}, 0, "json", true, 1};
  const absl::StatusOr<std::string> one = RunRank(arguments);
  ASSERT_OK(one.status());
  arguments.threads = 3;
  EXPECT_EQ(RunRank(arguments).value_or(""), *one);
  // The same ballots with an additional withdrawn option must be read into memory.
  const std::string withdrawn = WriteTemp("h.blt", absl::StrCat("13 1\n-13\n", text.substr(5)));
  arguments.file = withdrawn;
  const absl::StatusOr<std::string> kept = RunRank(arguments);
  ASSERT_OK(kept.status());
  EXPECT_EQ(Json::parse(*kept)["details"]["pairwise"], Json::parse(*one)["details"]["pairwise"]);
}

constexpr char kGroupFile[] =
    "# DATA TYPE: soi\n# NUMBER ALTERNATIVES: 3\n# NUMBER VOTERS: 5\n"
    "# NUMBER UNIQUE ORDERS: 2\n# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n"
    "# ALTERNATIVE NAME 3: as it is\n";

RankArguments Grouped(std::vector<std::string> groups) {
  RankArguments arguments;
  arguments.method = "schulze.wv_lv";
  arguments.groups = std::move(groups);
  arguments.output = "json";
  return arguments;
}

TEST(RankGroupsTest, ShowsEachGroupAndAllTogether) {
  const std::string citizens =
      WriteTemp("citizens.soi", kGroupFile + std::string("3: 1,2,3\n2: 3,2,1\n"));
  const std::string council =
      WriteTemp("council.soi", kGroupFile + std::string("1: 1,2,3\n4: 2,3,1\n"));
  RankArguments arguments = Grouped({"citizens=" + citizens, "council=" + council + ":3"});
  arguments.status_quo = "3";
  const auto text = RunRankGroups(arguments);
  ASSERT_OK(text);
  const Json json = Json::parse(*text);
  EXPECT_EQ(json["groups"][0]["winners"], Json::parse("[1]"));
  EXPECT_EQ(json["groups"][1]["winners"], Json::parse("[2]"));
  EXPECT_EQ(json["groups"][1]["weight"], 3);
  EXPECT_EQ(json["combined"]["ranking"], Json::parse("[[2],[3],[1]]"));
  EXPECT_EQ(json["combined"]["ballots"], 20);
  EXPECT_EQ(json["status_quo"]["beaten_by"], Json::parse("[2]"));
  arguments.output = "table";
  EXPECT_THAT(*RunRankGroups(arguments), HasSubstr("combined: 2 > 3 > 1\n"));
}

TEST(RankGroupsTest, RefusesWhatDoesNotFit) {
  const std::string three = WriteTemp("three.soi", kGroupFile + std::string("5: 1,2,3\n"));
  const std::string two = WriteTemp(
      "two.soi",
      "# DATA TYPE: soi\n# NUMBER ALTERNATIVES: 2\n# NUMBER VOTERS: 1\n# NUMBER UNIQUE ORDERS: 1\n"
      "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: 1,2\n");
  EXPECT_THAT(RunRankGroups(Grouped({"x"})), IsRefused(Reason::kBadGroup));
  EXPECT_THAT(RunRankGroups(Grouped({"x=" + three + ":many"})), IsRefused(Reason::kBadGroup));
  EXPECT_THAT(RunRankGroups(Grouped({"x=" + three + ":0"})), IsRefused(Reason::kBadGroup));
  EXPECT_THAT(RunRankGroups(Grouped({"x=" + three, "x=" + three})), IsRefused(Reason::kBadGroup));
  EXPECT_THAT(RunRankGroups(Grouped({"x=" + three, "y=" + two})), IsRefused(Reason::kBadGroup));
  RankArguments arguments = Grouped({"x=" + three});
  arguments.status_quo = "9";
  EXPECT_THAT(RunRankGroups(arguments), IsRefused(Reason::kUnknownOption));
}

TEST(RankCommand, TooManyOptionsAreRefusedBeforeMemoryIsTaken) {
  const std::string path = WriteTemp("big.blt", "32767 1\n1 1 2 0\n0\n");
  for (const char* method : {"copeland", "schulze.wv_lv", "irv", "bradley-terry", "stv.wigm"}) {
    const Printed printed = Votum({"rank", path, "--method", method});
    EXPECT_EQ(printed.exit_code, 5) << method;
    EXPECT_THAT(printed.err, HasSubstr("TOO_MANY_OPTIONS")) << method;
  }
}

TEST(RankCommand, NobodyIsElectedByBlankBallots) {
  const std::string path = WriteTemp("blank.blt", "3 2\n5 0\n1 0\n0\n");
  for (const char* method : {"irv", "stv.scottish-2011", "stv.meek-prf"}) {
    const Printed printed = Votum({"rank", path, "--method", method});
    EXPECT_EQ(printed.exit_code, 5) << method;
    EXPECT_THAT(printed.err, HasSubstr("no ballot names anybody")) << method;
  }
}

TEST(RankCommand, AnOrderForTiesMayNameWhoIsWithdrawn) {
  const std::string path = WriteTemp("gone.blt", "3 1\n-2\n1 1 0\n1 3 0\n0\n");
  const Printed printed =
      Votum({"rank", path, "--method", "stv.wigm", "-o", "json", "-p", "tie_order=3,2,1"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_EQ(Json::parse(printed.out)["elected"], Json::parse("[3]"));
  EXPECT_EQ(Votum({"rank", path, "--method", "stv.wigm", "-p", "tie_order=3,9"}).exit_code, 2);
}

TEST(RankCommand, OvervotesCountAsTheRuleSays) {
  // A and B stand alike on 4 ballots; C has 3 of its own, B 2.
  const std::string path = WriteTemp("over.blt", "3 1\n4 1=2 3 0\n3 3 0\n2 2 0\n0\n");
  const std::pair<const char*, const char*> rules[] = {{"approval", "[2]"},
                                                       {"skip", "[3]"},
                                                       {"exhaust", "[3]"},
                                                       {"exhaust-if-several-stand", "[2]"}};
  for (const auto& [rule, winners] : rules) {
    const Printed printed = Votum(
        {"rank", path, "--method", "irv", "-o", "json", "-p", absl::StrCat("equal_ranks=", rule)});
    ASSERT_EQ(printed.exit_code, 0) << printed.err;
    EXPECT_EQ(Json::parse(printed.out)["winners"], Json::parse(winners)) << rule;
  }
}

TEST(RankCommand, HowEqualBallotsAreWrittenDoesNotMatter) {
  std::string rows = "grades:5,A,B\n";
  for (int i = 0; i < 100; ++i) rows += "1,5,0\n";
  const std::string many = WriteTemp("rows.csv", rows);
  const std::string one = WriteTemp("weight.csv", "grades:5,A,B\n100,5,0\n");
  const auto added = [](const std::string& path) {
    const Printed printed = Votum({"rank", path, "-m", "score", "-o", "json", "--explain"});
    return Json::parse(printed.out)["details"]["sensitivity"]["added_ballots"];
  };
  EXPECT_EQ(added(one), Json::parse(R"({"for":"B","ballots":100})"));
  EXPECT_EQ(added(many), added(one));
}

TEST(RankCommand, JsonNamesOptionsAndHasOneTypeOfIds) {
  const std::string path = WriteTemp("names.blt", kBlt);
  const Printed printed = Votum({"rank", path, "--method", "stv.wigm", "-o", "json", "--explain"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  const Json json = Json::parse(printed.out);
  EXPECT_EQ(json["title"], "Ward");
  EXPECT_EQ(json["seats"], 2);
  EXPECT_EQ(json["format"], "blt");
  EXPECT_EQ(json["options"][1], Json::parse(R"({"id":2,"name":"Bob"})"));
  for (const Json& other : json["details"]["sensitivity"]["other_methods"]) {
    for (const Json& id : other["winners"]) EXPECT_TRUE(id.is_number());
  }
}

// A file of three ballots for each of the named options, in this order.
std::string BltOf(const std::string& head, const std::string& names) {
  return head + "3 1 2 3 0\n0\n" + names + "\"T\"\n";
}

TEST(RankGroupsTest, JoinsFilesByNames) {
  const std::string a = WriteTemp("join-a.blt", BltOf("3 1\n", "\"Radweg\"\n\"Park\"\n\"Bus\"\n"));
  const std::string b =
      WriteTemp("join-b.blt", BltOf("3 1\n1 1 2 3 0\n", "\"Bus\"\n\"Park\"\n\"Radweg\"\n"));
  RankArguments arguments = Grouped({"A=" + a, "B=" + b});
  arguments.status_quo = "Bus";
  const auto text = RunRankGroups(arguments);
  ASSERT_OK(text);
  const Json json = Json::parse(*text);
  EXPECT_EQ(json["combined"]["ranking"], Json::parse("[[3],[2],[1]]"));
  EXPECT_EQ(json["status_quo"]["beaten_by"], Json::array());
  EXPECT_EQ(json["options"][2]["name"], "Bus");
  arguments.output = "table";
  EXPECT_THAT(*RunRankGroups(arguments), HasSubstr("combined: 3 > 2 > 1\n"));
  EXPECT_THAT(*RunRankGroups(arguments), HasSubstr("3: Bus\n"));
}

TEST(RankGroupsTest, RefusesFilesThatSayOtherThings) {
  const std::string names = "\"Radweg\"\n\"Park\"\n\"Bus\"\n";
  const std::string a = WriteTemp("say-a.blt", BltOf("3 1\n", names));
  const std::pair<std::string, std::string> others[] = {
      {BltOf("3 1\n-1\n", names), "\"Radweg\" is withdrawn in"},
      {BltOf("3 2\n", names), "2 seats, a file before 1"},
      {BltOf("3 1\n", "\"Radweg\"\n\"Park\"\n\"Bahn\"\n"), "has option \"Bahn\""},
      {BltOf("3 1\n", "\"Radweg\"\n\"Park\"\n\"Park\"\n"), "names only once"}};
  for (const auto& [text, message] : others) {
    const std::string b = WriteTemp("say-b.blt", text);
    for (const auto& groups :
         {std::vector<std::string>{"A=" + a, "B=" + b}, {"B=" + b, "A=" + a}}) {
      EXPECT_THAT(RunRankGroups(Grouped(groups)), IsRefused(Reason::kBadGroup)) << text;
    }
    const auto refused = RunRankGroups(Grouped({"A=" + a, "B=" + b}));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(message));
  }
}

TEST(RankGroupsTest, WhatAFormatCannotSayIsNoContradiction) {
  const std::string blt =
      WriteTemp("open.blt", BltOf("3 2\n-3\n", "\"Radweg\"\n\"Park\"\n\"Bus\"\n"));
  const std::string csv = WriteTemp("open.csv", "ranks,Park,Radweg,Bus\n2,1,2,3\n");
  const std::string soi = WriteTemp(
      "open.soi",
      "# DATA TYPE: soi\n# NUMBER ALTERNATIVES: 3\n# NUMBER VOTERS: 2\n"
      "# ALTERNATIVE NAME 1: Bus\n# ALTERNATIVE NAME 2: Park\n# ALTERNATIVE NAME 3: Radweg\n"
      "2: 2,3,1\n");
  const std::string cef =
      WriteTemp("open.cvotes", "#/Implicit Ranking: false\n#/Candidates: Bus;Park;Radweg\nPark\n");
  std::vector<std::string> groups = {"a=" + blt, "b=" + cef, "c=" + csv, "d=" + soi};
  do {
    RankArguments arguments = Grouped(groups);
    const auto text = RunRankGroups(arguments);
    ASSERT_OK(text) << groups[0] << groups[1];
    // Bus is withdrawn, whichever file says so.
    const Json json = Json::parse(*text);
    EXPECT_EQ(json["combined"]["ranking"].size(), 2u) << json;
    arguments.method = "stv.scottish-2011";
    const auto stv = RunRankGroups(arguments);
    ASSERT_OK(stv);
    EXPECT_EQ(Json::parse(*stv)["combined"]["winners"].size(), 2u);
  } while (std::next_permutation(groups.begin(), groups.end()));
  // Two files that both say it must agree, even if one that cannot stands before them.
  const std::string three =
      WriteTemp("three.blt", BltOf("3 3\n-3\n", "\"Radweg\"\n\"Park\"\n\"Bus\"\n"));
  const auto refused = RunRankGroups(Grouped({"c=" + csv, "a=" + blt, "t=" + three}));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("3 seats, a file before 2"));
  const std::string implicit =
      WriteTemp("implicit.cvotes", "#/Candidates: Bus;Park;Radweg\nPark\n");
  EXPECT_THAT(RunRankGroups(Grouped({"c=" + csv, "b=" + cef, "i=" + implicit})),
              IsRefused(Reason::kBadGroup));
}

TEST(RankGroupsTest, ObeysWhatTheFilesSay) {
  const std::string text =
      "#/Candidates: A ; B ; C\n#/Implicit Ranking: false\n#/Number of Seats: 1\n"
      "A > B * 3\nC * 2\nB * 2\n";
  const std::string file = WriteTemp("say.cvotes", text);
  const auto schulze = RunRankGroups(Grouped({"x=" + file}));
  ASSERT_OK(schulze);
  EXPECT_EQ(Json::parse(*schulze)["combined"]["winners"], Json::parse(R"(["A","C"])"));
  RankArguments stv = Grouped({"x=" + file});
  stv.method = "stv.scottish-2011";
  EXPECT_OK(RunRankGroups(stv));
}

TEST(RankCommandTest, AByteOrderMarkIsPassedOver) {
  RankArguments arguments;
  arguments.file =
      WriteTemp("marked.soi", "\xEF\xBB\xBF" + std::string(kGroupFile) + "3: 1,2,3\n2: 3,2,1\n");
  arguments.method = "copeland";
  EXPECT_OK(RunRank(arguments));
}

}  // namespace
}  // namespace votum::cli
