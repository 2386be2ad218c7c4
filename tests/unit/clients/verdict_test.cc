#include "clients/cli/verdict.h"

#include <sstream>
#include <string>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace votum::cli {
namespace {

using ::testing::HasSubstr;
using Kind = audit::Finding::Kind;

struct Printed {
  absl::Status status;
  std::string out;
  int exit_code = 0;
};

Printed Print(const Verdict& verdict, const audit::Summary& summary, const char* output = "table") {
  std::ostringstream out;
  Run run;
  run.output = output;
  run.out = &out;
  Printed printed{verdict.Print(run, summary), out.str(), run.exit_code};
  return printed;
}

Verdict Checked() {
  Verdict verdict("audit");
  verdict.Add({Kind::kChecked, "tree"});
  verdict.Add({Kind::kOddity, "nobody voted"});
  verdict.Add({Kind::kNotThere, "tiles"});
  verdict.Add({Kind::kStanding, "decision b: SUSPENDED"});
  verdict.Add({Kind::kNote, "a note"});
  return verdict;
}

TEST(VerdictTest, TheStandingComesFirstAndOdditiesFailNothing) {
  const Printed printed = Print(Checked(), {507, 0, 3, 0, 0});
  EXPECT_OK(printed.status);
  EXPECT_EQ(printed.out,
            "NOW   decision b: SUSPENDED\n"
            "ok    tree\n"
            "note  a note\n"
            "ODD   nobody voted\n"
            "audit: all checks passed (507 records, 3 void, 1 oddity; not there to be checked: "
            "tiles)\n");
  EXPECT_EQ(printed.exit_code, kDone);
}

TEST(VerdictTest, TheLastLineCountsVoidsAlsoWhenItFails) {
  const absl::Status status = Print(Checked(), {507, 2, 3, 0, 0}).status;
  EXPECT_THAT(status, IsRefused(Reason::kFaultsFound));
  EXPECT_THAT(std::string(status.message()), HasSubstr("2 faults in 507 records, 3 void"));
}

TEST(VerdictTest, WithheldAndNotShownHaveExitCodesOfTheirOwn) {
  EXPECT_EQ(Print(Checked(), {507, 0, 0, 4, 0}).exit_code, kStillOpen);
  Verdict part = Checked();
  part.Add({Kind::kNotCheckable, "9 of 507 records are not shown to you"});
  const Printed printed = Print(part, {507, 0, 0, 0, 9});
  EXPECT_THAT(printed.status, IsRefused(Reason::kNotCheckable));
  EXPECT_EQ(ExitCodeOf(printed.status), kNotCheckable);
  EXPECT_THAT(std::string(printed.status.message()), HasSubstr("9 not shown to you"));
}

TEST(VerdictTest, JsonHasAListForEach) {
  const Printed printed = Print(Checked(), {507, 0, 3, 0, 0}, "json");
  const auto json = nlohmann::json::parse(printed.out);
  EXPECT_EQ(json["passed"], true);
  EXPECT_EQ(json["void"], 3);
  EXPECT_EQ(json["standing"].at(0), "decision b: SUSPENDED");
  EXPECT_EQ(json["oddities"].at(0), "nobody voted");
  EXPECT_EQ(json["not_there"].at(0), "tiles");
  ASSERT_EQ(json["findings"].size(), 2u);
  EXPECT_EQ(json["findings"][0]["kind"], "checked");
}

}  // namespace
}  // namespace votum::cli
