#include "crypto/random.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

TEST(RandomTest, HasTheSizeAskedForAndDoesNotRepeat) {
  EXPECT_EQ(RandomBytes(0), "");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string bytes = RandomBytes(16);
    EXPECT_EQ(bytes.size(), 16u);
    EXPECT_TRUE(seen.insert(bytes).second);
  }
  EXPECT_NE(RandomSecret(32).Reveal(), RandomSecret(32).Reveal());
}

TEST(RandomTest, EveryByteValueOccurs) {
  std::array<int, 256> counts = {};
  for (char byte : RandomBytes(256 * 256)) ++counts[static_cast<unsigned char>(byte)];
  // Each count is expected to be 256, with a standard deviation of 16; twelve of these never occur.
  EXPECT_GT(*std::min_element(counts.begin(), counts.end()), 64);
  EXPECT_LT(*std::max_element(counts.begin(), counts.end()), 448);
}

TEST(NewUuidTest, IsVersion4InLowerCaseAndNew) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = NewUuid();
    EXPECT_EQ(uuid.size(), 36u);
    for (size_t position = 0; position < uuid.size(); ++position) {
      if (position == 8 || position == 13 || position == 18 || position == 23) {
        EXPECT_EQ(uuid[position], '-') << uuid;
      } else {
        EXPECT_NE(std::string("0123456789abcdef").find(uuid[position]), std::string::npos) << uuid;
      }
    }
    EXPECT_EQ(uuid[14], '4') << uuid;
    EXPECT_THAT(uuid[19], ::testing::AnyOf('8', '9', 'a', 'b')) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}

TEST(NewShortIdTest, HasThePrefixAndIsNew) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewShortId("p");
    EXPECT_THAT(id, ::testing::MatchesRegex("p-[a-z2-7]+"));
    EXPECT_EQ(id.size(), 18u);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

}  // namespace
}  // namespace votum::crypto
