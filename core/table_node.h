// The nodes of tables (table.h), as far as they do not depend on what a table holds.
#ifndef VOTUM_CORE_TABLE_NODE_H_
#define VOTUM_CORE_TABLE_NODE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum::table {

// Keys are strings of digits: two for each byte, the higher half first, each 1 to 16. At and after
// the end the digit is 0, so that no key is the beginning of another, and a key comes before those
// that it begins.
using Digit = uint32_t;

inline Digit DigitAt(absl::string_view key, uint32_t position) {
  const size_t byte = position / 2;
  if (byte >= key.size()) return 0;
  const uint8_t value = static_cast<uint8_t>(key[byte]);
  return 1 + (position % 2 == 0 ? value >> 4 : value & 15);
}

// The first position at which the digits of two keys differ. REQUIRES: a != b.
uint32_t FirstDifference(absl::string_view a, absl::string_view b);

// A digest that is computed when it is first asked for, perhaps by several threads at once.
class RememberedDigest {
 public:
  bool Get(crypto::Digest& digest) const {
    if (state_.load(std::memory_order_acquire) != kKnown) return false;
    digest = digest_;
    return true;
  }
  // Threads that come here at once bring the same digest.
  void Set(const crypto::Digest& digest) const {
    uint8_t expected = kUnknown;
    if (!state_.compare_exchange_strong(expected, kBeingSet, std::memory_order_relaxed)) return;
    digest_ = digest;
    state_.store(kKnown, std::memory_order_release);
  }
  // REQUIRES: no other thread can reach the node.
  void Forget() { state_.store(kUnknown, std::memory_order_relaxed); }

 private:
  enum : uint8_t { kUnknown, kBeingSet, kKnown };
  mutable std::atomic<uint8_t> state_{kUnknown};
  mutable crypto::Digest digest_;
};

// The same for entries whose digest costs no more to compute than to keep.
struct NoDigest {
  bool Get(crypto::Digest&) const { return false; }
  void Set(const crypto::Digest&) const {}
  void Forget() {}
};

inline constexpr uint32_t kLeaf = std::numeric_limits<uint32_t>::max();

struct Node {
  explicit Node(uint32_t position_in) : position(position_in) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  bool leaf() const { return position == kLeaf; }
  // Nobody else can reach the node, and nobody else's reads of it are still to come.
  bool HasOneOwner() const { return owners.load(std::memory_order_acquire) == 1; }
  void AddOwner() { owners.fetch_add(1, std::memory_order_relaxed); }
  // True if the last owner has left.
  bool DropOwner() { return owners.fetch_sub(1, std::memory_order_acq_rel) == 1; }

  std::atomic<uint32_t> owners{1};  // tables and branches that point here
  const uint32_t position;          // kLeaf, or the position at which the twigs of a branch differ
};

// Two to seventeen subtrees, by the digit of their keys at `position`. All keys below agree before.
// The pointers to the twigs follow the object.
class Branch : public Node {
 public:
  // Take over one ownership of each twig. REQUIRES: the digits differ.
  static Branch* OfTwo(uint32_t position, Digit a, Node* twig_a, Digit b, Node* twig_b);
  // Frees the memory; does not drop the twigs.
  static void Free(Branch* branch);

  // A branch with the same twigs, each of which it owns as well.
  Branch* Copy() const;
  // A branch with the same twigs and another one, or without one. Owns them as well.
  Branch* CopyWith(Digit digit, Node* twig) const;
  Branch* CopyWithout(Digit digit) const;

  bool Has(Digit digit) const { return digits_ >> digit & 1; }
  // How many twigs come before `digit`.
  uint32_t Rank(Digit digit) const {
    return static_cast<uint32_t>(__builtin_popcount(digits_ & ((1u << digit) - 1)));
  }
  uint32_t size() const { return static_cast<uint32_t>(__builtin_popcount(digits_)); }
  // In the order of their digits.
  Node* twig(uint32_t rank) const { return twigs()[rank]; }
  Node*& slot(uint32_t rank) { return twigs()[rank]; }
  uint32_t digits() const { return digits_; }

  RememberedDigest digest;

 private:
  Branch(uint32_t position, uint32_t digits) : Node(position), digits_(digits) {}
  static Branch* New(uint32_t position, uint32_t digits);
  Node** twigs() const {
    return reinterpret_cast<Node**>(const_cast<Branch*>(this) + 1);  // NOLINT: see above
  }

  const uint32_t digits_;  // bit i: there is a twig for digit i
};
static_assert(sizeof(Branch) % alignof(Node*) == 0);

// The digest of a branch: SHA-256(0x01 || position and digits, 4 bytes each, big-endian || the
// digests of the twigs in order). `of_twig` gives the latter.
template <typename OfTwig>
crypto::Digest DigestOfBranch(const Branch& branch, OfTwig of_twig);
// SHA-256(0x00 || entry).
crypto::Digest DigestOfLeaf(absl::string_view entry);
// SHA-256(0x02).
crypto::Digest DigestOfNothing();

crypto::Digest DigestOfTwigs(uint32_t position, uint32_t digits, absl::string_view twigs);

template <typename OfTwig>
crypto::Digest DigestOfBranch(const Branch& branch, OfTwig of_twig) {
  crypto::Digest digest;
  if (branch.digest.Get(digest)) return digest;
  std::array<crypto::Digest, 17> twigs;
  for (uint32_t i = 0; i < branch.size(); ++i) twigs[i] = of_twig(branch.twig(i));
  digest = DigestOfTwigs(
      branch.position, branch.digits(),
      {reinterpret_cast<const char*>(twigs.data()), branch.size() * sizeof(crypto::Digest)});
  branch.digest.Set(digest);
  return digest;
}

}  // namespace votum::table

#endif  // VOTUM_CORE_TABLE_NODE_H_
