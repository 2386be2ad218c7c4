#include "core/command/fields.h"

#include <map>
#include <string>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(CheckIdTest, TakesLowerCaseDigitsDashesAndDots) {
  EXPECT_OK(CheckId("id", "rat-2026.12"));
  EXPECT_OK(CheckId("id", std::string(64, 'a')));
  for (const std::string& bad :
       {std::string(), std::string(65, 'a'), std::string("A"), std::string("a b"), std::string("ä"),
        std::string("a/b"), std::string("a\0b", 3)}) {
    EXPECT_THAT(CheckId("id", bad), IsRefused(Reason::kBadId)) << bad;
  }
}

TEST(CheckTextTest, CountsBytesAndRefusesWhatNobodyCanRead) {
  EXPECT_OK(CheckText("text", "Straße\n\tNr. 1", 20));
  EXPECT_OK(CheckOptionalText("text", "", 0));
  EXPECT_THAT(CheckText("text", "", 10), IsRefused(Reason::kBadText));
  EXPECT_THAT(CheckText("text", "Straße", 6), IsRefused(Reason::kBadText));  // 7 bytes
  EXPECT_THAT(CheckText("text", "a\rb", 10), IsRefused(Reason::kBadText));
  EXPECT_THAT(CheckText("text", "a\x7F", 10), IsRefused(Reason::kBadText));
  EXPECT_THAT(CheckText("text", "\xFF", 10), IsRefused(Reason::kBadText));
}

// Characters that nobody sees, or that make another text of what is seen.
TEST(CheckTextTest, RefusesHiddenCharactersAndSaysWhich) {
  for (const char* fine :
       {"Übung", "\u1EA4", "Straße 5\u20AC", "\u0645\u06CC\u200C\u062E", "한국", "👩\u200D👧"})
    EXPECT_OK(CheckText("text", fine, 100)) << fine;
  const std::map<std::string, std::string> hidden = {
      {"U+001B", "a\x1B[2K"},      {"U+009B", "a\u009B2K"},     {"U+0085", "a\u0085"},
      {"U+202E", "a\u202Eb"},      {"U+2066", "a\u2066b"},      {"U+200F", "a\u200Fb"},
      {"U+200B", "a\u200Bb"},      {"U+2028", "a\u2028b"},      {"U+FEFF", "a\uFEFFb"},
      {"U+FFFF", "a\xEF\xBF\xBF"}, {"U+E0041", "a\U000E0041b"}, {"U+0000", std::string("a\0", 2)}};
  for (const auto& [name, text] : hidden) {
    const absl::Status refused = CheckText("title", text, 100);
    EXPECT_THAT(refused, IsRefused(Reason::kBadText)) << name;
    EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr(name));
    EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("number 2; remove it"));
  }
}

TEST(CheckTextTest, WantsNormalFormC) {
  for (const char* apart : {"U\u0308bung", "e\u0301", "\u212B", "\u1100\u1161", "\u00E9\u0323",
                            "a\u0301\u0323", "\u0958"}) {
    EXPECT_THAT(CheckText("text", apart, 100), IsRefused(Reason::kBadText)) << apart;
  }
  // Marks that no character has are fine, in their order.
  for (const char* fine : {"q\u0308", "q\u0323\u0308", "\u1EB9\u0301", "\uAC01", "\u0915\u093C"})
    EXPECT_OK(CheckText("text", fine, 100)) << fine;
}

TEST(CheckContentTest, TextsFollowTheRuleAndOthersAreNotLookedAt) {
  EXPECT_OK(CheckContent("text/plain; charset=utf-8", std::string(kMaxSealedTextBytes, 'a')));
  EXPECT_THAT(CheckContent("text/plain; charset=utf-8", std::string(kMaxSealedTextBytes + 1, 'a')),
              IsRefused(Reason::kBadText));
  for (const char* type : {"text/plain", "TEXT/html", "text/csv"}) {
    EXPECT_OK(CheckContent(type, "Straße\n")) << type;
    for (const char* bad : {"\xFF", "\x1B[2K", "a\u202E", "a\u0308"})
      EXPECT_THAT(CheckContent(type, bad), IsRefused(Reason::kBadText)) << type << bad;
  }
  EXPECT_OK(CheckContent("application/json", "\xFF"));
}

TEST(CheckAttachmentRefTest, WantsAMediaTypeThatCanBeRead) {
  common::v1::AttachmentRef ref;
  ref.set_commitment(std::string(32, 'c'));
  ref.set_subject(std::string(16, 's'));
  for (const char* bad : {"", "text/\x1B[2K", "text/pläin"}) {
    ref.set_media_type(bad);
    EXPECT_THAT(CheckAttachmentRef("text", ref), IsRefused(Reason::kBadAttachment)) << bad;
  }
}

TEST(CheckAttachmentRefTest, WantsFixedLengths) {
  common::v1::AttachmentRef ref;
  ref.set_commitment(std::string(32, 'c'));
  ref.set_subject(std::string(16, 's'));
  ref.set_media_type("text/plain");
  EXPECT_OK(CheckAttachmentRef("text", ref));
  ref.set_subject("short");
  EXPECT_THAT(CheckAttachmentRef("text", ref), IsRefused(Reason::kBadAttachment));
}

}  // namespace
}  // namespace votum
