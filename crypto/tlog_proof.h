// Proofs that a log holds something (https://c2sp.org/tlog-proof), verifiable offline: the form in
// which receipts leave the system, as files named *.tlog-proof.
//
//   c2sp.org/tlog-proof@v1
//   extra <Base64>               optional; opaque and not authenticated
//   index <decimal>
//   <Base64 of a hash>           none or more, from the leaf's sibling up
//   <empty line>
//   <the checkpoint's signed note, as published>
#ifndef VOTUM_CRYPTO_TLOG_PROOF_H_
#define VOTUM_CRYPTO_TLOG_PROOF_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/note.h"

namespace votum::crypto {

// No tree has more levels than a 64-bit size allows.
inline constexpr size_t kMaxInclusionProofHashes = 64;

struct TlogProof {
  std::optional<std::string> extra;  // decoded; not empty if present
  uint64_t index = 0;
  std::vector<Digest> inclusion_proof;
  std::string checkpoint;  // a signed note
};

std::string FormatTlogProof(const TlogProof& proof);

// The parts of a proof. INVALID_ARGUMENT/BAD_TLOG_PROOF unless `text` is what FormatTlogProof gives
// for some proof whose checkpoint is a well-formed note. No signature or hash is verified.
absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view text);

// The checkpoint of `proof`, if `log` signed it for `origin` and the leaf with this hash is leaf
// `proof.index` of it. Errors as OpenCheckpoint and VerifyInclusion.
absl::StatusOr<Checkpoint> VerifyTlogProof(const TlogProof& proof, const Digest& leaf_hash,
                                           const NoteVerifier& log, absl::string_view origin);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_TLOG_PROOF_H_
