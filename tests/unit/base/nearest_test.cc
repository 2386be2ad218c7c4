#include "base/nearest.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(NearestTest, GuessesALikelyTypingError) {
  const std::vector<std::string> words = {"vote", "votes", "meeting", "--choice"};
  EXPECT_EQ(NearestOf("vtoe", words), "vote");
  EXPECT_EQ(NearestOf("vot", words), "vote");
  EXPECT_EQ(NearestOf("meetin", words), "meeting");
  EXPECT_EQ(NearestOf("--choise", words), "--choice");
  EXPECT_EQ(NearestOf("ballot", words), "");
  EXPECT_EQ(NearestOf("vote", {}), "");
}

}  // namespace
}  // namespace votum
