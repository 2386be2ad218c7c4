#include "services/runtime/paging.h"

#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(PagingTest, DefaultsAndCapsTheSize) {
  EXPECT_EQ(ParsePage(0, "", 100, 500)->size, 100u);
  EXPECT_EQ(ParsePage(7, "", 100, 500)->size, 7u);
  EXPECT_EQ(ParsePage(501, "", 100, 500)->size, 500u);
  EXPECT_THAT(ParsePage(-1, "", 100, 500), IsRefused(Reason::kBadPage));
}

TEST(PagingTest, TokensRoundTripAndForeignTextIsRefused) {
  EXPECT_EQ(ParsePage(0, NextPageToken("idee-17"), 100, 500)->after, "idee-17");
  EXPECT_EQ(ParsePage(0, "", 100, 500)->after, "");
  for (const char* bad : {"idee-17", "!!", "aWRlZQ"}) {
    EXPECT_THAT(ParsePage(0, bad, 100, 500), IsRefused(Reason::kBadPage)) << bad;
  }
}

}  // namespace
}  // namespace votum
