// Tables beside std::map, with many handles; and that the digest is one of the contents.
#include "core/table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

using testing::ElementsAre;
using testing::Pair;

using Random = std::mt19937;

// Keys that share beginnings, end in others, are empty, or have zero and high bytes.
std::string AwkwardKey(Random& random) {
  static constexpr char kBytes[] = {'\0', 'a', 'b', '\x7f', '\x80', '\xff'};
  std::string key(random() % 5, '\0');
  for (char& byte : key) byte = kBytes[random() % sizeof(kBytes)];
  return key;
}

std::string LongKey(Random& random) {
  return std::string(random() % 40, 'x') + std::to_string(random() % 9);
}

uint64_t Number(Random& random) { return random() % 2 == 0 ? random() % 300 : uint64_t{1} << 56; }

using Bytes = std::array<uint8_t, 2>;
Bytes TwoBytes(Random& random) {
  return {static_cast<uint8_t>(random() % 3 * 127), static_cast<uint8_t>(random())};
}

// Greater than what a leaf keeps no digest of.
struct Wide {
  std::string name;
  std::string text;
  uint64_t number = 0;
  VOTUM_FIELDS(name, text, number)
};
static_assert(sizeof(Wide) > table::kSmallValue);

template <typename T>
T Some(Random& random);
template <>
std::string Some(Random& random) {
  return std::to_string(random() % 5);
}
template <>
std::monostate Some(Random&) {
  return {};
}
template <>
Wide Some(Random& random) {
  return {std::to_string(random() % 3), "text", random() % 3};
}

template <typename Key, typename Value>
class Model {
 public:
  using MakeKey = Key (*)(Random&);

  explicit Model(MakeKey make_key) : make_key_(make_key) {}

  // One change of the table, and the same of the map.
  void Change(Random& random) {
    const Key key = make_key_(random);
    switch (random() % 6) {
      case 0:
      case 1: {
        const Value value = Some<Value>(random);
        EXPECT_TRUE(Equal(table_.InsertOrAssign(key, value), value));
        map_[key] = value;
        break;
      }
      case 2:
        table_.MutableOrNew(key) = map_[key] = Some<Value>(random);
        break;
      case 3: {
        Value* value = table_.Mutable(key);
        const auto found = map_.find(key);
        ASSERT_EQ(value != nullptr, found != map_.end());
        if (value != nullptr) *value = found->second = Some<Value>(random);
        break;
      }
      default:
        ASSERT_EQ(table_.Erase(key), map_.erase(key) == 1);
    }
  }

  void Check(Random& random) const {
    ASSERT_EQ(table_.size(), map_.size());
    ASSERT_EQ(table_.empty(), map_.empty());
    CheckFrom(table_.begin(), map_.begin());
    for (int i = 0; i < 5; ++i) {
      const Key key = make_key_(random);
      CheckFrom(table_.lower_bound(key), map_.lower_bound(key));
      CheckFrom(table_.upper_bound(key), map_.upper_bound(key));
      const auto found = map_.find(key);
      const Value* value = table_.Find(key);
      ASSERT_EQ(value != nullptr, found != map_.end());
      if (value != nullptr) ASSERT_TRUE(Equal(*value, found->second));
    }
  }

  // A table with the same contents that has another history.
  Table<Key, Value> MadeAnew(Random& random) const {
    std::vector<std::pair<Key, Value>> entries(map_.begin(), map_.end());
    std::shuffle(entries.begin(), entries.end(), random);
    Table<Key, Value> table;
    for (const auto& [key, value] : entries) table.InsertOrAssign(key, value);
    return table;
  }

  const Table<Key, Value>& table() const { return table_; }
  std::string Contents() const { return Encode(map_); }

 private:
  template <typename TableIterator, typename MapIterator>
  void CheckFrom(TableIterator it, MapIterator expected) const {
    for (; expected != map_.end(); ++expected, ++it) {
      ASSERT_TRUE(it != table_.end());
      ASSERT_EQ(it->first, expected->first);
      ASSERT_TRUE(Equal(it->second, expected->second));
    }
    ASSERT_TRUE(it == table_.end());
  }

  MakeKey make_key_;
  Table<Key, Value> table_;
  std::map<Key, Value> map_;
};

// Many handles: each is copied from others, changed, and dropped, in any order.
template <typename Key, typename Value>
void TryHandles(Key (*make_key)(Random&), uint32_t seed) {
  SCOPED_TRACE(seed);
  Random random(seed);
  using TheModel = Model<Key, Value>;
  std::vector<TheModel> handles(8, TheModel(make_key));
  std::map<crypto::Digest, std::string> contents_of;
  for (int step = 0; step < 3000; ++step) {
    TheModel& handle = handles[random() % handles.size()];
    if (random() % 20 == 0) handle = handles[random() % handles.size()];
    if (random() % 300 == 0) handle = TheModel(make_key);
    ASSERT_NO_FATAL_FAILURE(handle.Change(random));
    if (random() % 4 == 0) {
      // Equal digests: equal contents.
      const crypto::Digest digest = handle.table().Digest();
      const std::string contents = handle.Contents();
      ASSERT_EQ(contents_of.try_emplace(digest, contents).first->second, contents);
    }
    if (step % 50 != 0) continue;
    for (const TheModel& each : handles) {
      ASSERT_NO_FATAL_FAILURE(each.Check(random));
      // Equal contents: equal digests, and nothing remembered is out of date.
      ASSERT_EQ(each.table().Digest(), each.MadeAnew(random).Digest());
      Table<Key, Value> read;
      ASSERT_TRUE(Decode(Encode(each.table()), read));
      ASSERT_TRUE(read == each.table());
      ASSERT_EQ(Encode(each.table()), each.Contents()) << "the encoding is that of a map";
    }
  }
  EXPECT_GT(contents_of.size(), 100u);
}

TEST(TableTest, IsAMapWhoseHandlesAreIndependentAndWhoseDigestIsThatOfItsContents) {
  for (uint32_t seed = 1; seed <= 2; ++seed) {
    TryHandles<std::string, std::string>(AwkwardKey, seed);
    TryHandles<std::string, Wide>(AwkwardKey, seed);
    TryHandles<std::string, Wide>(LongKey, seed);
    TryHandles<uint64_t, std::string>(Number, seed);
    TryHandles<Bytes, std::monostate>(TwoBytes, seed);
  }
}

TEST(TableTest, KeysAreInOrder) {
  Table<std::string, uint64_t> names;
  for (const char* name : {"b", "", "ab", "a", "\xc3\xa4", "abc"}) {
    names.InsertOrAssign(name, names.size());
  }
  std::vector<std::string> in_order;
  for (const auto& [name, number] : names) in_order.push_back(name);
  EXPECT_THAT(in_order, ElementsAre("", "a", "ab", "abc", "b", "\xc3\xa4"));
  Table<uint32_t, bool> numbers;
  for (const uint32_t number : {256u, 1u, 0xffffffffu, 255u, 0u}) numbers.MutableOrNew(number);
  EXPECT_THAT(std::vector(numbers.begin(), numbers.end()),
              ElementsAre(Pair(0, false), Pair(1, false), Pair(255, false), Pair(256, false),
                          Pair(0xffffffffu, false)));
}

// Counts how often its values are copied.
struct Counted {
  Counted() = default;
  Counted(const Counted& other) : number(other.number) { ++copies; }
  Counted(Counted&&) = default;
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) = default;

  uint64_t number = 0;
  static inline int copies = 0;
};

TEST(TableTest, OnlyWhatIsSharedAndChangedIsCopied) {
  Table<uint64_t, Counted> table;
  for (uint64_t i = 0; i < 1000; ++i) table.InsertOrAssign(i, Counted());
  for (uint64_t i = 0; i < 1000; ++i) table.Mutable(i)->number = i;
  EXPECT_EQ(Counted::copies, 0) << "nothing is shared";
  {
    const Table<uint64_t, Counted> handle = table;
    EXPECT_EQ(Counted::copies, 0) << "a handle copies no entry";
    const Counted* other = handle.Find(8);
    table.Mutable(7)->number = 70;
    table.Mutable(7)->number = 71;
    EXPECT_EQ(Counted::copies, 1) << "the one that changes, once";
    EXPECT_EQ(handle.Find(7)->number, 7u);
    EXPECT_EQ(table.Find(7)->number, 71u);
    EXPECT_EQ(table.Find(8), other) << "its neighbour is shared";
    EXPECT_EQ(table.Mutable(5000), nullptr);
    EXPECT_FALSE(table.Erase(5000));
    EXPECT_TRUE(table.Erase(9));
    EXPECT_EQ(Counted::copies, 1);
    EXPECT_TRUE(handle.Contains(9));
  }
  table.Mutable(8)->number = 80;
  EXPECT_EQ(Counted::copies, 1) << "the other handle is gone";
}

TEST(TableTest, AMovedTableLeavesAnEmptyOne) {
  Table<std::string, std::string> table;
  table.InsertOrAssign("a", "1");
  Table<std::string, std::string> moved = std::move(table);
  EXPECT_TRUE(table.empty());  // NOLINT: that is the question
  EXPECT_EQ(table.Digest(), (Table<std::string, std::string>().Digest()));
  table.InsertOrAssign("b", "2");
  EXPECT_EQ(moved.size(), 1u);
  moved = table;
  EXPECT_TRUE(moved == table);
  const Table<std::string, std::string>& same = moved;
  moved = same;
  EXPECT_EQ(*moved.Find("b"), "2");
  moved.clear();
  EXPECT_TRUE(moved.begin() == moved.end());
}

// The second key of a table by two keys.
TEST(TableTest, TablesWithinTablesShareTheirEntriesToo) {
  using Ballots = Table<std::string, std::string>;
  Table<std::string, Ballots> by_vote;
  by_vote.MutableOrNew("vote-1").InsertOrAssign("anna", "yes");
  const Table<std::string, Ballots> before = by_vote;
  const crypto::Digest digest = by_vote.Digest();
  by_vote.Mutable("vote-1")->InsertOrAssign("bert", "no");
  EXPECT_NE(by_vote.Digest(), digest);
  EXPECT_EQ(before.Digest(), digest);
  EXPECT_EQ(before.Find("vote-1")->size(), 1u);
  EXPECT_EQ(by_vote.Find("vote-1")->Find("anna"), before.Find("vote-1")->Find("anna"));
  by_vote.Mutable("vote-1")->Erase("bert");
  EXPECT_EQ(by_vote.Digest(), digest);
}

TEST(TableTest, TheDecoderAcceptsOnlyKeysInOrder) {
  Table<std::string, uint64_t> table;
  const std::string bytes("\2\1a\0\1b\0", 7);
  ASSERT_TRUE(Decode(bytes, table));
  EXPECT_EQ(Encode(table), bytes);
  for (const std::string& wrong :
       {std::string("\2\1b\0\1a\0", 7), std::string("\2\1a\0\1a\0", 7),
        std::string("\3\1a\0\1b\0", 7), std::string("\1\1a\0\1b\0", 7), std::string("\xff\x7f")}) {
    Table<std::string, uint64_t> read;
    EXPECT_FALSE(Decode(wrong, read));
  }
}

// The digest is part of the log's format: AttestState records it.
TEST(TableTest, TheDigestStaysAsItIs) {
  Table<std::string, std::string> table;
  EXPECT_EQ(table.Digest(), crypto::Sha256("\2"));
  table.InsertOrAssign("a", "x");
  const crypto::Digest a = crypto::Sha256(absl::string_view("\0\1a\1x", 5));
  EXPECT_EQ(table.Digest(), a);
  table.InsertOrAssign("b", "y");
  // 0x61 and 0x62 differ at digit 1: bits 2 and 3.
  const crypto::Digest b = crypto::Sha256(absl::string_view("\0\1b\1y", 5));
  EXPECT_EQ(table.Digest(), crypto::Sha256({absl::string_view("\1\0\0\0\1\0\0\0\xc", 9),
                                            crypto::AsBytes(a), crypto::AsBytes(b)}));
}

}  // namespace
}  // namespace votum
