#include "ledger/command_index.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "crypto/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::ledger {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CommandIndexTest, FindsEachOfMany) {
  CommandIndex index;
  std::map<std::string, uint64_t> ids;
  for (uint64_t i = 0; i < 20000; ++i) {
    const std::string id = crypto::NewUuid();
    index.Add(index.HashOf(id), i);
    ids.emplace(id, i);
  }
  for (const auto& [id, at] : ids) EXPECT_THAT(index.Candidates(index.HashOf(id)), Contains(at));
  for (int i = 0; i < 1000; ++i)
    EXPECT_THAT(index.Candidates(index.HashOf(crypto::NewUuid())), IsEmpty());
}

TEST(CommandIndexTest, WhatCollidesIsFoundInTheOrderAdded) {
  CommandIndex index;
  const uint64_t hash = ~uint64_t{0} - 1;  // the next two are the largest number and 0
  for (const uint64_t at : {7u, 3u, 5u}) index.Add(hash, at);
  EXPECT_THAT(index.Candidates(hash), ElementsAre(7, 3, 5));
  // Another entry, whose slot is taken: a look-up of either must return both.
  index.Add(hash + 1, 9);
  EXPECT_THAT(index.Candidates(hash + 1), Contains(9u));
  EXPECT_THAT(index.Candidates(hash), ElementsAre(7, 3, 5, 9));
  EXPECT_THAT(index.Candidates(hash - 1), IsEmpty());
}

TEST(CommandIndexTest, EachProcessHashesInItsOwnWay) {
  EXPECT_NE(CommandIndex().HashOf("id"), CommandIndex().HashOf("id"));
}

}  // namespace
}  // namespace votum::ledger
