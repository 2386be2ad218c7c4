#include "clients/audit/known_check.h"

#include "absl/strings/str_cat.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace votum::audit {

Finding CheckKnown(const Known& known, const crypto::NoteVerifier& log,
                   const crypto::MerkleTree& tree) {
  const auto checkpoint = [&]() -> absl::StatusOr<crypto::Checkpoint> {
    if (!known.checkpoint.ok()) return known.checkpoint.status();
    return crypto::OpenCheckpoint(*known.checkpoint, log, log.name());
  }();
  if (!checkpoint.ok()) {
    return {Finding::Kind::kNotCheckable,
            absl::StrCat(known.name,
                         " does not hold by itself, so the log cannot be compared with "
                         "it: ",
                         checkpoint.status().message())};
  }
  if (checkpoint->size > tree.size()) {
    return {
        Finding::Kind::kFault,
        absl::StrCat(known.name, ": the log key signed ", checkpoint->size,
                     " records, and this log ends after ", tree.size(), ": its end was cut off")};
  }
  const auto root = tree.RootAt(checkpoint->size);
  if (!root.ok() || *root != checkpoint->root) {
    return {Finding::Kind::kFault,
            absl::StrCat(known.name, ": the log key signed other ", checkpoint->size,
                         " records than this log begins with: it has shown two histories")};
  }
  return {Finding::Kind::kChecked, absl::StrCat(known.name, ": its ", checkpoint->size,
                                                " records are the beginning of this log")};
}

Finding CheckKnownDocument(const KnownDocument& known, const World& world) {
  const crypto::Digest digest = crypto::Sha256(known.bytes);
  for (const auto& [id, decision] : world.decisions().state().decisions) {
    if (decision.document_sha256() != crypto::AsBytes(digest)) continue;
    return {Finding::Kind::kChecked,
            absl::StrCat(known.name, ": it is the document that was published of decision ", id)};
  }
  return {Finding::Kind::kFault,
          absl::StrCat(known.name, ": no record of this log publishes this document (SHA-256 ",
                       crypto::HexEncode(crypto::AsBytes(digest)),
                       "): either it is not the city's, or this log is not")};
}

}  // namespace votum::audit
