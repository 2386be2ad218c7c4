// Roots and proof generation; merkle_proofs_test.cc tests that verification refuses bad input.
#include "crypto/merkle.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_matchers.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"
#include "tests/unit/crypto/naive_merkle.h"

namespace votum::crypto {
namespace {

constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();

// The leaves and roots that Certificate Transparency's implementations share as test data for RFC
// 6962.
const std::string* StandardLeaves() {
  static const std::string leaves[] = {
      "",
      std::string("\0", 1),
      "\x10",
      "\x20\x21",
      "\x30\x31",
      "\x40\x41\x42\x43",
      "\x50\x51\x52\x53\x54\x55\x56\x57",
      "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  return leaves;
}
constexpr const char* kStandardRoots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(MerkleTreeTest, StandardRoots) {
  MerkleTree tree;
  CompactTree compact;
  for (uint64_t size = 0; size <= 8; ++size) {
    EXPECT_EQ(tree.size(), size);
    EXPECT_EQ(compact.size(), size);
    EXPECT_EQ(ToHex(tree.Root()), kStandardRoots[size]);
    EXPECT_EQ(ToHex(compact.Root()), kStandardRoots[size]);
    if (size == 8) break;
    tree.Append(StandardLeaves()[size]);
    compact.Append(StandardLeaves()[size]);
  }
  for (uint64_t size = 0; size <= 8; ++size) {
    EXPECT_EQ(ToHex(*tree.RootAt(size)), kStandardRoots[size]);
  }
  EXPECT_EQ(EmptyRoot(), MerkleTree().Root());
  EXPECT_EQ(ToHex(HashLeaf("")), kStandardRoots[1]);
  EXPECT_EQ(HashChildren(HashLeaf(""), HashLeaf(StandardLeaves()[1])), *tree.RootAt(2));
}

class MerkleTreeOf300 : public ::testing::Test {
 protected:
  static constexpr uint64_t kSize = 300;

  void SetUp() override {
    for (uint64_t i = 0; i < kSize; ++i) {
      leaves_.push_back(absl::StrCat("leaf ", i));
      tree_.Append(leaves_.back());
    }
  }

  std::vector<std::string> leaves_;
  MerkleTree tree_;
};

TEST_F(MerkleTreeOf300, RootsOfAllSizesAreThoseOfTheRfc) {
  CompactTree compact;
  for (uint64_t size = 0; size <= kSize; ++size) {
    const Digest expected = naive::Root(naive::Leaves(leaves_).first(size));
    EXPECT_EQ(*tree_.RootAt(size), expected) << size;
    EXPECT_EQ(compact.Root(), expected) << size;
    if (size < kSize) compact.AppendHash(HashLeaf(leaves_[size]));
  }
}

TEST_F(MerkleTreeOf300, TheEdgeIsAllThatACompactTreeRemembers) {
  CompactTree compact;
  for (uint64_t size = 0; size < kSize; ++size) {
    std::vector<Digest> longer = compact.edge();
    longer.push_back(EmptyRoot());
    EXPECT_THAT(CompactTree::FromEdge(size, longer), IsRefused(Reason::kBadProof));
    const auto again = CompactTree::FromEdge(size, compact.edge());
    ASSERT_OK(again);
    EXPECT_EQ(again->Root(), compact.Root()) << size;
    compact = *again;
    compact.Append(leaves_[size]);
  }
  EXPECT_EQ(compact.size(), kSize);
  EXPECT_EQ(compact.Root(), tree_.Root());
}

TEST_F(MerkleTreeOf300, AllInclusionProofsAreThoseOfTheRfcUpTo70) {
  for (uint64_t size = 1; size <= 70; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const absl::StatusOr<std::vector<Digest>> proof = tree_.InclusionProof(index, size);
      ASSERT_OK(proof);
      EXPECT_EQ(*proof, naive::Path(index, naive::Leaves(leaves_).first(size)))
          << index << " " << size;
    }
  }
}

TEST_F(MerkleTreeOf300, AllInclusionProofsVerify) {
  for (uint64_t size = 1; size <= kSize; ++size) {
    const Digest root = *tree_.RootAt(size);
    for (uint64_t index = 0; index < size; ++index) {
      const std::vector<Digest> proof = *tree_.InclusionProof(index, size);
      EXPECT_OK(VerifyInclusion(HashLeaf(leaves_[index]), index, size, proof, root))
          << index << " " << size;
    }
  }
}

TEST_F(MerkleTreeOf300, AllConsistencyProofsAreThoseOfTheRfcUpTo70) {
  for (uint64_t new_size = 1; new_size <= 70; ++new_size) {
    for (uint64_t old_size = 1; old_size <= new_size; ++old_size) {
      const absl::StatusOr<std::vector<Digest>> proof = tree_.ConsistencyProof(old_size, new_size);
      ASSERT_OK(proof);
      EXPECT_EQ(*proof, naive::Consistency(old_size, naive::Leaves(leaves_).first(new_size)))
          << old_size << " " << new_size;
    }
  }
}

TEST_F(MerkleTreeOf300, AllConsistencyProofsVerify) {
  for (uint64_t new_size = 0; new_size <= kSize; ++new_size) {
    const Digest new_root = *tree_.RootAt(new_size);
    for (uint64_t old_size = 0; old_size <= new_size; ++old_size) {
      const std::vector<Digest> proof = *tree_.ConsistencyProof(old_size, new_size);
      EXPECT_OK(VerifyConsistency(old_size, new_size, proof, *tree_.RootAt(old_size), new_root))
          << old_size << " " << new_size;
    }
  }
}

TEST_F(MerkleTreeOf300, CompleteNodesAreRootsOfTheirLeaves) {
  for (int level = 0; level <= 8; ++level) {
    const uint64_t width = uint64_t{1} << level;
    const uint64_t complete = kSize / width;
    for (uint64_t index = 0; index < complete; ++index) {
      EXPECT_EQ(*tree_.CompleteNode(level, index),
                naive::Root(naive::Leaves(leaves_).subspan(index * width, width)));
    }
    EXPECT_THAT(tree_.CompleteNode(level, complete), IsRefused(Reason::kNotInTree));
  }
  EXPECT_THAT(tree_.CompleteNode(9, 0), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.CompleteNode(-1, 0), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.CompleteNode(64, 0), IsRefused(Reason::kNotInTree));
}

TEST_F(MerkleTreeOf300, RefusesWhatIsNotThere) {
  EXPECT_THAT(tree_.RootAt(kSize + 1), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.RootAt(kHuge), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.InclusionProof(0, 0), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.InclusionProof(kSize, kSize), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.InclusionProof(5, 5), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.InclusionProof(0, kSize + 1), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.InclusionProof(kHuge - 1, kHuge), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.ConsistencyProof(6, 5), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.ConsistencyProof(1, kSize + 1), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(tree_.ConsistencyProof(kHuge, kHuge), IsRefused(Reason::kNotInTree));
}

class MerkleKnownAnswers : public KnownAnswers {
 protected:
  void SetUp() override {
    for (int i = 0; i < kLogSize; ++i) tree_.Append(Entry(i));
  }

  static std::vector<Digest> ReadHashes(absl::string_view name) {
    std::string text = Read(name);
    std::vector<Digest> hashes;
    for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      hashes.push_back(*DigestFromBytes(*Base64Decode(line)));
    }
    return hashes;
  }

  MerkleTree tree_;
};

TEST_F(MerkleKnownAnswers, RootsOfAllCheckpoints) {
  const Digest root = tree_.Root();
  EXPECT_EQ(Base64Encode(AsBytes(root)), "6KgEr1lnie1PU5QuKUz+RNW+1McUDH8PX6UsDBIiMtY=");
  for (int size = 1; size <= kLogSize; ++size) {
    const absl::StatusOr<Checkpoint> checkpoint =
        OpenCheckpoint(PublishedCheckpoint(size), LogVerifier(), kLogName);
    ASSERT_OK(checkpoint);
    EXPECT_EQ(checkpoint->root, *tree_.RootAt(size)) << size;
  }
}

TEST_F(MerkleKnownAnswers, ConsistencyProofs) {
  for (int old_size : {1, 2, 3, 4, 7, 8, 255, 256, 257, 300, 511, 512, 513, 599}) {
    const std::vector<Digest> expected = ReadHashes(absl::StrCat("cons.", old_size));
    EXPECT_EQ(*tree_.ConsistencyProof(old_size, kLogSize), expected) << old_size;
    EXPECT_OK(
        VerifyConsistency(old_size, kLogSize, expected, *tree_.RootAt(old_size), tree_.Root()));
  }
}

}  // namespace
}  // namespace votum::crypto
