// The ledger's answers to readers: entries, proofs, attachments and listeners. None of them waits for
// the sequencer.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ledger/ledger.h"
#include "ledger/stored_entry.h"

namespace votum::ledger {

uint64_t Ledger::size() const {
  const std::shared_lock<std::shared_mutex> lock(log_mutex_);
  return signed_size_;
}

std::string Ledger::GetCheckpoint() const {
  const std::shared_lock<std::shared_mutex> lock(log_mutex_);
  return checkpoint_;
}

LedgerStats Ledger::stats() const {
  const std::shared_lock<std::shared_mutex> lock(log_mutex_);
  return stats_;
}

absl::StatusOr<common::v1::Receipt> Ledger::GetReceipt(uint64_t index) {
  ASSIGN_OR_RETURN(std::vector<StoredEntry> entries, Read(index, 1, 1));
  if (entries.empty()) {
    return Refuse(Reason::kNoSuchRecord,
                  absl::StrCat("the log has no record ", index, "; it has ", size()));
  }
  return ReceiptOf(std::move(entries[0]));
}

absl::StatusOr<common::v1::Receipt> Ledger::ReceiptOf(StoredEntry entry) const {
  common::v1::Receipt receipt;
  receipt.set_index(entry.index);
  receipt.set_record(std::move(entry.record));
  receipt.set_salt(std::move(entry.salt));
  uint64_t size = 0;
  {
    const std::shared_lock<std::shared_mutex> lock(log_mutex_);
    receipt.set_checkpoint(checkpoint_);
    size = signed_size_;
  }
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof,
                   tree_->InclusionProof(entry.index, size));
  receipt.mutable_inclusion_proof()->Reserve(static_cast<int>(proof.size()));
  for (const crypto::Digest& hash : proof) receipt.add_inclusion_proof(hash.data(), hash.size());
  return receipt;
}

absl::StatusOr<std::vector<crypto::Digest>> Ledger::InclusionProof(uint64_t index,
                                                                   uint64_t size) const {
  const uint64_t all = this->size();
  if (size > all) return Refuse(Reason::kNotInTree, absl::StrCat("the log has ", all, " records"));
  return tree_->InclusionProof(index, size);
}

absl::StatusOr<std::vector<crypto::Digest>> Ledger::ConsistencyProof(uint64_t old_size,
                                                                     uint64_t new_size) const {
  const uint64_t all = size();
  if (old_size == 0 || old_size > new_size || new_size > all) {
    return Refuse(Reason::kBadSizes,
                  absl::StrCat("sizes must be 1 <= old_size <= new_size <= ", all));
  }
  return tree_->ConsistencyProof(old_size, new_size);
}

absl::StatusOr<std::vector<StoredEntry>> Ledger::Read(uint64_t start, size_t limit,
                                                      size_t max_bytes) {
  const uint64_t end = size();
  if (start >= end) return std::vector<StoredEntry>();
  const size_t most = std::min<uint64_t>(limit, end - start);
  std::vector<StoredEntry> newest = newest_.Read(start, most, max_bytes);
  if (!newest.empty()) return newest;
  return ReadStored(start, most, max_bytes);
}

absl::StatusOr<std::vector<StoredEntry>> Ledger::ReadStored(uint64_t start, size_t limit,
                                                            size_t max_bytes) const {
  ASSIGN_OR_RETURN(std::vector<StoredEntry> entries, entries_->Read(start, limit, max_bytes));
  const absl::Status sound = [&]() -> absl::Status {
    if (entries.empty()) return DamagedRecord(start, "is missing");
    // First what names the record: its chapter's leaves have no root if one of them is wrong.
    for (size_t i = 0; i < entries.size(); ++i)
      RETURN_IF_ERROR(CheckGivesLeaf(start + i, entries[i]));
    for (const StoredEntry& entry : entries)
      RETURN_IF_ERROR(tree_->CheckLeaf(entry.index, entry.leaf));
    return absl::OkStatus();
  }();
  if (absl::IsDataLoss(sound)) {
    Log(Severity::kError, "the database of the log is damaged",
        {{"error", std::string(sound.message())}, {"reason", ReasonTextOf(sound)}});
  }
  RETURN_IF_ERROR(sound);
  return entries;
}

absl::StatusOr<std::vector<StoredEntry>> Ledger::ReadLeaves(uint64_t start, size_t limit) const {
  std::vector<StoredEntry> entries;
  const uint64_t end = size();
  if (start >= end) return entries;
  ASSIGN_OR_RETURN(std::vector<std::string> leaves,
                   entries_->ReadLeaves(start, std::min<uint64_t>(limit, end - start)));
  if (leaves.empty()) return DamagedRecord(start, "is missing");
  for (std::string& leaf : leaves) {
    const uint64_t index = start + entries.size();
    RETURN_IF_ERROR(tree_->CheckLeaf(index, leaf));
    entries.push_back({index, std::move(leaf), "", ""});
  }
  return entries;
}

absl::StatusOr<common::v1::Attachment> Ledger::GetAttachment(absl::string_view commitment) const {
  return vault_.Open(commitment);
}

absl::StatusOr<bool> Ledger::EraseSubject(absl::string_view subject) {
  {
    const std::lock_guard<std::mutex> lock(erasure_mutex_);
    erased_.insert(std::string(subject));
  }
  return entries_->EraseSubject(subject);
}

uint64_t Ledger::AddListener(std::function<void()> listener) {
  const std::lock_guard<std::mutex> lock(listeners_mutex_);
  listeners_.emplace(++last_listener_, std::move(listener));
  return last_listener_;
}

void Ledger::RemoveListener(uint64_t number) {
  const std::lock_guard<std::mutex> lock(listeners_mutex_);
  listeners_.erase(number);
}

}  // namespace votum::ledger
