// Checks that no text which votum prints can act on the terminal or pass for lines of ours.
#include "clients/cli/safe_output.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>

#include "absl/strings/string_view.h"
#include "clients/cli/printer.h"
#include "core/command/fields.h"
#include "crypto/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::map<std::string, std::string>& Cases() {
  static const auto* const kCases = new std::map<std::string, std::string>{
      {"Straße 5 €\n\tzwei 👩\u200D👧\r\n", "Straße 5 €\n\tzwei 👩\u200D👧\r\n"},
      {"a\x1b[1A\x1b[2Kok", "a\\u001b[1A\\u001b[2Kok"},
      {"over\rwritten", "over\\u000dwritten"},
      {"C1 \u009b2K", "C1 \\u009b2K"},
      {"8 bit \x9b"
       "2K",
       "8 bit \\x9b2K"},
      {"\u202eegalroV", "\\u202eegalroV"},
      {"tag \U000E0041", "tag \\udb40\\udc41"},
      {"cut \xe2\x82", "cut \\xe2\\x82"},
      {"overlong \xc0\x9b", "overlong \\xc0\\x9b"},
      {std::string("nul\0", 4), "nul\\u0000"},
      {"ends with CR\r", "ends with CR\\u000d"}};
  return *kCases;
}

TEST(SafeOutputTest, HiddenCharactersBecomeVisibleHoweverTheyAreWritten) {
  for (const auto& [text, shown] : Cases()) {
    EXPECT_EQ(Safe(text), shown);
    // In pieces of each size, as streams may hand them over.
    for (size_t piece = 1; piece <= text.size(); ++piece) {
      std::ostringstream terminal;
      {
        const SafeStream safe(terminal);
        for (size_t at = 0; at < text.size(); at += piece) terminal << text.substr(at, piece);
      }
      EXPECT_EQ(terminal.str(), shown) << piece;
      terminal << "\x1b";
      EXPECT_EQ(terminal.str(), shown + "\x1b") << "the stream is as before";
    }
  }
}

// Only text comes out, whatever goes in.
TEST(SafeOutputTest, NothingHiddenGetsThrough) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {'x', static_cast<char>(a), static_cast<char>(b), 'y'};
      const std::string safe = Safe(text);
      for (absl::string_view rest = safe; !rest.empty();) {
        const auto code = crypto::TakeCodePoint(&rest);
        ASSERT_TRUE(code.has_value()) << a << " " << b;
        const bool line_end = *code == U'\r' && !rest.empty() && rest[0] == '\n';
        ASSERT_TRUE(!IsHidden(*code) || *code == U'\n' || *code == U'\t' || line_end)
            << a << " " << b;
      }
    }
  }
}

TEST(SafeOutputTest, ACellCannotMakeLinesUp) {
  const std::string table = Table({{"1", "Radweg\n2  ok    all checked"}, {"2", "a\tb"}});
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2);
  EXPECT_THAT(table, HasSubstr("Radweg\\n2  ok"));
  EXPECT_THAT(table, Not(HasSubstr("\t")));
}

}  // namespace
}  // namespace votum::cli
