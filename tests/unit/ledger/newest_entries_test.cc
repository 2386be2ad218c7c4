#include "ledger/newest_entries.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Entries of ten bytes each.
void AddTen(NewestEntries& newest, uint64_t from, uint64_t to) {
  for (uint64_t i = from; i < to; ++i)
    newest.Add({i, std::string(32, 'l'), std::string(32, 's'), std::string(10, 'r')});
}

std::vector<uint64_t> Indexes(const std::vector<StoredEntry>& entries) {
  std::vector<uint64_t> indexes;
  for (const StoredEntry& entry : entries) indexes.push_back(entry.index);
  return indexes;
}

TEST(NewestEntries, GivesWhatTheStoreWouldGive) {
  NewestEntries newest(1000);
  AddTen(newest, 7, 12);
  EXPECT_THAT(Indexes(newest.Read(7, 100, 1000)), ElementsAre(7, 8, 9, 10, 11));
  EXPECT_THAT(Indexes(newest.Read(9, 2, 1000)), ElementsAre(9, 10));
  // Until the records exceed the bytes asked for, and at least one.
  EXPECT_THAT(Indexes(newest.Read(8, 100, 15)), ElementsAre(8, 9));
  EXPECT_THAT(Indexes(newest.Read(8, 100, 0)), ElementsAre(8));
  const StoredEntry entry = newest.Read(11, 1, 1)[0];
  EXPECT_EQ(entry.record, std::string(10, 'r'));
  EXPECT_EQ(entry.leaf, std::string(32, 'l'));
  EXPECT_EQ(entry.salt, std::string(32, 's'));
}

TEST(NewestEntries, HasNothingBeforeItsFirstAndAfterItsLast) {
  NewestEntries newest(1000);
  EXPECT_THAT(newest.Read(0, 100, 1000), IsEmpty());
  AddTen(newest, 7, 9);
  EXPECT_THAT(newest.Read(6, 100, 1000), IsEmpty());
  EXPECT_THAT(newest.Read(9, 100, 1000), IsEmpty());
}

TEST(NewestEntries, ForgetsTheOldestBeyondItsCapacity) {
  NewestEntries newest(35);
  AddTen(newest, 0, 100);
  EXPECT_THAT(newest.Read(96, 100, 1000), IsEmpty());
  EXPECT_THAT(Indexes(newest.Read(97, 100, 1000)), ElementsAre(97, 98, 99));
  newest.Add({100, "l", "s", std::string(36, 'r')});  // alone it is too large
  EXPECT_THAT(newest.Read(100, 100, 1000), IsEmpty());
  AddTen(newest, 101, 103);
  EXPECT_THAT(Indexes(newest.Read(101, 100, 1000)), ElementsAre(101, 102));
}

}  // namespace
}  // namespace votum::ledger
