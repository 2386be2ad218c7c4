#include "crypto/tlog/entry_bundle.h"

#include <string>
#include <vector>

#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

TEST(EntryBundleTest, HasALengthBeforeEachEntry) {
  const std::vector<std::string> entries = {"ab", "", std::string(258, 'x')};
  const auto bundle = FormatEntryBundle(entries);
  ASSERT_OK(bundle);
  EXPECT_EQ(*bundle, std::string("\0\2ab\0\0\1\2", 8) + std::string(258, 'x'));
  const auto parsed = ParseEntryBundle(*bundle, 3);
  ASSERT_OK(parsed);
  EXPECT_EQ(*parsed, entries);
}

TEST(EntryBundleTest, HoldsTheLongestEntryAndNoLongerOne) {
  const std::vector<std::string> longest = {std::string(65535, 'x')};
  EXPECT_EQ(*ParseEntryBundle(*FormatEntryBundle(longest), 1), longest);
  EXPECT_THAT(FormatEntryBundle({std::string(65536, 'x')}), IsRefused(Reason::kBadEntryBundle));
}

TEST(EntryBundleTest, Holds1To256Entries) {
  EXPECT_THAT(FormatEntryBundle({}), IsRefused(Reason::kBadEntryBundle));
  EXPECT_OK(FormatEntryBundle(std::vector<std::string>(256, "e")));
  EXPECT_THAT(FormatEntryBundle(std::vector<std::string>(257, "e")),
              IsRefused(Reason::kBadEntryBundle));
}

TEST(EntryBundleTest, RefusesWhatDoesNotFit) {
  const std::string bundle = *FormatEntryBundle({"ab", "cd"});
  for (size_t size = 0; size < bundle.size(); ++size) {
    EXPECT_THAT(ParseEntryBundle(bundle.substr(0, size), 2), IsRefused(Reason::kBadEntryBundle));
  }
  EXPECT_THAT(ParseEntryBundle(bundle, 1), IsRefused(Reason::kBadEntryBundle));
  EXPECT_THAT(ParseEntryBundle(bundle, 3), IsRefused(Reason::kBadEntryBundle));
  EXPECT_THAT(ParseEntryBundle(bundle + "x", 2), IsRefused(Reason::kBadEntryBundle));
}

}  // namespace
}  // namespace votum::crypto
