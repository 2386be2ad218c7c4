// The proof that a table (table.h) whose digest is known has an entry, or has none: the path from the
// root along the digits of its key, with the digests beside it.
//
//   number of branches; for each, from the root on:
//     position               at which the keys below it differ
//     digits                 bit i says that it has a twig for digit i
//     32 bytes each          the digests of its twigs by digit, without that of the next one on the path
//   entry, as bytes          of the leaf at the end; empty if the path ends at a branch that has no
//                            twig for the digit of the key, or in an empty table
//
// Numbers and bytes are written as by Encoder (encoding.h). An entry is the key as bytes, then the
// value. Digits, and the digests of leaves, branches and nothing, are those of table_node.h. The key
// has an entry if the leaf at the end is its own. It has none if the path ends without a leaf or at
// that of another key: the digits of a key lead to one place alone.
//
// docs/protocol.md says the same to those who write a checker of their own; table_proof_test.cc has one.
#ifndef VOTUM_CORE_TABLE_PROOF_H_
#define VOTUM_CORE_TABLE_PROOF_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum {

struct ProvenEntry {
  bool present = false;
  std::string value;  // encoded (describe.h); empty if there is no entry
};

// What `proof` shows of `key` in the table with the digest `root`; nothing if it is no proof of it, or
// not in its one form.
std::optional<ProvenEntry> VerifyTableProof(absl::string_view proof, absl::string_view key,
                                            const crypto::Digest& root);

}  // namespace votum

#endif  // VOTUM_CORE_TABLE_PROOF_H_
