#include "ledger/vault.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/commitment.h"
#include "crypto/sealed_box.h"
#include "ledger/stored_entry.h"

namespace votum::ledger {
namespace {

constexpr size_t kSubjectBytes = 16;

absl::Status BadAttachment(absl::string_view what) { return Refuse(Reason::kBadAttachment, what); }

}  // namespace

absl::Status CheckAttachments(const common::v1::SignedCommand& command) {
  if (command.attachments_size() > kMaxAttachments) {
    return BadAttachment(
        absl::StrCat("a command carries at most ", kMaxAttachments, " attachments"));
  }
  for (const common::v1::Attachment& attachment : command.attachments()) {
    if (attachment.subject().size() != kSubjectBytes)
      return BadAttachment("a subject has 16 bytes");
    if (attachment.content().size() > kMaxAttachmentBytes) {
      return BadAttachment(
          absl::StrCat("an attachment has at most ", kMaxAttachmentBytes, " bytes; shorten it"));
    }
    if (!crypto::VerifyCommitment(attachment.commitment(), attachment.salt(), attachment.content())
             .ok()) {
      return BadAttachment("the content of an attachment is not what its commitment stands for");
    }
  }
  return absl::OkStatus();
}

absl::Status Vault::Seal(const common::v1::SignedCommand& command,
                         std::map<std::string, crypto::SecretBytes>* fresh, NewEntry* entry) const {
  for (const common::v1::Attachment& attachment : command.attachments()) {
    const std::string& subject = attachment.subject();
    if (fresh->count(subject) == 0) {
      ASSIGN_OR_RETURN(const std::optional<std::string> wrapped, store_.FindSubjectKey(subject));
      if (wrapped.has_value()) {
        ASSIGN_OR_RETURN((*fresh)[subject], crypto::OpenBox(key_, *wrapped, subject));
      } else {
        crypto::SecretBytes key = crypto::NewSealingKey();
        ASSIGN_OR_RETURN(std::string box, crypto::SealBox(key_, key.Reveal(), subject));
        entry->subject_keys.push_back({subject, std::move(box)});
        (*fresh)[subject] = std::move(key);
      }
    }
    // The salt is as secret as the content and is erased with it.
    std::string plain = absl::StrCat(attachment.salt(), attachment.content());
    auto box = crypto::SealBox(fresh->at(subject), plain, attachment.commitment());
    crypto::WipeString(&plain);
    RETURN_IF_ERROR(box.status());
    entry->attachments.push_back({attachment.commitment(), subject, *std::move(box)});
  }
  return absl::OkStatus();
}

absl::StatusOr<common::v1::Attachment> Vault::Open(absl::string_view commitment) const {
  ASSIGN_OR_RETURN(const std::optional<StoredAttachment> stored, store_.FindAttachment(commitment));
  if (!stored.has_value())
    return Refuse(Reason::kNoSuchAttachment, "there is no attachment with this commitment");
  ASSIGN_OR_RETURN(const std::optional<std::string> wrapped,
                   store_.FindSubjectKey(stored->subject));
  if (!wrapped.has_value())
    return Refuse(Reason::kNoSuchAttachment, "the subject of this attachment was erased");
  ASSIGN_OR_RETURN(const crypto::SecretBytes key, crypto::OpenBox(key_, *wrapped, stored->subject));
  ASSIGN_OR_RETURN(const crypto::SecretBytes plain, crypto::OpenBox(key, stored->box, commitment));
  if (plain.size() < kSaltBytes) return absl::DataLossError("a sealed attachment is too short");
  common::v1::Attachment attachment;
  attachment.set_commitment(std::string(commitment));
  attachment.set_subject(stored->subject);
  attachment.set_salt(std::string(plain.Reveal().substr(0, kSaltBytes)));
  attachment.set_content(std::string(plain.Reveal().substr(kSaltBytes)));
  return attachment;
}

}  // namespace votum::ledger
