#include "clients/lib/csv.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::client {
namespace {

using ::testing::HasSubstr;

using Texts = std::vector<std::vector<std::string>>;

std::string Quoted(const std::string& text) {
  return "\"" + absl::StrReplaceAll(text, {{"\"", "\"\""}}) + "\"";
}

Texts TextsOf(const std::vector<CsvRow>& rows) {
  Texts texts;
  for (const CsvRow& row : rows) {
    texts.emplace_back();
    for (const CsvField& field : row) texts.back().push_back(field.text);
  }
  return texts;
}

struct Read {
  const char* name;
  std::string text;
  Texts rows;
};

class CsvReadTest : public ::testing::TestWithParam<Read> {};

TEST_P(CsvReadTest, GivesTheFields) {
  const auto rows = ParseCsv(GetParam().text);
  ASSERT_OK(rows);
  EXPECT_EQ(TextsOf(*rows), GetParam().rows);
}

INSTANTIATE_TEST_SUITE_P(
    Files, CsvReadTest,
    ::testing::Values(
        Read{"lf", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
        Read{"crlf", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
        Read{"without_a_last_line_end", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
        Read{"byte_order_mark",
             "\xEF\xBB\xBF"
             "a,b\n1,2\n",
             {{"a", "b"}, {"1", "2"}}},
        Read{"quoted", "a\n\"x, \"\"y\"\"\"\n", {{"a"}, {"x, \"y\""}}},
        Read{"line_ends_within_a_field",
             "a,b\n\"1\r\n2\",\"3\n4\"\n",
             {{"a", "b"}, {"1\n2", "3\n4"}}},
        Read{"empty_fields", "a,b,c\n\"\",x,\n", {{"a", "b", "c"}, {"", "x", ""}}},
        Read{"blank_rows_of_a_spreadsheet", "a,b\n,\n1,2\n, \n", {{"a", "b"}, {"1", "2"}}},
        Read{"tabs", "a\tb\n1,5\t2;3\n", {{"a", "b"}, {"1,5", "2;3"}}},
        Read{"said_separator", "sep=;\r\na,b;c\r\n1;2\r\n", {{"a,b", "c"}, {"1", "2"}}},
        Read{"empty_last_field_at_the_end", "a,b\n1,", {{"a", "b"}, {"1", ""}}},
        Read{"empty_lines", "\na,b\n\n1,2\n\r\n", {{"a", "b"}, {"1", "2"}}},
        Read{"semicolons", "a;b\n1,5;2\n", {{"a", "b"}, {"1,5", "2"}}},
        Read{"semicolons_are_text_after_a_comma", "a,b;c\n1,2;3\n", {{"a", "b;c"}, {"1", "2;3"}}},
        Read{"umlauts", "a\nÖlstoppfür\n", {{"a"}, {"Ölstoppfür"}}},
        Read{"spaces_belong_to_the_field", "a, b\n1 , 2\n", {{"a", " b"}, {"1 ", " 2"}}}),
    [](const auto& info) { return std::string(info.param.name); });

struct Refused {
  const char* name;
  std::string text;
  const char* place;
};

class CsvRefusalTest : public ::testing::TestWithParam<Refused> {};

TEST_P(CsvRefusalTest, SaysWhere) {
  const auto rows = ParseCsv(GetParam().text);
  ASSERT_THAT(rows, IsRefused(Reason::kBadCsv));
  EXPECT_THAT(std::string(rows.status().message()), HasSubstr(GetParam().place));
}

INSTANTIATE_TEST_SUITE_P(
    Files, CsvRefusalTest,
    ::testing::Values(
        Refused{"nothing", "", "line 1, column 1: "},
        Refused{"only_empty_lines", "\n\r\n", "line 3, column 1: "},
        Refused{"too_few", "a,b\n1\n", "line 2, column 1: the row has 1 fields"},
        Refused{"too_many", "a,b\n1,2\n\n1,2,3\n", "line 4, column 1: the row has 3 fields"},
        Refused{"mark_within_a_field", "a,b\n1,x\"y\n",
                "line 2, column 4: a quotation mark within"},
        Refused{"mark_after_a_space", "a,b\n1, \"y\"\n",
                "line 2, column 4: a quotation mark within"},
        Refused{"text_after_the_closing_mark", "a,b\n\"1\"x,2\n", "line 2, column 4: text after"},
        Refused{"never_closed", "a,b\n1,\"x\n\n", "line 2, column 3: this quote is not closed"},
        Refused{"columns_are_characters", "a\nöäü\"\n", "line 2, column 4: "},
        Refused{"latin_1", "a\nx\xE4y\n", "line 2, column 2: the file is not UTF-8"},
        Refused{"overlong", "a\n\xC0\xAF\n", "line 2, column 1: the file is not UTF-8"},
        Refused{"nul", std::string("a\nx\0\n", 5), "line 2, column 2: a control character"},
        Refused{"carriage_return_alone", "a\rb\n", "line 1, column 2: a control character"},
        Refused{"carriage_return_alone_in_quotes", "a\n\"x\ry\"\n", "line 2, column 3: a control"},
        Refused{"line_counts_through_fields", "a\n\"x\ny\"\n\"\n", "line 4, column 1: "}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(CsvTest, FieldsKnowWhereTheyBegin) {
  const auto rows = ParseCsv("id,text\n7,\"a\nb\"\n8,ö,\n");
  ASSERT_THAT(rows, IsRefused(Reason::kBadCsv));  // the last row is longer
  const auto sound = ParseCsv("id,text\n7,\"a\nb\"\nö8,c\n");
  ASSERT_OK(sound);
  EXPECT_EQ(ToString((*sound)[1][1].begin), "line 2, column 3");
  EXPECT_EQ(ToString((*sound)[2][1].begin), "line 4, column 4");
}

// Everything written by the RFC's rules is read back unchanged, but for rows that are blank.
TEST(CsvTest, ReadsBackWhatIsWritten) {
  const std::vector<std::string> texts = {"",     "a", ",",     "\"",        "\"\"", "\n",
                                          "a\nb", ";", " a\t ", "\",\"\n\"", "ß→€"};
  for (const std::string& first : texts) {
    for (const std::string& second : texts) {
      const std::string csv = "one,two\n" + Quoted(first) + "," + Quoted(second) + "\n";
      const auto rows = ParseCsv(csv);
      ASSERT_OK(rows);
      const bool blank = absl::StripAsciiWhitespace(absl::StrCat(first, second)).empty();
      EXPECT_EQ(TextsOf(*rows),
                blank ? (Texts{{"one", "two"}}) : (Texts{{"one", "two"}, {first, second}}))
          << csv;
    }
  }
}

}  // namespace
}  // namespace votum::client
