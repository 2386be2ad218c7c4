// The one container of state: an ordered map whose copies cost nothing.
//
//   Table<std::string, Motion> motions;
//   motions.InsertOrAssign("m-1", motion);
//   const Table<std::string, Motion> then = motions;   // O(1): both share all entries
//   motions.Mutable("m-1")->state = kAdopted;          // `then` keeps what it had
//   for (const auto& [id, motion] : motions) ...       // in the order of the keys
//   motions.Digest();                                  // of the contents, remembered for each part
//
// A table is a handle of 16 bytes on a tree of nodes that count their owners. A change copies the
// nodes between the root and the entry that other handles share, and changes in place those that
// have one owner. So the fold pays for copies only after a reader has taken a handle, a reader pays
// nothing for the fold's changes, and neither waits for the other.
//
// Threads: each handle is like a std::shared_ptr. Different handles may be used on different threads
// at once, whatever they share; one handle may be read on several threads, but nobody may use it
// while it is changed or assigned to.
//
// The tree is a trie over the digits of the keys (table_node.h) in which no branch has a single
// twig ("Patricia"; its nodes are those of T. Finch's qp-trie). Its shape depends on the keys alone,
// not on the order in which they came or on those that went, so the digest of the root is a digest
// of the contents: equal digests mean equal contents, and the other way round. Its depth is at most
// twice the length of the longest key, whatever keys people choose, and 6 to 10 for a million ids.
//
//                      branch: digits differ at position 4
//                     /            |               \
//              leaf "m-1"      leaf "m-2"      branch at 6 ── "m-30", "m-31", ...
//
// A key is a std::string or an array of bytes, ordered by its bytes, or an unsigned number. A value
// is anything that describe.h can describe; a table too, so that a table by two keys is a table of
// tables. A Table<Key, std::monostate> is a set.
//
// Pointers, references and iterators are valid until their handle is next changed, assigned to or
// destroyed. A pointer to change a value also ends when the handle is copied or its digest is taken.
//
// Whoever has the digest of the root alone can be shown an entry, or that there is none: Prove.
//
// docs/decisions/0017-state-in-persistent-tables.md has the alternatives and what they cost.
#ifndef VOTUM_CORE_TABLE_H_
#define VOTUM_CORE_TABLE_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/describe.h"
#include "core/encoding.h"
#include "core/table_node.h"
#include "crypto/hash.h"

namespace votum {

namespace table {

// How keys are passed, and their bytes, whose order is that of the keys.
template <typename Key>
struct KeyTraits;

template <>
struct KeyTraits<std::string> {
  using View = absl::string_view;
  static absl::string_view Bytes(absl::string_view key) { return key; }
};

template <size_t n>
struct KeyTraits<std::array<uint8_t, n>> {
  using View = const std::array<uint8_t, n>&;
  static absl::string_view Bytes(View key) {
    return {reinterpret_cast<const char*>(key.data()), n};
  }
};

template <std::unsigned_integral Number>
struct KeyTraits<Number> {
  using View = Number;
  struct BigEndian {
    char bytes[sizeof(Number)];
    operator absl::string_view() const { return {bytes, sizeof(Number)}; }  // NOLINT: is its bytes
  };
  static BigEndian Bytes(Number key) {
    BigEndian result;
    for (size_t i = 0; i < sizeof(Number); ++i) {
      result.bytes[i] = static_cast<char>(key >> (8 * (sizeof(Number) - 1 - i)));
    }
    return result;
  }
};

// The digest of a greater entry is remembered; that of a smaller one takes a microsecond.
inline constexpr size_t kSmallValue = 64;  // bytes

}  // namespace table

template <typename Key, typename Value>
class Table {
  using Keys = table::KeyTraits<Key>;

 public:
  using KeyView = typename Keys::View;
  using Entry = std::pair<const Key, Value>;
  class Iterator;

  Table() = default;
  Table(const Table& other) : root_(other.root_), size_(other.size_) {
    if (root_ != nullptr) root_->AddOwner();
  }
  Table(Table&& other) noexcept
      : root_(std::exchange(other.root_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Table& operator=(Table other) noexcept {
    std::swap(root_, other.root_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Table() { Drop(root_); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Null if there is none.
  const Value* Find(KeyView key) const {
    const Leaf* leaf = FindLeaf(Keys::Bytes(key));
    return leaf == nullptr ? nullptr : &leaf->entry.second;
  }
  bool Contains(KeyView key) const { return Find(key) != nullptr; }

  Iterator begin() const { return Iterator().ToFirst(root_); }
  Iterator end() const { return Iterator(); }
  // The first entry whose key is not less than `key`, or greater.
  Iterator lower_bound(KeyView key) const;
  Iterator upper_bound(KeyView key) const;

  // The value of `key`, to be changed now; null if there is none.
  Value* Mutable(KeyView key);
  // The same; a new value as constructed if there is none.
  Value& MutableOrNew(KeyView key);
  Value& InsertOrAssign(KeyView key, Value value);
  // False if there is none.
  bool Erase(KeyView key);
  void clear() { *this = Table(); }

  // Covers all entries. The first call hashes each of them, later ones those that changed since.
  crypto::Digest Digest() const {
    return root_ == nullptr ? table::DigestOfNothing() : DigestOfNode(root_);
  }
  friend bool operator==(const Table& a, const Table& b) {
    return a.root_ == b.root_ || (a.size_ == b.size_ && a.Digest() == b.Digest());
  }

  // The path of `key`, whether it has an entry or none: table_proof.h checks it against Digest().
  std::string Prove(absl::string_view key) const requires std::same_as<Key, std::string>;

  // For describe.h.
  void EncodeTo(Encoder& out) const;
  void DecodeFrom(Decoder& in);

 private:
  using Node = table::Node;
  using Branch = table::Branch;
  using LeafDigest = std::conditional_t<(sizeof(Value) > table::kSmallValue),
                                        table::RememberedDigest, table::NoDigest>;
  struct Leaf : Node {
    Leaf(KeyView key, Value value) : Node(table::kLeaf), entry(Key(key), std::move(value)) {}
    explicit Leaf(const Entry& from) : Node(table::kLeaf), entry(from) {}
    auto key() const { return Keys::Bytes(entry.first); }

    [[no_unique_address]] LeafDigest digest;
    Entry entry;
  };

  static void Drop(Node* node);
  // Makes `slot`, to which nobody else can write, point to a node that nobody else can reach; its
  // contents are going to be changed.
  static void Own(Node*& slot);
  static Branch* OwnBranch(Node*& slot) {
    Own(slot);
    return static_cast<Branch*>(slot);
  }
  // Puts `node` in the place of the one in `slot`.
  static void Replace(Node*& slot, Node* node) { Drop(std::exchange(slot, node)); }

  // A leaf whose key shares at least as many first digits with `key` as any other.
  static const Leaf* Closest(const Node* node, absl::string_view key);
  const Leaf* FindLeaf(absl::string_view key) const;
  // REQUIRES: there is an entry.
  Leaf* OwnLeaf(absl::string_view key);
  // REQUIRES: there is no entry.
  Leaf* Insert(absl::string_view bytes, KeyView key, Value value);

  static crypto::Digest DigestOfNode(const Node* node);
  // What the digest of a leaf covers.
  static std::string EntryOf(const Leaf* leaf);

  Node* root_ = nullptr;
  size_t size_ = 0;
};

// Goes through the entries in order. Cheap to move, not to copy.
template <typename Key, typename Value>
class Table<Key, Value>::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Entry;
  using difference_type = std::ptrdiff_t;
  using pointer = const Entry*;
  using reference = const Entry&;

  const Entry& operator*() const { return leaf_->entry; }
  const Entry* operator->() const { return &leaf_->entry; }
  Iterator& operator++() {
    leaf_ = nullptr;
    while (!path_.empty()) {
      auto& [branch, rank] = path_.back();
      if (++rank < branch->size()) return ToFirst(branch->twig(rank));
      path_.pop_back();
    }
    return *this;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.leaf_ == b.leaf_; }

 private:
  friend class Table;

  // The first leaf below `node`, which belongs below the end of the path.
  Iterator& ToFirst(const Node* node) {
    while (node != nullptr && !node->leaf()) node = Enter(node, 0);
    leaf_ = static_cast<const Leaf*>(node);
    return *this;
  }
  const Node* Enter(const Node* node, uint32_t rank) {
    const Branch* branch = static_cast<const Branch*>(node);
    path_.emplace_back(branch, rank);
    return branch->twig(rank);
  }

  const Leaf* leaf_ = nullptr;  // null at the end
  std::vector<std::pair<const Branch*, uint32_t>> path_;
};

template <typename Key, typename Value>
void Table<Key, Value>::Drop(Node* node) {
  if (node == nullptr || !node->DropOwner()) return;
  if (node->leaf()) {
    delete static_cast<Leaf*>(node);
    return;
  }
  Branch* branch = static_cast<Branch*>(node);
  for (uint32_t i = 0; i < branch->size(); ++i) Drop(branch->twig(i));
  Branch::Free(branch);
}

template <typename Key, typename Value>
void Table<Key, Value>::Own(Node*& slot) {
  if (!slot->HasOneOwner()) {
    Node* copy = slot->leaf() ? static_cast<Node*>(new Leaf(static_cast<Leaf*>(slot)->entry))
                              : static_cast<Branch*>(slot)->Copy();
    Replace(slot, copy);
  } else if (slot->leaf()) {
    static_cast<Leaf*>(slot)->digest.Forget();
  } else {
    static_cast<Branch*>(slot)->digest.Forget();
  }
}

template <typename Key, typename Value>
auto Table<Key, Value>::Closest(const Node* node, absl::string_view key) -> const Leaf* {
  while (!node->leaf()) {
    const Branch* branch = static_cast<const Branch*>(node);
    const table::Digit digit = table::DigitAt(key, branch->position);
    node = branch->twig(branch->Has(digit) ? branch->Rank(digit) : 0);
  }
  return static_cast<const Leaf*>(node);
}

template <typename Key, typename Value>
auto Table<Key, Value>::FindLeaf(absl::string_view key) const -> const Leaf* {
  if (root_ == nullptr) return nullptr;
  const Leaf* leaf = Closest(root_, key);
  return absl::string_view(leaf->key()) == key ? leaf : nullptr;
}

template <typename Key, typename Value>
auto Table<Key, Value>::OwnLeaf(absl::string_view key) -> Leaf* {
  Node** slot = &root_;
  while (!(*slot)->leaf()) {
    Branch* branch = OwnBranch(*slot);
    slot = &branch->slot(branch->Rank(table::DigitAt(key, branch->position)));
  }
  Own(*slot);
  return static_cast<Leaf*>(*slot);
}

template <typename Key, typename Value>
auto Table<Key, Value>::Insert(absl::string_view bytes, KeyView key, Value value) -> Leaf* {
  Leaf* leaf = new Leaf(key, std::move(value));
  ++size_;
  if (root_ == nullptr) {
    root_ = leaf;
    return leaf;
  }
  const auto closest_key = Closest(root_, bytes)->key();
  const absl::string_view closest = closest_key;
  const uint32_t position = table::FirstDifference(bytes, closest);
  const table::Digit digit = table::DigitAt(bytes, position);
  Node** slot = &root_;
  while ((*slot)->position < position) {
    Branch* branch = OwnBranch(*slot);
    slot = &branch->slot(branch->Rank(table::DigitAt(bytes, branch->position)));
  }
  if ((*slot)->position == position) {
    Replace(*slot, static_cast<Branch*>(*slot)->CopyWith(digit, leaf));
  } else {
    *slot = Branch::OfTwo(position, digit, leaf, table::DigitAt(closest, position), *slot);
  }
  return leaf;
}

template <typename Key, typename Value>
Value* Table<Key, Value>::Mutable(KeyView key) {
  const auto bytes = Keys::Bytes(key);
  return FindLeaf(bytes) == nullptr ? nullptr : &OwnLeaf(bytes)->entry.second;
}

template <typename Key, typename Value>
Value& Table<Key, Value>::MutableOrNew(KeyView key) {
  Value* value = Mutable(key);
  return value != nullptr ? *value : Insert(Keys::Bytes(key), key, Value())->entry.second;
}

template <typename Key, typename Value>
Value& Table<Key, Value>::InsertOrAssign(KeyView key, Value value) {
  Value* present = Mutable(key);
  if (present == nullptr) return Insert(Keys::Bytes(key), key, std::move(value))->entry.second;
  *present = std::move(value);
  return *present;
}

template <typename Key, typename Value>
bool Table<Key, Value>::Erase(KeyView key) {
  const auto holder = Keys::Bytes(key);
  const absl::string_view bytes = holder;
  if (FindLeaf(bytes) == nullptr) return false;
  --size_;
  // Down to the branch that bears the leaf; it gives way to another one.
  Node** slot = &root_;
  while (!(*slot)->leaf()) {
    Branch* branch = static_cast<Branch*>(*slot);
    const table::Digit digit = table::DigitAt(bytes, branch->position);
    const uint32_t rank = branch->Rank(digit);
    if (!branch->twig(rank)->leaf()) {
      slot = &OwnBranch(*slot)->slot(rank);
    } else if (branch->size() > 2) {
      Replace(*slot, branch->CopyWithout(digit));
      return true;
    } else {
      Node* other = branch->twig(1 - rank);
      other->AddOwner();
      Replace(*slot, other);
      return true;
    }
  }
  Replace(root_, nullptr);
  return true;
}

template <typename Key, typename Value>
auto Table<Key, Value>::lower_bound(KeyView key) const -> Iterator {
  Iterator it;
  if (root_ == nullptr) return it;
  const auto holder = Keys::Bytes(key);
  const absl::string_view bytes = holder;
  const auto closest_key = Closest(root_, bytes)->key();
  const absl::string_view closest = closest_key;
  // All keys below `node` have the first `position` digits of `key`, and no others have.
  const bool found = closest == bytes;
  const uint32_t position = found ? table::kLeaf : table::FirstDifference(bytes, closest);
  const Node* node = root_;
  while (node->position < position) {
    const table::Digit digit = table::DigitAt(bytes, node->position);
    node = it.Enter(node, static_cast<const Branch*>(node)->Rank(digit));
  }
  if (found) return it.ToFirst(node);
  const table::Digit digit = table::DigitAt(bytes, position);
  if (node->position == position) {
    const Branch* branch = static_cast<const Branch*>(node);
    const uint32_t rank = branch->Rank(digit);
    if (rank < branch->size()) return it.ToFirst(it.Enter(node, rank));
  } else if (digit < table::DigitAt(closest, position)) {
    return it.ToFirst(node);
  }
  return ++it;
}

template <typename Key, typename Value>
auto Table<Key, Value>::upper_bound(KeyView key) const -> Iterator {
  Iterator it = lower_bound(key);
  if (it != end() && it->first == key) ++it;
  return it;
}

template <typename Key, typename Value>
crypto::Digest Table<Key, Value>::DigestOfNode(const Node* node) {
  if (!node->leaf()) {
    return table::DigestOfBranch(*static_cast<const Branch*>(node), DigestOfNode);
  }
  const Leaf* leaf = static_cast<const Leaf*>(node);
  crypto::Digest digest;
  if (leaf->digest.Get(digest)) return digest;
  digest = table::DigestOfLeaf(EntryOf(leaf));
  leaf->digest.Set(digest);
  return digest;
}

template <typename Key, typename Value>
std::string Table<Key, Value>::EntryOf(const Leaf* leaf) {
  Encoder entry(Encoder::Tables::kDigests);
  describing::EncodeTo(entry, leaf->entry);
  return entry.bytes();
}

template <typename Key, typename Value>
std::string Table<Key, Value>::Prove(
    absl::string_view key) const requires std::same_as<Key, std::string> {
  Encoder branches(Encoder::Tables::kDigests);
  uint64_t count = 0;
  const Node* node = root_;
  for (; node != nullptr && !node->leaf(); ++count) {
    const Branch* branch = static_cast<const Branch*>(node);
    const table::Digit digit = table::DigitAt(key, branch->position);
    const Node* next = branch->Has(digit) ? branch->twig(branch->Rank(digit)) : nullptr;
    branches.Unsigned(branch->position);
    branches.Unsigned(branch->digits());
    for (uint32_t i = 0; i < branch->size(); ++i) {
      if (branch->twig(i) == next) continue;
      const crypto::Digest digest = DigestOfNode(branch->twig(i));
      branches.Raw(crypto::AsBytes(digest));
    }
    node = next;
  }
  Encoder proof(Encoder::Tables::kDigests);
  proof.Unsigned(count);
  proof.Raw(branches.bytes());
  proof.Bytes(node == nullptr ? "" : EntryOf(static_cast<const Leaf*>(node)));
  return proof.bytes();
}

template <typename Key, typename Value>
void Table<Key, Value>::EncodeTo(Encoder& out) const {
  if (out.tables() == Encoder::Tables::kDigests) {
    const crypto::Digest digest = Digest();
    return out.Raw(crypto::AsBytes(digest));
  }
  out.Unsigned(size_);
  for (const Entry& entry : *this) describing::EncodeTo(out, entry);
}

template <typename Key, typename Value>
void Table<Key, Value>::DecodeFrom(Decoder& in) {
  Key last{};
  for (size_t left = in.Count(); left > 0 && !in.failed(); --left) {
    Key key{};
    describing::DecodeFrom(in, key);
    if (!empty() && !(last < key)) in.Fail();
    if (in.failed()) return;
    describing::DecodeFrom(in, InsertOrAssign(key, Value()));
    last = std::move(key);
  }
}

}  // namespace votum

#endif  // VOTUM_CORE_TABLE_H_
