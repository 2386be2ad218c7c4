// Described state: encoding, decoding, digest, comparison, printing.
#include "core/describe.h"

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keys.h"
#include "gmock/gmock.h"
#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"
#include "tests/unit/core/everything.h"

namespace votum {
namespace {

using google::protobuf::Timestamp;

// One change of each field.
std::vector<std::pair<std::string, void (*)(Outer&)>> Changes() {
  return {{"flag", [](Outer& o) { o.flag = !o.flag; }},
          {"mode", [](Outer& o) { o.mode = Mode::kOpen; }},
          {"number", [](Outer& o) { o.number = 2; }},
          {"small", [](Outer& o) { ++o.small; }},
          {"text", [](Outer& o) { o.text += '\0'; }},
          {"time", [](Outer& o) { o.time += absl::Microseconds(1); }},
          {"maybe", [](Outer& o) { o.maybe.reset(); }},
          {"maybe", [](Outer& o) { o.maybe->weight.reset(); }},
          {"list", [](Outer& o) { o.list[1].id = "c"; }},
          {"list", [](Outer& o) { o.list.pop_back(); }},
          {"names", [](Outer& o) { o.names.insert("z"); }},
          {"by_number", [](Outer& o) { o.by_number[1] = "eins"; }},
          {"pair", [](Outer& o) { o.pair.second = false; }},
          {"bytes", [](Outer& o) { o.bytes[0] = 2; }},
          {"message", [](Outer& o) { o.message.set_nanos(1); }},
          {"table[\"k\"].weight", [](Outer& o) { o.table.Mutable("k")->weight = 10; }},
          {"table[\"l\"]", [](Outer& o) { o.table.InsertOrAssign("l", Inner()); }},
          {"packed.weight",
           [](Outer& o) {
             o.packed = Packed<Inner>(Inner{"p", 5});
           }},
          {"packed.id", [](Outer& o) {
             o.packed = Packed<Inner>(Inner{"", 4});
           }}};
}

TEST(DescribeTest, EachFieldCounts) {
  const Outer outer = Example();
  EXPECT_EQ(Differences(outer, Example()), "");
  EXPECT_EQ(DigestOf(outer), DigestOf(Example()));
  for (const auto& [path, change] : Changes()) {
    Outer changed = outer;
    change(changed);
    EXPECT_FALSE(Equal(outer, changed)) << path;
    EXPECT_NE(DigestOf(outer), DigestOf(changed)) << path;
    EXPECT_NE(Encode(outer), Encode(changed)) << path;
    EXPECT_THAT(Differences(outer, changed), testing::StartsWith(path + ": "));
    Outer read;
    ASSERT_TRUE(Decode(Encode(changed), read)) << path;
    EXPECT_EQ(Differences(changed, read), "");
    EXPECT_EQ(DigestOf(changed), DigestOf(read)) << path;
  }
}

TEST(DescribeTest, WhatIsPackedIsTheStructInItsBytes) {
  const Inner inner{"ab", 300};
  const Packed<Inner> packed(inner);
  EXPECT_EQ(Encode(packed), Encode(inner));
  EXPECT_EQ(DigestOf(packed), DigestOf(inner));
  EXPECT_EQ(Encode(packed.Unpack()), Encode(inner));
  EXPECT_EQ(Encode(Packed<Inner>()), Encode(Inner()));
  Packed<Inner> copy = packed;
  copy = Packed<Inner>(Inner{"c", std::nullopt});
  EXPECT_EQ(packed.Unpack().id, "ab") << "a copy has its own bytes";
}

TEST(DescribeTest, BytesAreThoseOfTheFieldsInOrder) {
  EXPECT_EQ(Encode(Inner{"ab", std::nullopt}), std::string("\2ab\0", 4));
  EXPECT_EQ(Encode(Inner{"ab", 300}), std::string("\2ab\1\xac\2", 6));
  EXPECT_EQ(Encode(int64_t{-1}), "\1");
  EXPECT_EQ(Encode(int64_t{1}), "\2");
  EXPECT_EQ(Encode(absl::FromUnixMicros(-1)), "\1");
  EXPECT_EQ(Encode(std::array<uint8_t, 2>{1, 200}), "\1\xc8\1");
}

template <typename T>
T Through(const T& value) {
  T read{};
  EXPECT_TRUE(Decode(Encode(value), read));
  return read;
}

TEST(DescribeTest, ExtremesComeThrough) {
  for (const uint64_t number : {uint64_t{0}, uint64_t{127}, uint64_t{128}, ~uint64_t{0}})
    EXPECT_EQ(Through(number), number);
  using Limits = std::numeric_limits<int64_t>;
  for (const int64_t number : {Limits::min(), int64_t{-64}, int64_t{63}, Limits::max()})
    EXPECT_EQ(Through(number), number);
  for (const absl::Time time : {absl::InfinitePast(), absl::InfiniteFuture(),
                                absl::FromUnixMicros(-1), absl::FromUnixSeconds(int64_t{1} << 32)})
    EXPECT_EQ(Through(time), time);
}

TEST(DescribeTest, TheDecoderAcceptsOneFormOnly) {
  const auto read = [](auto value, absl::string_view bytes) { return Decode(bytes, value); };
  EXPECT_TRUE(read(bool(), "\1"));
  EXPECT_FALSE(read(bool(), "\2")) << "neither false nor true";
  EXPECT_TRUE(read(uint8_t(), "\xff\1"));
  EXPECT_FALSE(read(uint8_t(), "\x80\2")) << "256";
  EXPECT_FALSE(read(int8_t(), "\x80\2")) << "128";
  EXPECT_FALSE(read(uint64_t(), absl::string_view("\x81\0", 2))) << "longer than needed";
  EXPECT_FALSE(read(uint64_t(), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\2")) << "more than 64 bits";
  EXPECT_FALSE(read(uint64_t(), "\x80")) << "cut off";
  EXPECT_FALSE(read(uint64_t(), "\1\1")) << "something follows";
  EXPECT_FALSE(read(uint64_t(), "")) << "nothing";
  EXPECT_TRUE(read(std::set<std::string>(), "\2\1a\1b"));
  EXPECT_FALSE(read(std::set<std::string>(), "\2\1b\1a")) << "not in order";
  EXPECT_FALSE(read(std::set<std::string>(), "\2\1a\1a")) << "twice";
  EXPECT_FALSE(read(std::vector<std::string>(), "\xff\xff\xff\xff\x7f\1a")) << "more than there is";
  EXPECT_TRUE(read(Timestamp(), "\2\x08\5"));
  EXPECT_FALSE(read(Timestamp(), "\4\x08\5\x08\5")) << "protobuf's other form of the same";
  EXPECT_FALSE(read(std::optional<bool>(), "\2\1"));
}

TEST(DescribeTest, PublicKeysAreParsedWhenTheyAreRead) {
  const std::optional<crypto::PublicKey> key =
      crypto::PrivateKey::Generate(crypto::KeyType::kEd25519)->public_key();
  EXPECT_EQ(Through(key), key);
  EXPECT_EQ(Through(std::optional<crypto::PublicKey>()), std::nullopt);
  EXPECT_EQ(Print(key), key->id());
  std::optional<crypto::PublicKey> read;
  EXPECT_FALSE(Decode("\1\3abc", read)) << "no key";
}

// Whatever the bytes are: what is read is written as it was, and nothing breaks.
TEST(DescribeTest, DamagedBytesAreRefusedOrAnotherValue) {
  std::mt19937 random(20261129);
  const std::string bytes = Encode(Example());
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string damaged = bytes;
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    for (uint32_t n = random() % 3 + 1; n > 0 && !damaged.empty(); --n)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    Outer read;
    if (Decode(damaged, read)) {
      EXPECT_EQ(Encode(read), damaged);
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 5000);
}

TEST(DescribeTest, PrintsForPeople) {
  EXPECT_EQ(Print(Inner{"a\"", std::nullopt}), R"({id: "a\"", weight: -})");
  EXPECT_EQ(Print(Example()),
            "{flag: true, mode: 3, number: -2, small: 200, text: \"Jü\\n\", time: "
            "1970-01-01T00:00:01.5Z, maybe: {id: \"i\", weight: 7}, list: [{id: \"a\", weight: -}, "
            "{id: \"b\", weight: 1}], names: [\"x\", \"y\"], by_number: [1: \"one\", 300: "
            "\"many\"], pair: \"p\": true, bytes: [1, 255], message: {seconds: 5}, table: [\"k\": "
            "{id: \"v\", weight: 9}], packed: {id: \"p\", weight: 4}}");
  Outer changed = Example();
  changed.table.Erase("k");
  changed.number = 4;
  EXPECT_EQ(Differences(Example(), changed),
            "number: -2 | 4\ntable[\"k\"]: {id: \"v\", weight: 9} | -\n");
}

}  // namespace
}  // namespace votum
