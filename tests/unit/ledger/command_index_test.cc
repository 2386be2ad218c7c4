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
  CommandIndex index("salt");
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
  CommandIndex index("salt");
  const uint64_t hash = ~uint64_t{0} - 1;  // the next two are the largest number and 0
  for (const uint64_t at : {7u, 3u, 5u}) index.Add(hash, at);
  EXPECT_THAT(index.Candidates(hash), ElementsAre(7, 3, 5));
  // Another entry, whose slot is taken: a look-up of either must return both.
  index.Add(hash + 1, 9);
  EXPECT_THAT(index.Candidates(hash + 1), Contains(9u));
  EXPECT_THAT(index.Candidates(hash), ElementsAre(7, 3, 5, 9));
  EXPECT_THAT(index.Candidates(hash - 1), IsEmpty());
}

TEST(CommandIndexTest, NobodyCanTellAHashWithoutTheSalt) {
  EXPECT_EQ(CommandIndex("salt").HashOf("id"), CommandIndex("salt").HashOf("id"));
  EXPECT_NE(CommandIndex("salt").HashOf("id"), CommandIndex("another").HashOf("id"));
}

TEST(CommandIndexTest, MayBeFilledAnew) {
  CommandIndex index("salt");
  index.Reserve(10000);
  index.Add(1, 7);
  index.Clear();
  EXPECT_THAT(index.Candidates(1), IsEmpty());
  index.Add(1, 8);
  EXPECT_THAT(index.Candidates(1), ElementsAre(8));
}

}  // namespace
}  // namespace votum::ledger
