#include "crypto/utf8.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

TEST(TakeCodePointTest, TakesSequencesOfEachLength) {
  const struct {
    std::string bytes;
    char32_t code_point;
  } cases[] = {{std::string(1, '\0'), 0},
               {"A", 'A'},
               {"\x7f", 0x7f},
               {"\xc2\x80", 0x80},
               {"\xdf\xbf", 0x7ff},
               {"\xe0\xa0\x80", 0x800},
               {"\xe2\x80\x94", 0x2014},
               {"\xed\x9f\xbf", 0xd7ff},
               {"\xee\x80\x80", 0xe000},
               {"\xef\xbf\xbd", 0xfffd},
               {"\xef\xbf\xbf", 0xffff},
               {"\xf0\x90\x80\x80", 0x10000},
               {"\xf4\x8f\xbf\xbf", 0x10ffff}};
  for (const auto& one : cases) {
    const std::string text = one.bytes + "rest";
    absl::string_view view = text;
    EXPECT_EQ(TakeCodePoint(&view), one.code_point);
    EXPECT_EQ(view, "rest");
  }
}

TEST(TakeCodePointTest, RefusesWhatIsNotWellFormed) {
  for (const std::string& bytes : std::vector<std::string>{"\x80",
                                                           "\xbf",
                                                           "\xc0\x80",
                                                           "\xc1\xbf",
                                                           "\xc2",
                                                           "\xc2 ",
                                                           "\xe0\x80\x80",
                                                           "\xe0\x9f\xbf",
                                                           "\xe2\x80",
                                                           "\xe2\x28\xa1",
                                                           "\xed\xa0\x80",
                                                           "\xed\xbf\xbf",
                                                           "\xf0\x80\x80\x80",
                                                           "\xf0\x8f\xbf\xbf",
                                                           "\xf0\x90\x80",
                                                           "\xf4\x90\x80\x80",
                                                           "\xf5\x80\x80\x80",
                                                           "\xf8\x88\x80\x80\x80",
                                                           "\xfe",
                                                           "\xff"}) {
    absl::string_view view = bytes;
    EXPECT_EQ(TakeCodePoint(&view), std::nullopt) << bytes;
  }
}

TEST(IsUnicodeSpaceTest, KnowsTheEdgesOfEachRange) {
  for (char32_t space : {0x09, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029,
                         0x202f, 0x205f, 0x3000}) {
    EXPECT_TRUE(IsUnicodeSpace(space)) << std::hex << static_cast<uint32_t>(space);
  }
  for (char32_t other : {0x08, 0x0e, 0x1f, 0x21, 0x84, 0x86, 0x9f, 0xa1, 0x180e, 0x1fff, 0x200b,
                         0x2027, 0x202a, 0x2060, 0x3001, 0xfeff}) {
    EXPECT_FALSE(IsUnicodeSpace(other)) << std::hex << static_cast<uint32_t>(other);
  }
}

}  // namespace
}  // namespace votum::crypto
