#include "core/command/fields.h"

#include <string>

#include "base/status_matchers.h"
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
