// The Merkle tree of the log (RFC 6962 section 2.1): SHA-256 over leaves and nodes, which differ in
// their first byte, so that no leaf can pass for a node.
//
//   leaf    SHA-256(0x00 || leaf)
//   node    SHA-256(0x01 || left || right)
//   empty   SHA-256("")
//
// The left child of a tree of n leaves is the largest complete tree with fewer than n leaves:
//
//                 root
//              /        \_
//           k              l         consistency proof from size 3 to 7:  [c, d, g, l]
//         /   \_         /   \_      inclusion proof of d5 in size 7:     [e, j, k]
//       g      h        i     j
//      / \    / \      / \    |
//      a  b   c  d     e  f   j
//      d0 d1  d2 d3    d4 d5  d6
//
// Complete subtrees (all but the right edge) never change again; MerkleTree keeps them by level.
// Node i of level l covers the leaves [i * 2^l, (i + 1) * 2^l):
//
//   level 2:  [k                ]
//   level 1:  [g     h     i    ]
//   level 0:  [a  b  c  d  e  f  j]
#ifndef VOTUM_CRYPTO_MERKLE_H_
#define VOTUM_CRYPTO_MERKLE_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/hash.h"

namespace votum::crypto {

Digest HashLeaf(absl::string_view leaf);
Digest HashChildren(const Digest& left, const Digest& right);
// Root of the tree without leaves.
Digest EmptyRoot();

// Roots and proofs from the nodes of a tree, wherever they are kept: `node` gives node `index` of
// `level` (drawn above). It is asked only for complete subtrees within the sizes given.
using NodeOfTree = absl::FunctionRef<Digest(int level, uint64_t index)>;
// Root of the first `size` leaves.
Digest RootFrom(NodeOfTree node, uint64_t size);
// As MerkleTree's. REQUIRES: index < size, old_size <= new_size.
std::vector<Digest> InclusionProofFrom(NodeOfTree node, uint64_t index, uint64_t size);
std::vector<Digest> ConsistencyProofFrom(NodeOfTree node, uint64_t old_size, uint64_t new_size);

// A whole tree in memory, 67 bytes a leaf; roots and proofs of every past size in logarithmic time.
// Concurrent appending and reading needs a lock, held by the caller.
class MerkleTree {
 public:
  // Adds a leaf by its content, or by its HashLeaf.
  void Append(absl::string_view leaf) { AppendHash(HashLeaf(leaf)); }
  void AppendHash(const Digest& leaf_hash);

  uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  Digest Root() const;

  // All of these return OUT_OF_RANGE/NOT_IN_TREE for anything that is not (yet) in the tree.
  //
  // Root of the first `size` leaves.
  absl::StatusOr<Digest> RootAt(uint64_t size) const;
  // Node `index` of `level` (drawn above), if its subtree is complete. Tiles consist of such nodes.
  absl::StatusOr<Digest> CompleteNode(int level, uint64_t index) const;
  // Proves that leaf `index` is among the first `size` ones (RFC 6962 section 2.1.1). Hashes are
  // listed from the leaf's sibling up.
  absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t index, uint64_t size) const;
  // Proves that the first `old_size` leaves are a prefix of the first `new_size` ones (RFC 6962
  // section 2.1.2). Empty if old_size is 0 or new_size.
  absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t old_size, uint64_t new_size) const;

 private:
  struct NodesHere;

  // Deques grow without copying; with a long log, a vector stalled while it was copied and took up
  // to twice the memory.
  std::vector<std::deque<Digest>> levels_;
};

// Only the right edge of a tree, for an auditor that reads the log once from the start and compares
// roots.
class CompactTree {
 public:
  CompactTree() = default;
  // The tree of `size` leaves with this edge(). BAD_PROOF unless there is one hash for each 1 in the
  // binary form of `size`.
  static absl::StatusOr<CompactTree> FromEdge(uint64_t size, std::vector<Digest> edge);

  void Append(absl::string_view leaf) { AppendHash(HashLeaf(leaf)); }
  void AppendHash(const Digest& leaf_hash);
  uint64_t size() const { return size_; }
  Digest Root() const;
  // Roots of the complete subtrees that make up the tree, largest first: one for each 1 in the
  // binary form of size(). All that the tree remembers.
  const std::vector<Digest>& edge() const { return edge_; }

 private:
  uint64_t size_ = 0;
  std::vector<Digest> edge_;
};

// The hashes of a proof, each given as its bytes. INVALID_ARGUMENT if one has not 32.
template <typename Strings>
absl::StatusOr<std::vector<Digest>> ProofFromBytes(const Strings& hashes) {
  std::vector<Digest> proof;
  for (const auto& bytes : hashes) {
    const absl::StatusOr<Digest> hash = DigestFromBytes(bytes);
    if (!hash.ok()) return hash.status();
    proof.push_back(*hash);
  }
  return proof;
}

// OK if `proof` proves that the leaf with this hash is leaf `index` of the tree of `size` leaves
// with this root (RFC 9162 section 2.1.3.2). INVALID_ARGUMENT/BAD_PROOF for anything else, whatever
// the numbers.
absl::Status VerifyInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                             absl::Span<const Digest> proof, const Digest& root);

// OK if `proof` proves that the tree (old_size, old_root) is a prefix of (new_size, new_root) (RFC
// 9162 section 2.1.4.2). Every tree extends the empty tree: the proof is then empty, and the old
// root must be EmptyRoot(). INVALID_ARGUMENT/BAD_PROOF for anything else.
absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, absl::Span<const Digest> proof,
                               const Digest& old_root, const Digest& new_root);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_MERKLE_H_
