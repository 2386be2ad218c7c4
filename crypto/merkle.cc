#include "crypto/merkle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::crypto {
namespace {

// Domain separation of RFC 6962 section 2.1.
constexpr absl::string_view kLeafPrefix("\0", 1);
constexpr uint8_t kNodePrefix = 1;

absl::Status NotInTree(absl::string_view what, uint64_t size) {
  return Refuse(Reason::kNotInTree, absl::StrCat(what, " is not in the tree of ", size, " leaves"));
}

absl::Status BadProof(absl::string_view why) {
  return Refuse(Reason::kBadProof, absl::StrCat("the proof does not hold: ", why));
}

// The number of leaves in the left child of a tree with `leaves` >= 2 leaves: the largest power of
// two below `leaves`.
uint64_t LeftLeaves(uint64_t leaves) { return std::bit_floor(leaves - 1); }

// The root over the leaves [begin, end), begin < end, where begin is a multiple of the smallest
// power of two that is at least end - begin: any subtree that the RFC's recursion reaches.
Digest RangeRoot(NodeOfTree node, uint64_t begin, uint64_t end) {
  // The range is a row of complete subtrees of decreasing size; they are hashed together from the
  // right.
  int level = std::countr_zero(end - begin);
  uint64_t right = end - (uint64_t{1} << level);
  Digest root = node(level, right >> level);
  while (right > begin) {
    level = std::countr_zero(right - begin);
    right -= uint64_t{1} << level;
    root = HashChildren(node(level, right >> level), root);
  }
  return root;
}

}  // namespace

Digest HashLeaf(absl::string_view leaf) { return Sha256({kLeafPrefix, leaf}); }

Digest HashChildren(const Digest& left, const Digest& right) {
  // Hashes one buffer: passing three parts takes longer than hashing them.
  std::array<uint8_t, 1 + 2 * kDigestSize> bytes;
  bytes[0] = kNodePrefix;
  std::copy(left.begin(), left.end(), bytes.begin() + 1);
  std::copy(right.begin(), right.end(), bytes.begin() + 1 + kDigestSize);
  return Sha256(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Digest EmptyRoot() { return Sha256(""); }

// The nodes of a tree that is kept by level.
struct MerkleTree::NodesHere {
  const std::vector<std::deque<Digest>>& levels;
  const Digest& operator()(int level, uint64_t index) const { return levels[level][index]; }
};

void MerkleTree::AppendHash(const Digest& leaf_hash) {
  Digest node = leaf_hash;
  for (size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    std::deque<Digest>& nodes = levels_[level];
    nodes.push_back(node);
    if (nodes.size() % 2 == 1) return;
    node = HashChildren(nodes[nodes.size() - 2], nodes[nodes.size() - 1]);
  }
}

Digest RootFrom(NodeOfTree node, uint64_t size) {
  return size == 0 ? EmptyRoot() : RangeRoot(node, 0, size);
}

std::vector<Digest> InclusionProofFrom(NodeOfTree node, uint64_t index, uint64_t size) {
  // PATH(m, D[n]) of the RFC, from the root down, and therefore from the end of the proof.
  std::array<Digest, std::numeric_limits<uint64_t>::digits> path;
  auto top = path.end();
  uint64_t begin = 0, end = size;
  while (end - begin > 1) {
    const uint64_t middle = begin + LeftLeaves(end - begin);
    if (index < middle) {
      *--top = RangeRoot(node, middle, end);
      end = middle;
    } else {
      *--top = RangeRoot(node, begin, middle);
      begin = middle;
    }
  }
  return std::vector<Digest>(top, path.end());
}

std::vector<Digest> ConsistencyProofFrom(NodeOfTree node, uint64_t old_size, uint64_t new_size) {
  std::vector<Digest> proof;
  if (old_size == 0) return proof;
  // SUBPROOF(m, D[n], b) of the RFC, from the root down: follow the old tree's right end until it
  // is a whole subtree.
  uint64_t begin = 0, end = new_size;
  while (old_size < end) {
    const uint64_t middle = begin + LeftLeaves(end - begin);
    if (old_size <= middle) {
      proof.push_back(RangeRoot(node, middle, end));
      end = middle;
    } else {
      proof.push_back(RangeRoot(node, begin, middle));
      begin = middle;
    }
  }
  // b: the verifier knows the subtree itself if it is the whole old tree.
  if (begin != 0) proof.push_back(RangeRoot(node, begin, end));
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Digest MerkleTree::Root() const { return RootFrom(NodesHere{levels_}, size()); }

absl::StatusOr<Digest> MerkleTree::RootAt(uint64_t size) const {
  if (size > this->size()) return NotInTree(absl::StrCat("size ", size), this->size());
  return RootFrom(NodesHere{levels_}, size);
}

absl::StatusOr<Digest> MerkleTree::CompleteNode(int level, uint64_t index) const {
  if (level < 0 || static_cast<size_t>(level) >= levels_.size() || index >= levels_[level].size()) {
    return NotInTree(absl::StrCat("node ", index, " of level ", level), size());
  }
  return levels_[level][index];
}

absl::StatusOr<std::vector<Digest>> MerkleTree::InclusionProof(uint64_t index,
                                                               uint64_t size) const {
  if (size > this->size()) return NotInTree(absl::StrCat("size ", size), this->size());
  if (index >= size) return NotInTree(absl::StrCat("leaf ", index), size);
  return InclusionProofFrom(NodesHere{levels_}, index, size);
}

absl::StatusOr<std::vector<Digest>> MerkleTree::ConsistencyProof(uint64_t old_size,
                                                                 uint64_t new_size) const {
  if (new_size > size()) return NotInTree(absl::StrCat("size ", new_size), size());
  if (old_size > new_size) return NotInTree(absl::StrCat("size ", old_size), new_size);
  return ConsistencyProofFrom(NodesHere{levels_}, old_size, new_size);
}

absl::StatusOr<CompactTree> CompactTree::FromEdge(uint64_t size, std::vector<Digest> edge) {
  if (edge.size() != static_cast<size_t>(std::popcount(size))) {
    return BadProof(absl::StrCat("a tree of ", size, " leaves has an edge of ", std::popcount(size),
                                 " hashes, not ", edge.size()));
  }
  CompactTree tree;
  tree.size_ = size;
  tree.edge_ = std::move(edge);
  return tree;
}

void CompactTree::AppendHash(const Digest& leaf_hash) {
  Digest node = leaf_hash;
  // Each 1 at the end of the old size is a complete subtree that gets its sibling now.
  for (uint64_t rest = size_; rest % 2 == 1; rest /= 2) {
    node = HashChildren(edge_.back(), node);
    edge_.pop_back();
  }
  edge_.push_back(node);
  ++size_;
}

Digest CompactTree::Root() const {
  if (edge_.empty()) return EmptyRoot();
  Digest root = edge_.back();
  for (size_t i = edge_.size() - 1; i-- > 0;) root = HashChildren(edge_[i], root);
  return root;
}

absl::Status VerifyInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                             absl::Span<const Digest> proof, const Digest& root) {
  if (index >= size) {
    return BadProof(absl::StrCat("there is no leaf ", index, " among ", size));
  }
  uint64_t node = index;     // "fn" of the RFC: our node's index at the present level
  uint64_t last = size - 1;  // "sn": the last node's index there
  Digest hash = leaf_hash;
  for (const Digest& sibling : proof) {
    if (last == 0) return BadProof("it is too long");
    if (node % 2 == 1 || node == last) {
      hash = HashChildren(sibling, hash);
      // A last node without sibling stands for itself on the levels above.
      while (node % 2 == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = HashChildren(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return BadProof("it is too short");
  if (hash != root) return BadProof(absl::StrCat("leaf ", index, " does not lead to the root"));
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, absl::Span<const Digest> proof,
                               const Digest& old_root, const Digest& new_root) {
  if (old_size > new_size) return BadProof("the old tree is larger than the new one");
  if (old_size == 0 || old_size == new_size) {
    if (!proof.empty()) return BadProof("it should be empty");
    if (old_root != (old_size == 0 ? EmptyRoot() : new_root)) {
      return BadProof("the old root is not that of this size");
    }
    if (new_size == 0 && new_root != old_root) return BadProof("the empty tree has another root");
    return absl::OkStatus();
  }
  // An old tree that is complete is itself the first node; the proof leaves it out.
  const bool old_is_complete = std::has_single_bit(old_size);
  if (!old_is_complete && proof.empty()) return BadProof("it is too short");
  const Digest first = old_is_complete ? old_root : proof[0];
  if (!old_is_complete) proof.remove_prefix(1);

  uint64_t node = old_size - 1;
  uint64_t last = new_size - 1;
  const int skipped = std::countr_one(node);
  node >>= skipped;
  last >>= skipped;
  Digest old_hash = first;
  Digest new_hash = first;
  for (const Digest& sibling : proof) {
    if (last == 0) return BadProof("it is too long");
    if (node % 2 == 1 || node == last) {
      old_hash = HashChildren(sibling, old_hash);
      new_hash = HashChildren(sibling, new_hash);
      while (node % 2 == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = HashChildren(new_hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return BadProof("it is too short");
  if (old_hash != old_root) return BadProof("it does not lead to the old root");
  if (new_hash != new_root) return BadProof("it does not lead to the new root");
  return absl::OkStatus();
}

}  // namespace votum::crypto
