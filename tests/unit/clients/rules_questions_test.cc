// `votum rules ...` needs no service: questions, answers, exit codes.
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/cli/cli.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace votum::cli {
namespace {

using ::testing::HasSubstr;

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

Ran Do(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "rules");
  Clients clients;
  std::ostringstream out;
  std::ostringstream err;
  Ran ran;
  ran.code = RunCommandLine(arguments, &clients, out, err);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

Ran Check(const std::string& csv, const std::string& profile = "de-bw-rat") {
  const std::string path = TestFolder() + "tallies.csv";
  EXPECT_OK(WriteFile(path, csv));
  return Do({"check", path, "--profile", profile, "-o", "json"});
}

TEST(RulesCheckTest, ReportsEachMismatchAndExitsWith1) {
  const Ran ran = Check(
      "id,yes,no,abstain,invalid,present,statutory,stated_result\n"
      "a,24,23,,,,,abgelehnt\n"
      "b,20,20,1,,,,\"mehrheitlich\nabgelehnt\"\n"
      "c,,,,,,,vertagt\n"
      "d,12,30,2,0,44,49,angenommen\n");
  EXPECT_EQ(ran.code, 1);
  const nlohmann::json report = ran.json();
  EXPECT_EQ(report["rows"], 4);
  EXPECT_EQ(report["checked"], 3);
  ASSERT_EQ(report["mismatches"].size(), 2u);
  EXPECT_EQ(report["mismatches"][0]["id"], "a");
  EXPECT_EQ(report["mismatches"][0]["line"], 2);
  EXPECT_EQ(report["mismatches"][0]["computed"], "adopted");
  EXPECT_EQ(report["mismatches"][0]["stated"], "abgelehnt");
  EXPECT_EQ(report["mismatches"][1]["id"], "d");
  EXPECT_EQ(report["mismatches"][1]["line"], 6) << "one cell goes over two lines";
}

TEST(RulesCheckTest, WithoutMismatchesItExitsWith0) {
  EXPECT_EQ(Check("id;yes;no;stated_result\n1;3;2;angenommen\n").code, kDone);
  EXPECT_EQ(Check("\xEF\xBB\xBFyes,no,stated_result\r\n3,2,adopted\r\n").json()["checked"], 1);
}

TEST(RulesCheckTest, BrokenFilesAreRefusedWithTheirPlace) {
  const Ran word = Check("id,yes,no,stated_result\n1,three,2,angenommen\n");
  EXPECT_EQ(word.code, kLocalProblem);
  EXPECT_THAT(word.err, HasSubstr(R"(line 2, column 3: yes is \"three\")"));
  EXPECT_THAT(Check("id,yes,stated_result\n").err, HasSubstr("no column no"));
  EXPECT_EQ(Do({"check", "/nonexistent", "--profile", "de-bw-rat"}).code, kLocalProblem);
  EXPECT_EQ(Do({"check", "/nonexistent"}).code, kUsage);
}

// § 37 (7) GemO BW: of those present, not of the votes.
TEST(RulesQuestionsTest, ElectionsNeedTheNumberThatTheirShareIsTakenOf) {
  const Ran without = Do({"election", "--profile", "de-bw-rat", "--votes", "8,4"});
  EXPECT_EQ(without.code, kUsage);
  EXPECT_THAT(without.err, HasSubstr("--present"));
  const Ran with =
      Do({"election", "--profile", "de-bw-rat", "--votes", "8,4", "--present", "17", "-o", "json"});
  EXPECT_EQ(with.json()["outcome"], "runoff");
  EXPECT_EQ(with.json()["needed"], 9);
  EXPECT_EQ(Do({"election", "--profile", "de-bw-rat", "--votes", "8,4", "--runoff"}).code, kDone);
}

TEST(RulesQuestionsTest, GiveTheirArithmetic) {
  const Ran result = Do({"result", "--profile", "de-nw-rat", "--yes", "13", "--no", "12",
                         "--abstain", "1", "--present", "26", "--statutory", "51"});
  EXPECT_EQ(result.code, kDone);
  EXPECT_THAT(result.out,
              HasSubstr("26 of 51 present: quorate (26 needed), § 49 (1) GO NRW. 13 yes > 12 no: "
                        "adopted. 1 abstention not counted, § 50 (1), (5) GO NRW."));
  EXPECT_EQ(
      Do({"quorum", "--profile", "de-nw-rat", "--present", "25", "--statutory", "51", "-o", "json"})
          .json()["quorate"],
      false);
  EXPECT_EQ(
      Do({"seats", "--method", "dhondt", "--seats", "4", "--votes", "100,100,100", "-o", "json"})
          .json(),
      nlohmann::json::parse(R"({"seats":[1,1,1],"tied":[0,1,2],"to_draw":1})"));
  EXPECT_EQ(Do({"election", "--profile", "de-nw-rat", "--votes", "20,18,7", "-o", "json"})
                .json()["outcome"],
            "runoff");
  EXPECT_EQ(
      Do({"statutory-number", "--profile", "de-nw-rat", "--inhabitants", "61000", "-o", "json"})
          .json()["statutory"],
      51);
  EXPECT_EQ(Do({"decisive", "--profile", "de-nw-rat", "--yes", "13", "--no", "12", "--present",
                "30", "--statutory", "51", "--wrong-yes", "1", "-o", "json"})
                .json()["decisive"],
            true);
}

TEST(RulesQuestionsTest, ProfilesAreListedWithTheirDoubts) {
  const nlohmann::json profiles = Do({"profiles", "-o", "json"}).json();
  EXPECT_GT(profiles.size(), 15u);
  EXPECT_THAT(Do({"show", "--profile", "de-nw-rat"}).out, HasSubstr("unclear: "));
}

TEST(RulesQuestionsTest, OrderPutsTheFurthestFirst) {
  const nlohmann::json order =
      Do({"order", "antrag=main", "cdu=amend:10", "spd=amend:50", "fdp=refer", "-o", "json"})
          .json();
  ASSERT_EQ(order.size(), 4u);
  EXPECT_EQ(order[0]["id"], "fdp");
  EXPECT_EQ(order[1]["id"], "spd");
  EXPECT_EQ(order[3]["id"], "antrag");
  EXPECT_EQ(Do({"order", "antrag=first"}).code, kUsage);
}

TEST(RulesQuestionsTest, RefuseWhatCannotBeAnswered) {
  EXPECT_EQ(Do({"result", "--profile", "de-xx", "--yes", "1", "--no", "0"}).code, kLocalProblem);
  EXPECT_THAT(Do({"result", "--profile", "generic-absolute", "--yes", "1", "--no", "0"}).err,
              HasSubstr("--statutory"));
  EXPECT_EQ(Do({"seats", "--method", "rock", "--seats", "0", "--votes", "1"}).code, kLocalProblem);
  EXPECT_EQ(Do({"lot", "--items", "a,b", "--seed", "abc"}).code, kUsage);
  EXPECT_THAT(
      Do({"result", "--profile", "de-nw-rat", "--yes", "20", "--no", "12", "--present", "26"}).err,
      HasSubstr("BAD_TALLY"));
}

TEST(RulesQuestionsTest, AnElectionCannotHaveMoreVotesThanPeople) {
  const std::vector<std::string> election = {"election", "--profile", "de-nw-rat"};
  const auto ask = [&](std::vector<std::string> more) {
    more.insert(more.begin(), election.begin(), election.end());
    return Do(more);
  };
  EXPECT_THAT(ask({"--votes", "10,11", "--no", "0", "--present", "5"}).err,
              HasSubstr("21 votes, but 5 present; look at the numbers again"));
  EXPECT_THAT(ask({"--votes", "3,2", "--abstain", "1", "--present", "5"}).err,
              HasSubstr("6 votes, but 5 present"));
  EXPECT_THAT(ask({"--votes", "3", "--present", "52", "--statutory", "51"}).err,
              HasSubstr("52 present, but 51 members by law"));
  EXPECT_THAT(ask({"--votes", "52", "--statutory", "51"}).err,
              HasSubstr("52 votes, but 51 members by law"));
  EXPECT_EQ(ask({"--votes", "3,2", "--no", "0", "--present", "5"}).code, kDone);
}

TEST(RulesQuestionsTest, VotesAreWholeNumbersFrom0) {
  const std::vector<std::string> seats = {"seats", "--method", "rock", "--seats", "3", "--votes"};
  const std::vector<std::string> election = {"election", "--profile", "de-nw-rat", "--votes"};
  for (std::vector<std::string> question : {seats, election}) {
    question.push_back("10,-5");
    const Ran negative = Do(question);
    EXPECT_EQ(negative.code, kUsage);
    EXPECT_THAT(negative.err, HasSubstr("-5 is negative"));
    question.back() = "10,x";
    EXPECT_THAT(Do(question).err, HasSubstr("x is no number of votes"));
    question.back() = "10,99999999999999999999";
    EXPECT_EQ(Do(question).code, kUsage);
  }
}

}  // namespace
}  // namespace votum::cli
