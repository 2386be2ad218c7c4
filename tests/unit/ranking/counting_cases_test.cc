// Faults of counting that were found in the field: each file of tests/data/cases/counting is refused
// with a reason that names the way out, or gives the right winners.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ranking/formats/formats.h"
#include "ranking/method.h"

namespace votum::ranking {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<Election> ReadCase(const std::string& name) {
  const std::string path = absl::StrCat(VOTUM_SOURCE_DIR, "/tests/data/cases/counting/", name);
  const absl::StatusOr<std::string> text = ReadFile(path, size_t{1} << 20);
  if (!text.ok()) return text.status();
  const absl::StatusOr<Format> format = FormatOf(path, *text);
  if (!format.ok()) return format.status();
  return ReadElection(*format, *text);
}

std::string NamesOf(const Election& election, const std::vector<OptionIndex>& options) {
  return absl::StrJoin(options, ", ", [&](std::string* out, OptionIndex option) {
    const Option& one = election.options[option];
    absl::StrAppend(out, one.name.empty() ? one.id : one.name);
  });
}

struct RefusedCase {
  const char* file;
  const char* message;
};

class CountingRefusal : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(CountingRefusal, NamesTheFaultAndTheWayOut) {
  const absl::StatusOr<Election> election = ReadCase(GetParam().file);
  ASSERT_THAT(election.status(), IsRefused(Reason::kBadFormat));
  EXPECT_THAT(std::string(election.status().message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Files, CountingRefusal,
    ::testing::Values(
        RefusedCase{"blt_one_name_missing.blt",
                    "line 6, column 1: there are 3 names for 3 options and the title"},
        RefusedCase{"blt_comment_before_names.blt",
                    "line 7, column 1: there are 3 names for 3 options and the title"},
        RefusedCase{"blt_latin1.blt", "is not in UTF-8; save the file"},
        RefusedCase{"blt_ctrl_in_name.blt", "has a control character; remove it"},
        RefusedCase{"blt_utf16.blt", "line 1, column 1: the file is in UTF-16"},
        RefusedCase{"csv_nfc_nfd.csv", "but is written with other characters"},
        RefusedCase{"csv_newline_in_name.csv",
                    "line 1, column 8: the id \"Radweg\\nNord\" has a "
                    "line break; write it on one line"},
        RefusedCase{"csv_undervote_one.csv",
                    "line 2, column 3: \"undervote\" is what counting machines write"},
        RefusedCase{"cef_indented_param.cvotes",
                    "line 2, column 1: a parameter must stand at the beginning of its line"},
        RefusedCase{"cef_empty_at_rank.cvotes", "/EMPTY_RANKING/ is a whole vote and no rank"},
        RefusedCase{"pb_name_before_cost.pb", "this line has more than the 5 fields of the header"},
        RefusedCase{"pb_thousands_dot.pb", "\"600.000\" can be read in two ways"}),
    [](const auto& info) {
      const std::string name = info.param.file;
      return name.substr(0, name.find('.'));
    });

struct RightCase {
  const char* file;
  const char* method;
  const char* winners;
  // Part of the only remark; empty if there is none.
  const char* remark;
  Params params = {};
};

class CountingResult : public ::testing::TestWithParam<RightCase> {};

TEST_P(CountingResult, IsRight) {
  const absl::StatusOr<Election> election = ReadCase(GetParam().file);
  ASSERT_OK(election.status());
  const absl::StatusOr<Ranking> ranking = Rank(GetParam().method, GetParam().params, *election);
  ASSERT_OK(ranking.status());
  EXPECT_EQ(NamesOf(*election, ranking->winners), GetParam().winners);
  EXPECT_THAT(absl::StrJoin(election->remarks, "\n"), HasSubstr(GetParam().remark));
  EXPECT_EQ(election->remarks.empty(), GetParam().remark[0] == '\0');
}

INSTANTIATE_TEST_SUITE_P(
    Files, CountingResult,
    ::testing::Values(
        RightCase{"warren_simple.blt", "stv.warren", "A, B, C", ""},
        RightCase{"warren_simple_relabelled.blt", "stv.warren", "A, B, C", ""},
        RightCase{"blt_comment_after_names.blt", "schulze.wv_lv", "Berta", ""},
        RightCase{"blt_skip_dash.blt", "schulze.wv_lv", "Berta", ""},
        RightCase{"csv_semicolon.csv", "schulze.wv_lv", "A", ""},
        RightCase{"csv_spaces_orders.csv", "schulze.wv_lv", "Banana", ""},
        RightCase{"cef_param.cvotes", "schulze.wv_lv", "A, C", ""},
        RightCase{"cef_unknown_candidate.cvotes", "schulze.wv_lv", "A",
                  "\"X\" is not among the candidates"},
        RightCase{"pb_votes_column_wrong.pb", "pb.greedy", "S, B", "its column votes says 999"},
        RightCase{"pb_add1_hang.pb", "mes.cost", "A, B", "", {{"completion", "add1"}}}),
    [](const auto& info) {
      std::string name = info.param.file;
      return name.substr(0, name.find('.'));
    });

}  // namespace
}  // namespace votum::ranking
