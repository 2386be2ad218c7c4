// The table of reasons. That docs/protocol.md lists it and programs use all of it is checked by
// script/reasons, which is a test too.
#include "base/reason.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(ReasonTest, EveryReasonIsFoundByItsOwnText) {
  EXPECT_FALSE(AllReasons().empty());
  std::set<std::string> texts;
  for (const ReasonRow& row : AllReasons()) {
    EXPECT_TRUE(texts.insert(std::string(row.text)).second) << row.text << " stands there twice";
    EXPECT_EQ(ReasonNamed(row.text), row.reason) << row.text;
    EXPECT_EQ(&RowOfReason(row.reason), &row) << row.text;
    EXPECT_THAT(Refuse(row.reason, "x"), IsRefused(row.reason));
    EXPECT_THAT(Refuse(row.reason, "x"), HasCode(row.code));
  }
  EXPECT_EQ(ReasonNamed(""), std::nullopt);
  EXPECT_EQ(ReasonNamed("NOT_INVENTED_YET"), std::nullopt);
}

TEST(ReasonTest, EveryTextIsInUpperSnakeCase) {
  for (const ReasonRow& row : AllReasons()) {
    EXPECT_TRUE(absl::ascii_isupper(row.text.front())) << row.text;
    for (const absl::string_view word : absl::StrSplit(row.text, '_')) {
      EXPECT_FALSE(word.empty()) << row.text;
      for (const char c : word)
        EXPECT_TRUE(absl::ascii_isupper(c) || absl::ascii_isdigit(c)) << row.text;
    }
  }
}

TEST(ReasonTest, EveryReasonHasACodeOfARefusal) {
  for (const ReasonRow& row : AllReasons()) {
    EXPECT_NE(row.code, absl::StatusCode::kOk) << row.text;
    EXPECT_NE(row.code, absl::StatusCode::kUnknown) << row.text;
    EXPECT_NE(row.code, absl::StatusCode::kInternal) << row.text;
  }
}

TEST(ReasonTest, EveryRemedyIsASentence) {
  for (const ReasonRow& row : AllReasons()) {
    ASSERT_FALSE(row.remedy.empty()) << row.text;
    EXPECT_TRUE(absl::ascii_isupper(row.remedy.front())) << row.text;
    EXPECT_TRUE(absl::EndsWith(row.remedy, ".")) << row.text;
    const std::vector<std::string> words =
        absl::StrSplit(row.remedy, absl::ByAnyChar(" \n"), absl::SkipEmpty());
    EXPECT_GE(words.size(), 3u) << row.text << ": " << row.remedy;
    EXPECT_FALSE(absl::StrContains(row.remedy, "  ")) << row.text;
    EXPECT_FALSE(absl::StrContains(row.remedy, "|")) << row.text << " would break the document";
  }
}

// The names in the table are derived from the texts: one can be found by the other.
#define VOTUM_REASON(name, text, code, race, remedy) {#name, text},
constexpr struct {
  const char* name;
  const char* text;
} kNames[] = {
#include "base/reasons.inc"
};
#undef VOTUM_REASON

TEST(ReasonTest, NamesSayWhatTextsSay) {
  for (const auto& row : kNames) {
    std::string name = "k";
    for (const absl::string_view word : absl::StrSplit(row.text, '_')) {
      name += word.front();
      name += absl::AsciiStrToLower(word.substr(1));
    }
    EXPECT_EQ(name, row.name);
  }
}

}  // namespace
}  // namespace votum
