// Proofs that a table has an entry or none: they hold for what the table has, for nothing else, and
// a program that knows the documents alone comes to the same.
#include "core/table_proof.h"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/describe.h"
#include "core/table.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

using Random = std::mt19937;
using Proven = std::optional<ProvenEntry>;

// Keys that share beginnings, end in others, are empty, or have zero and high bytes.
std::string AwkwardKey(Random& random) {
  static constexpr char kBytes[] = {'\0', 'a', 'b', '\x7f', '\x80', '\xff'};
  std::string key(random() % 5, '\0');
  for (char& byte : key) byte = kBytes[random() % sizeof(kBytes)];
  return key;
}

Table<std::string, std::string> SomeTable(Random& random, size_t entries) {
  Table<std::string, std::string> table;
  for (size_t i = 0; i < entries; ++i)
    table.InsertOrAssign(AwkwardKey(random), std::to_string(random() % 5));
  return table;
}

// What a checker makes of docs/protocol.md, "Histories of objects": it shares only SHA-256 with ours.
class OtherChecker {
 public:
  OtherChecker(std::string proof, std::string key) : in_(std::move(proof)), key_(std::move(key)) {}

  // "entry VALUE", "none", or "bad".
  std::string Check(const std::string& root) {
    const std::string found = Below(Number());
    if (bad_ || at_ != in_.size() || found != root) return "bad";
    const std::string own = static_cast<char>(key_.size()) + key_;
    return entry_.compare(0, own.size(), own) == 0 ? "entry " + entry_.substr(own.size()) : "none";
  }

 private:
  // The digest of what is left of the path: `branches` and the end.
  std::string Below(uint64_t branches) {
    if (bad_ || branches > in_.size()) return Fail();
    if (branches == 0) {
      entry_ = Take(Number());
      if (entry_.empty()) return Hash("\x02");
      return Hash(std::string(1, '\0') + entry_);
    }
    const uint64_t position = Number();
    const uint64_t digits = Number();
    const int own = Digit(position);
    std::vector<std::string> twigs;
    size_t place = 0;
    bool goes_on = false;
    for (int digit = 0; digit <= 16; ++digit) {
      if ((digits >> digit & 1) == 0) continue;
      if (digit == own) {
        goes_on = true;
        place = twigs.size();
      } else {
        twigs.push_back(Take(32));
      }
    }
    if (goes_on) {
      twigs.insert(twigs.begin() + static_cast<std::ptrdiff_t>(place), Below(branches - 1));
      // Only the last branch may lack the digit, and then no entry follows.
    } else if (branches != 1 || !Take(Number()).empty()) {
      return Fail();
    }
    std::string node = "\x01";
    for (const uint64_t number : {position, digits}) {
      for (const int shift : {24, 16, 8, 0}) node += static_cast<char>(number >> shift);
    }
    for (const std::string& twig : twigs) node += twig;
    return Hash(node);
  }
  int Digit(uint64_t position) const {
    if (position / 2 >= key_.size()) return 0;
    const int byte = static_cast<uint8_t>(key_[position / 2]);
    return 1 + (position % 2 == 0 ? byte / 16 : byte % 16);
  }
  uint64_t Number() {
    uint64_t number = 0;
    for (int shift = 0; shift < 63 && at_ < in_.size(); shift += 7) {
      const auto byte = static_cast<uint8_t>(in_[at_++]);
      number |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128) return number;
    }
    bad_ = true;
    return 0;
  }
  std::string Take(uint64_t size) {
    if (size > in_.size() - at_) return Fail();
    at_ += size;
    return in_.substr(at_ - size, size);
  }
  std::string Fail() {
    bad_ = true;
    return "";
  }
  static std::string Hash(const std::string& bytes) {
    const crypto::Digest digest = crypto::Sha256(bytes);
    return std::string(crypto::AsBytes(digest));
  }

  const std::string in_;
  const std::string key_;
  size_t at_ = 0;
  bool bad_ = false;
  std::string entry_;
};

std::string InWords(const Proven& proven) {
  if (!proven.has_value()) return "bad";
  return proven->present ? "entry " + proven->value : "none";
}

std::string Expected(const Table<std::string, std::string>& table, const std::string& key) {
  const std::string* value = table.Find(key);
  return value == nullptr ? "none" : "entry " + Encode(*value);
}

TEST(TableProof, ShowsWhatTheTableHasToThisProgramAndToAnother) {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const auto table = SomeTable(random, random() % 60);
    const crypto::Digest root = table.Digest();
    for (int i = 0; i < 20; ++i) {
      const std::string key = AwkwardKey(random);
      const std::string proof = table.Prove(key);
      ASSERT_EQ(InWords(VerifyTableProof(proof, key, root)), Expected(table, key));
      ASSERT_EQ(OtherChecker(proof, key).Check(std::string(crypto::AsBytes(root))),
                Expected(table, key));
    }
  }
}

TEST(TableProof, AnEmptyTableAndOneEntryHaveProofs) {
  Table<std::string, std::string> table;
  EXPECT_EQ(InWords(VerifyTableProof(table.Prove("a"), "a", table.Digest())), "none");
  table.InsertOrAssign("a", "1");
  EXPECT_EQ(InWords(VerifyTableProof(table.Prove("a"), "a", table.Digest())), Expected(table, "a"));
  EXPECT_EQ(InWords(VerifyTableProof(table.Prove("b"), "b", table.Digest())), "none");
  EXPECT_EQ(InWords(VerifyTableProof(table.Prove(""), "", table.Digest())), "none");
}

// Neither for another key, nor for another table, nor with a changed byte, one more or one less can
// anything be shown that is not so.
TEST(TableProof, NothingElseCanBeShown) {
  Random random(2);
  int refused = 0;
  for (int round = 0; round < 40; ++round) {
    auto table = SomeTable(random, 1 + random() % 30);
    const crypto::Digest root = table.Digest();
    const std::string key = AwkwardKey(random);
    const std::string proof = table.Prove(key);
    const auto expect_honest = [&](const std::string& bytes, const std::string& about) {
      const std::string shown = InWords(VerifyTableProof(bytes, about, root));
      if (shown == "bad") return static_cast<void>(++refused);
      EXPECT_EQ(shown, Expected(table, about));
    };
    for (int i = 0; i < 10; ++i) expect_honest(proof, AwkwardKey(random));
    for (size_t i = 0; i < proof.size(); ++i) {
      std::string changed = proof;
      changed[i] = static_cast<char>(changed[i] ^ (1 << random() % 8));
      EXPECT_EQ(InWords(VerifyTableProof(changed, key, root)), "bad") << "byte " << i;
    }
    EXPECT_EQ(InWords(VerifyTableProof(proof + '\0', key, root)), "bad");
    EXPECT_EQ(InWords(VerifyTableProof(proof.substr(1), key, root)), "bad");
    EXPECT_EQ(InWords(VerifyTableProof(proof.substr(0, proof.size() - 1), key, root)), "bad");
    table.InsertOrAssign(key, "another value");
    EXPECT_EQ(InWords(VerifyTableProof(proof, key, table.Digest())), "bad");
  }
  EXPECT_GT(refused, 100) << "a proof of one key is none of most others";
}

}  // namespace
}  // namespace votum
