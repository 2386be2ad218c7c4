#include "services/gateway/known_sessions.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/runtime/read_access.h"

namespace votum::gateway {
namespace {

constexpr absl::Time kNow = absl::UnixEpoch();

TEST(KnownSessionsTest, ASessionIsItsPersonsForAsLongAsSessionsLast) {
  KnownSessions sessions;
  EXPECT_EQ(sessions.PersonOf("a", kNow), "");
  sessions.Learn("a", "anna", kNow);
  EXPECT_EQ(sessions.PersonOf("a", kNow), "anna");
  EXPECT_EQ(sessions.PersonOf("a ", kNow), "") << "its very bytes";
  EXPECT_EQ(sessions.PersonOf("a", kNow + kLongestSession), "");
  sessions.Learn("a", "anna", kNow + absl::Minutes(1));
  EXPECT_EQ(sessions.PersonOf("a", kNow + kLongestSession), "anna");
  sessions.Forget("a");
  EXPECT_EQ(sessions.PersonOf("a", kNow), "");
}

TEST(KnownSessionsTest, WhoSignsManyLosesHisOldestAndNobodyElses) {
  KnownSessions sessions;
  sessions.Learn("b", "bernd", kNow);
  for (size_t i = 0; i < KnownSessions::kOfPerson + 1; ++i)
    sessions.Learn(absl::StrCat("a", i), "anna", kNow);
  EXPECT_EQ(sessions.PersonOf("a0", kNow), "");
  EXPECT_EQ(sessions.PersonOf("a1", kNow), "anna");
  EXPECT_EQ(sessions.PersonOf("b", kNow), "bernd");
}

TEST(KnownSessionsTest, ASessionThatIsForgottenAndLearntAgainIsTheNewest) {
  KnownSessions sessions;
  sessions.Learn("a", "anna", kNow);
  sessions.Forget("a");
  for (size_t i = 0; i < KnownSessions::kOfPerson - 1; ++i)
    sessions.Learn(absl::StrCat("a", i), "anna", kNow);
  sessions.Learn("a", "anna", kNow);
  EXPECT_EQ(sessions.PersonOf("a", kNow), "anna");
  EXPECT_EQ(sessions.PersonOf("a0", kNow), "anna");
  sessions.Learn("next", "anna", kNow);
  EXPECT_EQ(sessions.PersonOf("a", kNow), "anna");
  EXPECT_EQ(sessions.PersonOf("a0", kNow), "");
}

TEST(KnownSessionsTest, OldOnesMakeRoom) {
  KnownSessions sessions;
  for (size_t i = 0; i < KnownSessions::kInAll; ++i)
    sessions.Learn(absl::StrCat("s", i), absl::StrCat("p", i), kNow);
  sessions.Learn("next", "anna", kNow + absl::Minutes(1));
  EXPECT_EQ(sessions.PersonOf("next", kNow + absl::Minutes(1)), "") << "all are in use";
  EXPECT_EQ(sessions.PersonOf("s7", kNow), "p7");
  sessions.Learn("next", "anna", kNow + kLongestSession);
  EXPECT_EQ(sessions.PersonOf("next", kNow + kLongestSession), "anna");
}

}  // namespace
}  // namespace votum::gateway
