#include "clients/lib/receipt.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/fold/fold.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/dsse.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/record_leaf.h"

namespace votum::client {
namespace {

absl::Status Invalid(absl::string_view what) {
  return Refuse(Reason::kReceiptInvalid, absl::StrCat("the receipt does not hold: ", what,
                                                      "; keep it, and tell an auditor"));
}

absl::StatusOr<std::vector<crypto::Digest>> InclusionProofOf(const common::v1::Receipt& receipt) {
  auto proof = crypto::ProofFromBytes(receipt.inclusion_proof());
  if (!proof.ok()) return Invalid("a hash of its proof has a wrong length");
  return proof;
}

}  // namespace

absl::Status VerifyReceipt(const common::v1::Receipt& receipt, const crypto::NoteVerifier& log) {
  const auto checkpoint = crypto::OpenCheckpoint(receipt.checkpoint(), log, log.name());
  if (!checkpoint.ok()) return Invalid(checkpoint.status().message());
  // Salt and record are hashed one after the other: with a salt of any length, bytes could move
  // between them, and one leaf would prove two records.
  if (!crypto::SaltFromBytes(receipt.salt()).ok()) return Invalid("its salt has a wrong length");
  common::v1::Record record;
  if (!record.ParseFromString(receipt.record()) || record.index() != receipt.index()) {
    return Invalid("its record is another one");
  }
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof, InclusionProofOf(receipt));
  const crypto::Digest leaf = crypto::RecordLeaf(receipt.salt(), receipt.record());
  const crypto::Digest leaf_hash = crypto::HashLeaf(crypto::AsBytes(leaf));
  if (!crypto::VerifyInclusion(leaf_hash, receipt.index(), checkpoint->size, proof,
                               checkpoint->root)
           .ok()) {
    return Invalid("its proof does not lead to the signed root");
  }
  return absl::OkStatus();
}

absl::Status VerifyReceiptOf(const common::v1::SignedCommand& command,
                             const common::v1::Receipt& receipt, const crypto::NoteVerifier& log) {
  RETURN_IF_ERROR(VerifyReceipt(receipt, log));
  common::v1::Record record;
  record.ParseFromString(receipt.record());
  bool same = record.payload_type() == command.payload_type() &&
              record.payload() == command.payload() &&
              record.signatures_size() == command.signatures_size();
  for (int i = 0; same && i < command.signatures_size(); ++i) {
    same = record.signatures(i).SerializeAsString() == command.signatures(i).SerializeAsString();
  }
  return same ? absl::OkStatus() : Invalid("its record is not what was signed and sent");
}

absl::StatusOr<std::string> DescribeSignatures(const common::v1::Receipt& receipt,
                                               const crypto::NoteVerifier& log) {
  const std::optional<OpenedRecord> record = OpenRecord(receipt.record());
  if (!record.has_value()) return Invalid("its record does not parse");
  if (!record->envelope.ok()) {
    // A newer program may know more of it.
    const Reason reason = ReasonOf(record->envelope.status()).value_or(Reason::kBadCommand);
    if (reason == Reason::kUnknownCommand || reason == Reason::kUnknownField ||
        reason == Reason::kUnknownValue)
      return "not checked: this program does not know the command";
    return Invalid(record->envelope.status().message());
  }
  const Envelope& envelope = *record->envelope;
  std::vector<crypto::PublicKey> keys = {log.key()};
  if (auto own = crypto::PublicKey::FromSpkiDer(envelope.header().public_key()); own.ok())
    keys.push_back(*std::move(own));
  int verified = 0;
  std::vector<std::string> unknown;
  for (const common::v1::Signature& signature : envelope.signatures) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const crypto::PublicKey& one) {
      return one.id() == signature.key_id();
    });
    if (key == keys.end()) {
      unknown.push_back(signature.key_id());
    } else if (!crypto::VerifyDsse(*key, envelope.payload_type(), envelope.payload,
                                   signature.signature())
                    .ok()) {
      return Invalid(absl::StrCat("the signature of key ", key->id(), " does not verify"));
    } else {
      ++verified;
    }
  }
  if (unknown.empty()) return absl::StrCat(verified, " verified, by the key that the record names");
  return absl::StrCat(verified > 0 ? absl::StrCat(verified, " verified; ") : "",
                      "NOT CHECKED: that of key ", absl::StrJoin(unknown, ", "),
                      ", which only the log can tell (votum audit)");
}

absl::StatusOr<crypto::TlogProof> TlogProofOf(const common::v1::Receipt& receipt) {
  ASSIGN_OR_RETURN(std::vector<crypto::Digest> proof, InclusionProofOf(receipt));
  return crypto::TlogProof{absl::StrCat(receipt.salt(), receipt.record()), receipt.index(),
                           std::move(proof), receipt.checkpoint()};
}

absl::StatusOr<common::v1::Receipt> Refreshed(const common::v1::Receipt& receipt,
                                              const common::v1::Receipt& other,
                                              absl::Span<const crypto::Digest> consistency,
                                              const crypto::NoteVerifier& log) {
  RETURN_IF_ERROR(VerifyReceipt(receipt, log));
  common::v1::Receipt refreshed = receipt;
  *refreshed.mutable_inclusion_proof() = other.inclusion_proof();
  refreshed.set_checkpoint(other.checkpoint());
  RETURN_IF_ERROR(VerifyReceipt(refreshed, log));
  ASSIGN_OR_RETURN(crypto::Checkpoint small,
                   crypto::OpenCheckpoint(receipt.checkpoint(), log, log.name()));
  ASSIGN_OR_RETURN(crypto::Checkpoint large,
                   crypto::OpenCheckpoint(other.checkpoint(), log, log.name()));
  if (small.size > large.size) std::swap(small, large);
  if (crypto::VerifyConsistency(small.size, large.size, consistency, small.root, large.root).ok())
    return refreshed;
  return Refuse(
      Reason::kLogForked,
      absl::StrCat("the log gives no proof that its checkpoints of sizes ", small.size, " and ",
                   large.size, " are of one history; keep the receipt, and tell an auditor"));
}

}  // namespace votum::client
