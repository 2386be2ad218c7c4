// Input that VerifyInclusion and VerifyConsistency must refuse: proofs changed in each way used in
// tests of Certificate Transparency implementations, and numbers that no tree has.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/merkle.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();

struct Inclusion {
  Digest leaf_hash;
  uint64_t index;
  uint64_t size;
  std::vector<Digest> proof;
  Digest root;

  absl::Status Verify() const { return VerifyInclusion(leaf_hash, index, size, proof, root); }
};

struct Consistency {
  uint64_t old_size;
  uint64_t new_size;
  std::vector<Digest> proof;
  Digest old_root;
  Digest new_root;

  absl::Status Verify() const {
    return VerifyConsistency(old_size, new_size, proof, old_root, new_root);
  }
};

Digest Flip(Digest digest, size_t bit) {
  digest[bit / 8] = static_cast<uint8_t>(digest[bit / 8] ^ (1u << bit % 8));
  return digest;
}

// `original` with its proof lengthened, shortened, reordered or changed in each place.
template <typename Case>
std::vector<Case> ChangedProofs(const Case& original, const std::vector<Digest>& extra) {
  std::vector<Case> changed;
  for (const Digest& hash : extra) {
    changed.push_back(original);
    changed.back().proof.push_back(hash);
    changed.push_back(original);
    changed.back().proof.insert(changed.back().proof.begin(), hash);
  }
  for (size_t i = 0; i < original.proof.size(); ++i) {
    changed.push_back(original);
    changed.back().proof[i] = Flip(original.proof[i], (i * 37) % 256);
    changed.push_back(original);
    changed.back().proof.erase(changed.back().proof.begin() + static_cast<ptrdiff_t>(i));
    changed.push_back(original);
    changed.back().proof.insert(changed.back().proof.begin() + static_cast<ptrdiff_t>(i),
                                original.proof[i]);
    if (i > 0) {
      changed.push_back(original);
      std::swap(changed.back().proof[i - 1], changed.back().proof[i]);
    }
  }
  if (!original.proof.empty()) {
    changed.push_back(original);
    changed.back().proof.clear();
  }
  return changed;
}

class MerkleProofs : public ::testing::Test {
 protected:
  static constexpr uint64_t kSize = 40;

  void SetUp() override {
    for (uint64_t i = 0; i < kSize; ++i) tree_.Append(absl::StrCat("leaf ", i));
  }

  Inclusion ValidInclusion(uint64_t index, uint64_t size) const {
    return {*tree_.CompleteNode(0, index), index, size, *tree_.InclusionProof(index, size),
            *tree_.RootAt(size)};
  }

  Consistency ValidConsistency(uint64_t old_size, uint64_t new_size) const {
    return {old_size, new_size, *tree_.ConsistencyProof(old_size, new_size),
            *tree_.RootAt(old_size), *tree_.RootAt(new_size)};
  }

  MerkleTree tree_;
};

TEST_F(MerkleProofs, InclusionProofsThatWereChangedAreRefused) {
  for (uint64_t size = 1; size <= kSize; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const Inclusion valid = ValidInclusion(index, size);
      ASSERT_OK(valid.Verify());
      for (const Inclusion& changed :
           ChangedProofs(valid, {Digest{}, valid.root, valid.leaf_hash, Sha256("garbage")})) {
        EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << index << " " << size;
      }
      Inclusion changed = valid;
      changed.leaf_hash = Flip(valid.leaf_hash, size);
      EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof));
      changed = valid;
      changed.root = Flip(valid.root, size);
      EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof));
    }
  }
}

TEST_F(MerkleProofs, InclusionProofsHoldForTheirIndexOnly) {
  for (uint64_t size = 1; size <= kSize; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      Inclusion changed = ValidInclusion(index, size);
      for (uint64_t other = 0; other <= kSize; ++other) {
        if (other == index) continue;
        changed.index = other;
        EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << index << " " << other;
      }
      for (uint64_t other : {size, index ^ (uint64_t{1} << 63), kHuge, kHuge - 1, size * 2}) {
        changed.index = other;
        EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << index << " " << other;
      }
    }
  }
}

// A proof may fit several sizes (the path of an early leaf has the same form in trees of similar
// size), but the root does not: with another size's root it must fail, and so must a size that asks
// for a path of another length.
TEST_F(MerkleProofs, InclusionProofsOfOtherSizesAreRefused) {
  for (uint64_t size = 1; size <= kSize; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      Inclusion changed = ValidInclusion(index, size);
      for (uint64_t other = 0; other <= kSize; ++other) {
        if (other == size) continue;
        changed.size = other;
        changed.root = *tree_.RootAt(other);
        EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << size << " " << other;
      }
      changed.root = *tree_.RootAt(size);
      for (uint64_t other : {uint64_t{0}, index, kHuge, kHuge / 2 + 1}) {
        changed.size = other;
        EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << size << " " << other;
      }
    }
  }
}

// The last leaf of a complete tree has left siblings only, as if its node were alone on each level:
// for a smaller tree the hashes would still lead to the root.
TEST_F(MerkleProofs, ProofsLongerThanTheTreeIsHighAreRefused) {
  for (uint64_t size : {2, 4, 8, 16, 32}) {
    Inclusion changed = ValidInclusion(size - 1, size);
    for (uint64_t smaller = 1; smaller < size; smaller *= 2) {
      changed.index = smaller - 1;
      changed.size = smaller;
      EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << size << " as " << smaller;
    }
  }
}

// A chain of 64 hashes is a proof of the last leaf of the largest tree: nothing overflows.
TEST(HugeTreeTest, TheLargestNumbersWork) {
  const Digest leaf = HashLeaf("last");
  std::vector<Digest> proof;
  Digest root = leaf;
  // Size 2^64 - 1: the last leaf, of even index, has no sibling on level 0; all levels above have
  // left siblings.
  for (int level = 1; level < 64; ++level) {
    proof.push_back(Sha256(absl::StrCat("sibling ", level)));
    root = HashChildren(proof.back(), root);
  }
  EXPECT_OK(VerifyInclusion(leaf, kHuge - 1, kHuge, proof, root));
  EXPECT_THAT(VerifyInclusion(leaf, kHuge, kHuge, proof, root), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyInclusion(leaf, kHuge - 2, kHuge, proof, root), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyInclusion(leaf, kHuge - 1, kHuge - 1, proof, root),
              IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyInclusion(leaf, 0, kHuge, proof, root), IsRefused(Reason::kBadProof));
  proof.push_back(Digest{});
  EXPECT_THAT(VerifyInclusion(leaf, kHuge - 1, kHuge, proof, root), IsRefused(Reason::kBadProof));
  proof.resize(62);
  EXPECT_THAT(VerifyInclusion(leaf, kHuge - 1, kHuge, proof, root), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyInclusion(leaf, 0, 0, {}, EmptyRoot()), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyInclusion(leaf, kHuge, 0, {}, leaf), IsRefused(Reason::kBadProof));
}

TEST(HugeTreeTest, ConsistencyWithTheLargestNumbers) {
  const Digest old_root = Sha256("old");
  // From 2^63 to 2^64 - 1: the old tree is the left child of the new root.
  const Digest right = Sha256("right");
  const uint64_t half = uint64_t{1} << 63;
  const Digest new_root = HashChildren(old_root, right);
  EXPECT_OK(VerifyConsistency(half, kHuge, {right}, old_root, new_root));
  EXPECT_THAT(VerifyConsistency(half, kHuge, {}, old_root, new_root), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(half, kHuge, {right, right}, old_root, new_root),
              IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(half - 1, kHuge, {right}, old_root, new_root),
              IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(half + 1, kHuge, {right}, old_root, new_root),
              IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(kHuge, half, {right}, old_root, new_root),
              IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(kHuge - 1, kHuge, {right}, old_root, new_root),
              IsRefused(Reason::kBadProof));
  EXPECT_OK(VerifyConsistency(kHuge, kHuge, {}, old_root, old_root));
  EXPECT_THAT(VerifyConsistency(kHuge, kHuge, {}, old_root, new_root),
              IsRefused(Reason::kBadProof));
}

TEST_F(MerkleProofs, ConsistencyProofsThatWereChangedAreRefused) {
  for (uint64_t new_size = 1; new_size <= kSize; ++new_size) {
    for (uint64_t old_size = 0; old_size <= new_size; ++old_size) {
      const Consistency valid = ValidConsistency(old_size, new_size);
      ASSERT_OK(valid.Verify());
      for (const Consistency& changed :
           ChangedProofs(valid, {Digest{}, valid.old_root, valid.new_root, Sha256("garbage")})) {
        EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << old_size << " " << new_size;
      }
      Consistency changed = valid;
      changed.old_root = Flip(valid.old_root, new_size);
      EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof));
      if (old_size > 0) {  // of the empty tree everything is an extension
        changed = valid;
        changed.new_root = Flip(valid.new_root, new_size);
        EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof));
      }
      if (old_size == new_size) continue;
      changed = valid;
      std::swap(changed.old_root, changed.new_root);
      EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << old_size << " " << new_size;
      changed = valid;
      std::swap(changed.old_size, changed.new_size);
      EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof)) << old_size << " " << new_size;
    }
  }
}

TEST_F(MerkleProofs, ConsistencyProofsHoldForTheirSizesOnly) {
  for (uint64_t new_size = 2; new_size <= kSize; ++new_size) {
    for (uint64_t old_size = 1; old_size < new_size; ++old_size) {
      Consistency changed = ValidConsistency(old_size, new_size);
      for (uint64_t other = 0; other <= kSize; ++other) {
        if (other == old_size) continue;
        changed.old_size = other;
        EXPECT_THAT(changed.Verify(), IsRefused(Reason::kBadProof))
            << old_size << " " << new_size << " " << other;
      }
    }
  }
}

TEST(EmptyTreeTest, IsAPrefixOfEverythingAndOnlyWithItsRoot) {
  const Digest root = HashLeaf("x");
  EXPECT_OK(VerifyConsistency(0, 1, {}, EmptyRoot(), root));
  EXPECT_OK(VerifyConsistency(0, 0, {}, EmptyRoot(), EmptyRoot()));
  EXPECT_THAT(VerifyConsistency(0, 1, {}, root, root), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(0, 1, {root}, EmptyRoot(), root), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(0, 0, {}, EmptyRoot(), root), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(0, 0, {}, root, root), IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyConsistency(1, 0, {}, root, EmptyRoot()), IsRefused(Reason::kBadProof));
}

}  // namespace
}  // namespace votum::crypto
