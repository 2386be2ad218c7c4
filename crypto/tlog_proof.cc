#include "crypto/tlog_proof.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "crypto/merkle.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr absl::string_view kExtra = "extra ";
constexpr absl::string_view kIndex = "index ";

absl::Status BadTlogProof(absl::string_view why) {
  return Refuse(Reason::kBadTlogProof, absl::StrCat("not a tlog-proof: ", why));
}

// Removes the first line from `*text` and returns it without its newline; nullopt if there is no
// newline.
std::optional<absl::string_view> TakeLine(absl::string_view* text) {
  const size_t end = text->find('\n');
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return line;
}

absl::StatusOr<std::vector<Digest>> TakeHashes(absl::string_view* text) {
  std::vector<Digest> hashes;
  for (;;) {
    const std::optional<absl::string_view> line = TakeLine(text);
    if (!line.has_value()) return BadTlogProof("it has no empty line before the checkpoint");
    if (line->empty()) return hashes;
    const absl::StatusOr<std::string> hash = Base64Decode(*line);
    if (!hash.ok() || hash->size() != kDigestSize) {
      return BadTlogProof("a line of the inclusion proof is not the Base64 of 32 bytes");
    }
    if (hashes.size() == kMaxInclusionProofHashes) return BadTlogProof("it has too many hashes");
    hashes.push_back(*DigestFromBytes(*hash));
  }
}

}  // namespace

std::string FormatTlogProof(const TlogProof& proof) {
  std::string text = absl::StrCat(kHeader, "\n");
  if (proof.extra.has_value()) {
    absl::StrAppend(&text, kExtra, Base64Encode(*proof.extra), "\n");
  }
  absl::StrAppend(&text, kIndex, proof.index, "\n");
  for (const Digest& hash : proof.inclusion_proof) {
    absl::StrAppend(&text, Base64Encode(AsBytes(hash)), "\n");
  }
  return absl::StrCat(text, "\n", proof.checkpoint);
}

absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view text) {
  if (TakeLine(&text) != kHeader)
    return BadTlogProof(absl::StrCat("it does not begin with ", kHeader));
  std::optional<absl::string_view> line = TakeLine(&text);
  TlogProof proof;
  if (line.has_value() && absl::ConsumePrefix(&*line, kExtra)) {
    const absl::StatusOr<std::string> extra = Base64Decode(*line);
    if (!extra.ok() || extra->empty()) return BadTlogProof("the extra data is not Base64");
    proof.extra = *extra;
    line = TakeLine(&text);
  }
  if (!line.has_value() || !absl::ConsumePrefix(&*line, kIndex)) {
    return BadTlogProof("it has no index line");
  }
  const std::optional<uint64_t> index = ParseDecimal(*line);
  if (!index.has_value()) return BadTlogProof("the index is not a decimal number");
  proof.index = *index;
  ASSIGN_OR_RETURN(proof.inclusion_proof, TakeHashes(&text));
  const absl::StatusOr<Note> note = ParseNote(text);
  if (!note.ok()) {
    return BadTlogProof(absl::StrCat("its checkpoint is ", note.status().message()));
  }
  proof.checkpoint = std::string(text);
  return proof;
}

absl::StatusOr<Checkpoint> VerifyTlogProof(const TlogProof& proof, const Digest& leaf_hash,
                                           const NoteVerifier& log, absl::string_view origin) {
  ASSIGN_OR_RETURN(Checkpoint checkpoint, OpenCheckpoint(proof.checkpoint, log, origin));
  RETURN_IF_ERROR(VerifyInclusion(leaf_hash, proof.index, checkpoint.size, proof.inclusion_proof,
                                  checkpoint.root));
  return checkpoint;
}

}  // namespace votum::crypto
