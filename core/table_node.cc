#include "core/table_node.h"

#include <algorithm>
#include <new>

#include "base/big_endian.h"

namespace votum::table {

uint32_t FirstDifference(absl::string_view a, absl::string_view b) {
  const size_t shared = std::min(a.size(), b.size());
  const size_t byte =
      std::mismatch(a.begin(), a.begin() + shared, b.begin()).first - a.begin();  // NOLINT
  const uint32_t position = static_cast<uint32_t>(2 * byte);
  return DigitAt(a, position) != DigitAt(b, position) ? position : position + 1;
}

Branch* Branch::New(uint32_t position, uint32_t digits) {
  const size_t twigs = static_cast<size_t>(__builtin_popcount(digits));
  void* memory = ::operator new(sizeof(Branch) + twigs * sizeof(Node*));
  return new (memory) Branch(position, digits);
}

void Branch::Free(Branch* branch) {
  branch->~Branch();
  ::operator delete(branch);
}

Branch* Branch::OfTwo(uint32_t position, Digit a, Node* twig_a, Digit b, Node* twig_b) {
  Branch* branch = New(position, 1u << a | 1u << b);
  branch->slot(branch->Rank(a)) = twig_a;
  branch->slot(branch->Rank(b)) = twig_b;
  return branch;
}

Branch* Branch::Copy() const {
  Branch* copy = New(position, digits_);
  for (uint32_t i = 0; i < size(); ++i) {
    copy->slot(i) = twig(i);
    twig(i)->AddOwner();
  }
  return copy;
}

Branch* Branch::CopyWith(Digit digit, Node* twig_in) const {
  Branch* copy = New(position, digits_ | 1u << digit);
  const uint32_t place = Rank(digit);
  for (uint32_t i = 0; i < size(); ++i) {
    copy->slot(i < place ? i : i + 1) = twig(i);
    twig(i)->AddOwner();
  }
  copy->slot(place) = twig_in;
  return copy;
}

Branch* Branch::CopyWithout(Digit digit) const {
  Branch* copy = New(position, digits_ & ~(1u << digit));
  const uint32_t place = Rank(digit);
  for (uint32_t i = 0; i < size(); ++i) {
    if (i == place) continue;
    copy->slot(i < place ? i : i - 1) = twig(i);
    twig(i)->AddOwner();
  }
  return copy;
}

crypto::Digest DigestOfLeaf(absl::string_view entry) {
  return crypto::Sha256({absl::string_view("\0", 1), entry});
}

crypto::Digest DigestOfTwigs(uint32_t position, uint32_t digits, absl::string_view twigs) {
  const std::string place = BigEndian32(position) + BigEndian32(digits);
  return crypto::Sha256({"\1", place, twigs});
}

crypto::Digest DigestOfNothing() { return crypto::Sha256("\2"); }

}  // namespace votum::table
