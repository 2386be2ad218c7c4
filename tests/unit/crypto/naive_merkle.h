// RFC 6962 section 2.1 word for word: slow, recursive, and written without a look at
// crypto/merkle.cc.
#ifndef VOTUM_TESTS_UNIT_CRYPTO_NAIVE_MERKLE_H_
#define VOTUM_TESTS_UNIT_CRYPTO_NAIVE_MERKLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "crypto/hash.h"

namespace votum::crypto::naive {

using Leaves = absl::Span<const std::string>;
using Proof = std::vector<Digest>;

// "the largest power of two smaller than n"
inline size_t Split(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// MTH(D[n])
inline Digest Root(Leaves d) {
  if (d.empty()) return Sha256("");
  if (d.size() == 1) return Sha256({absl::string_view("\0", 1), d[0]});
  const size_t k = Split(d.size());
  const Digest left = Root(d.first(k)), right = Root(d.subspan(k));
  return Sha256({absl::string_view("\1", 1), AsBytes(left), AsBytes(right)});
}

inline Proof With(Proof proof, const Digest& last) {
  proof.push_back(last);
  return proof;
}

// PATH(m, D[n])
inline Proof Path(size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const size_t k = Split(d.size());
  if (m < k) return With(Path(m, d.first(k)), Root(d.subspan(k)));
  return With(Path(m - k, d.subspan(k)), Root(d.first(k)));
}

// SUBPROOF(m, D[n], b)
inline Proof SubProof(size_t m, Leaves d, bool b) {
  if (m == d.size()) return b ? Proof{} : Proof{Root(d)};
  const size_t k = Split(d.size());
  if (m <= k) return With(SubProof(m, d.first(k), b), Root(d.subspan(k)));
  return With(SubProof(m - k, d.subspan(k), false), Root(d.first(k)));
}

// PROOF(m, D[n])
inline Proof Consistency(size_t m, Leaves d) { return SubProof(m, d, true); }

}  // namespace votum::crypto::naive

#endif  // VOTUM_TESTS_UNIT_CRYPTO_NAIVE_MERKLE_H_
