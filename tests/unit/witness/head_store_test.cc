#include "witness/head_store.h"

#include <string>

#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"

namespace votum::witness {
namespace {

TEST(SqliteHeadStoreTest, ReplacesOnlyWhatIsExpected) {
  const std::string path = NewTestFolder("store") + "/witness.db";
  auto store = SqliteHeadStore::Open(path);
  ASSERT_OK(store);
  EXPECT_EQ(*(*store)->Load("a"), "");
  EXPECT_THAT((*store)->Replace("a", "one", "two"), IsRefused(Reason::kHeadChanged));
  EXPECT_OK((*store)->Replace("a", "", "one"));
  EXPECT_THAT((*store)->Replace("a", "", "two"), IsRefused(Reason::kHeadChanged));
  EXPECT_THAT((*store)->Replace("a", "other", "two"), IsRefused(Reason::kHeadChanged));
  EXPECT_OK((*store)->Replace("a", "one", "two"));
  EXPECT_OK((*store)->Replace("b", "", "three"));
  EXPECT_EQ(*(*store)->Load("a"), "two");

  // Another process on the same file sees it, and is seen.
  auto other = SqliteHeadStore::Open(path);
  ASSERT_OK(other);
  EXPECT_EQ(*(*other)->Load("a"), "two");
  EXPECT_OK((*other)->Replace("a", "two", "four"));
  EXPECT_THAT((*store)->Replace("a", "two", "five"), IsRefused(Reason::kHeadChanged));
  store->reset();
  EXPECT_EQ(*(*other)->Load("a"), "four");
  EXPECT_EQ(*(*other)->Load("b"), "three");
}

}  // namespace
}  // namespace votum::witness
