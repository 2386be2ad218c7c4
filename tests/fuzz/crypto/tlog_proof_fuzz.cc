#include "crypto/merkle.h"
#include "crypto/tlog_proof.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace votum::crypto {
namespace {

void FuzzTlogProof(absl::string_view text) {
  const absl::StatusOr<TlogProof> proof = ParseTlogProof(text);
  if (!proof.ok()) return;
  Require(FormatTlogProof(*proof) == text, "a proof is written as it was read");
  Require(ParseNote(proof->checkpoint).ok(), "a proof has a note");
  // The verifiers must terminate with the input's own numbers; nobody can find a proof for these
  // roots.
  const Digest root = Sha256("a root that is no node's hash");
  Require(
      !VerifyInclusion(HashLeaf("leaf"), proof->index, ~proof->index, proof->inclusion_proof, root)
           .ok(),
      "no inclusion without a proof");
  Require(!VerifyConsistency(proof->index, ~proof->index, proof->inclusion_proof, root,
                             HashLeaf("leaf"))
               .ok(),
          "no consistency without a proof");
}

}  // namespace
}  // namespace votum::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::crypto::FuzzTlogProof(votum::crypto::Text(data, size));
  return 0;
}
