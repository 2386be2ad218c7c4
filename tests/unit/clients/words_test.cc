#include "clients/cli/words.h"

#include <string>
#include <vector>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::cli {
namespace {

struct Case {
  const char* line;
  std::vector<std::string> words;
};

TEST(SplitWordsTest, SplitsAsAShellDoes) {
  const Case kCases[] = {
      {"", {}},
      {" \t ", {}},
      {"# a comment", {}},
      {"a b", {"a", "b"}},
      {"  a\tb  ", {"a", "b"}},
      {"a # b", {"a"}},
      {"a#b", {"a#b"}},
      {"'a b' c", {"a b", "c"}},
      {"\"a b\" c", {"a b", "c"}},
      {"a'b c'd", {"ab cd"}},
      {"'' \"\"", {"", ""}},
      {"'a\"b'", {"a\"b"}},
      {"\"a'b\"", {"a'b"}},
      {R"("a\"b\\c\d\$\`")", {"a\"b\\c\\d$`"}},
      {R"('a\'b)", {"a\\b"}},
      {R"(a\ b\'c\\)", {"a b'c\\"}},
      {"'it'\\''s'", {"it's"}},
      {"--title 'Bänke im Park' --id i-1", {"--title", "Bänke im Park", "--id", "i-1"}},
      {"a\r", {"a"}},
      {"\"# no comment\"", {"# no comment"}},
  };
  for (const Case& c : kCases) {
    const auto words = SplitWords(c.line);
    ASSERT_OK(words) << c.line;
    EXPECT_EQ(*words, c.words) << c.line;
  }
}

TEST(SplitWordsTest, QuotationMarksEnd) {
  for (const char* line : {"'a", "\"a", "a 'b\"", "\"a\\\"", "'a''"})
    EXPECT_THAT(SplitWords(line), IsRefused(Reason::kUsage)) << line;
}

}  // namespace
}  // namespace votum::cli
