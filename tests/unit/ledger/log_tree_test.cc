#include "ledger/log_tree.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/merkle.h"
#include "gtest/gtest.h"

namespace votum::ledger {
namespace {

class LogTreeTest : public ::testing::Test {
 protected:
  void Grow(uint64_t size) {
    for (uint64_t i = leaves_.size(); i < size; ++i) {
      leaves_.push_back(absl::StrCat("leaf ", i));
      whole_.Append(leaves_.back());
    }
  }
  LogTree::ReadLeaves Reader() {
    return [this](uint64_t first) -> absl::StatusOr<std::vector<std::string>> {
      ++reads_;
      const uint64_t end = std::min<uint64_t>(first + kChapterRecords, leaves_.size());
      return std::vector<std::string>(leaves_.begin() + static_cast<int64_t>(first),
                                      leaves_.begin() + static_cast<int64_t>(end));
    };
  }
  // The tree of the first `size` leaves, as a start makes it.
  std::unique_ptr<LogTree> FromEdge(uint64_t size) {
    auto tree = std::make_unique<LogTree>(Reader());
    for (uint64_t i = 0; i < size / kChapterRecords; ++i)
      tree->AppendChapter(*whole_.CompleteNode(kChapterHeight, i));
    for (uint64_t i = tree->size(); i < size; ++i) tree->Append(leaves_[i]);
    return tree;
  }
  void ExpectSame(const LogTree& tree, uint64_t index, uint64_t size) const {
    EXPECT_EQ(*tree.RootAt(size), *whole_.RootAt(size)) << size;
    EXPECT_EQ(*tree.InclusionProof(index, size), *whole_.InclusionProof(index, size))
        << index << " " << size;
    EXPECT_EQ(*tree.ConsistencyProof(index, size), *whole_.ConsistencyProof(index, size))
        << index << " " << size;
    EXPECT_OK(tree.CheckLeaf(index, leaves_[index]));
  }

  std::vector<std::string> leaves_;
  crypto::MerkleTree whole_;
  int reads_ = 0;
};

TEST_F(LogTreeTest, GivesRootsAndProofsOfTheWholeTreeFromEachEdgeUpTo300) {
  Grow(300);
  for (uint64_t size = 1; size <= 300; ++size) {
    const std::unique_ptr<LogTree> from_edge = FromEdge(size);
    const LogTree& tree = *from_edge;
    ASSERT_EQ(tree.size(), size);
    for (uint64_t index = 0; index < size; ++index) ExpectSame(tree, index, size);
    EXPECT_LE(reads_, static_cast<int>(size / kChapterRecords));
    reads_ = 0;
  }
}

TEST_F(LogTreeTest, GivesThoseOfRandomSizesAndGoesOn) {
  std::mt19937_64 random(20261130);  // NOLINT: the same in each run
  Grow(5000);
  for (int i = 0; i < 40; ++i) {
    const std::unique_ptr<LogTree> from_edge = FromEdge(1 + random() % 4000);
    LogTree& tree = *from_edge;
    for (int j = 0; j < 20; ++j) {
      for (uint64_t more = random() % 50; more > 0; --more) {
        const uint64_t at = tree.size();
        const auto root = tree.Append(leaves_[at]);
        EXPECT_EQ(root.has_value(), (at + 1) % kChapterRecords == 0);
        if (root.has_value())
          EXPECT_EQ(*root, *whole_.CompleteNode(kChapterHeight, at / kChapterRecords));
      }
      const uint64_t size = 1 + random() % tree.size();
      ExpectSame(tree, random() % size, size);
    }
  }
}

TEST_F(LogTreeTest, ReadsAgainWhatItHasNoRoomFor) {
  Grow((kMostChaptersInMemory + 2) * kChapterRecords + 10);
  const std::unique_ptr<LogTree> from_edge = FromEdge(leaves_.size());
  const LogTree& tree = *from_edge;
  const auto visit = [&] {
    for (uint64_t i = 0; i < leaves_.size(); i += kChapterRecords) ExpectSame(tree, i, i + 1);
  };
  visit();
  EXPECT_EQ(reads_, static_cast<int>(kMostChaptersInMemory + 2));
  ExpectSame(tree, leaves_.size() - 300, leaves_.size());
  EXPECT_EQ(reads_, static_cast<int>(kMostChaptersInMemory + 2)) << "it has the last one";
  visit();
  EXPECT_GT(reads_, static_cast<int>(kMostChaptersInMemory + 2));
}

TEST_F(LogTreeTest, FindsALeafThatWasChanged) {
  Grow(600);
  const std::unique_ptr<LogTree> from_edge = FromEdge(600);
  const LogTree& tree = *from_edge;
  EXPECT_THAT(tree.CheckLeaf(590, leaves_[591]), IsRefused(Reason::kLogDamaged));
  leaves_[300] = "another";
  EXPECT_THAT(tree.CheckLeaf(300, leaves_[300]), IsRefused(Reason::kLogDamaged));
  EXPECT_THAT(tree.InclusionProof(301, 600), IsRefused(Reason::kLogDamaged));
  EXPECT_THAT(tree.RootAt(301), IsRefused(Reason::kLogDamaged));
  EXPECT_EQ(*tree.RootAt(600), *whole_.RootAt(600)) << "the signed root needs no leaf";
  leaves_.resize(510);
  EXPECT_THAT(tree.CheckLeaf(300, leaves_[300]), IsRefused(Reason::kLogDamaged));
}

TEST_F(LogTreeTest, PassesOnErrorsOfReading) {
  Grow(300);
  LogTree tree([](uint64_t) { return absl::UnavailableError("the database is away"); });
  tree.AppendChapter(*whole_.CompleteNode(kChapterHeight, 0));
  EXPECT_THAT(tree.CheckLeaf(3, leaves_[3]), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(tree.InclusionProof(3, 256), HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(LogTreeTest, RefusesWhatIsNotThere) {
  Grow(300);
  const std::unique_ptr<LogTree> from_edge = FromEdge(300);
  const LogTree& tree = *from_edge;
  EXPECT_THAT(tree.RootAt(301), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree.InclusionProof(0, 301), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree.InclusionProof(7, 7), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree.ConsistencyProof(8, 7), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree.ConsistencyProof(8, 301), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree.CheckLeaf(300, "leaf 300"), IsRefused(Reason::kNotInTree));
}

// A chapter that a batch finishes is in the tree before it is in the store.
TEST_F(LogTreeTest, TheNewestChapterIsKeptWhateverElseIsRead) {
  const uint64_t chapters = kMostChaptersInMemory + 50;
  Grow(chapters * kChapterRecords);
  const std::unique_ptr<LogTree> tree = FromEdge((chapters - 1) * kChapterRecords);
  const std::vector<std::string> coming(leaves_.end() - kChapterRecords, leaves_.end());
  leaves_.resize(leaves_.size() - kChapterRecords);  // not stored yet
  for (const std::string& leaf : coming) tree->Append(leaf);
  for (uint64_t number = 0; number + 1 < chapters; ++number)
    EXPECT_OK(tree->CheckLeaf(number * kChapterRecords, leaves_[number * kChapterRecords]));
  const uint64_t size = tree->size() - 1;
  const auto root = tree->RootAt(size);
  ASSERT_OK(root);
  EXPECT_EQ(*root, *whole_.RootAt(size));
}

}  // namespace
}  // namespace votum::ledger
