#include "services/ledger/ledger.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "services/domain/timestamps.h"

namespace votum::ledger {
namespace {

constexpr size_t kSaltBytes = 32;
constexpr std::chrono::microseconds kLinger(2000);
constexpr size_t kLingerUpTo = 256;
constexpr size_t kVerifyChunk = 1000;
constexpr size_t kVerifyChunkBytes = size_t{16} << 20;

std::string LengthPrefixed(absl::string_view bytes) {
  std::string prefixed(8, '\0');
  for (int i = 0; i < 8; ++i) prefixed[i] = static_cast<char>(bytes.size() >> (56 - 8 * i));
  return prefixed.append(bytes.data(), bytes.size());
}

// Over everything of a command that is recorded.
std::string DigestOf(const common::v1::SignedCommand& command) {
  std::string bytes = LengthPrefixed(command.payload_type());
  bytes += LengthPrefixed(command.payload());
  for (const common::v1::Signature& signature : command.signatures()) {
    bytes += LengthPrefixed(signature.key_id());
    bytes += LengthPrefixed(signature.signature());
  }
  const crypto::Digest digest = crypto::Sha256(bytes);
  return std::string(crypto::AsBytes(digest));
}

absl::Status CommandIdReused(const std::string& id, uint64_t index) {
  return RefuseExists("COMMAND_ID_REUSED",
                      absl::StrCat("command id ", id, " stands for other bytes, record ", index,
                                   "; make a new id"));
}

}  // namespace

Ledger::Ledger(std::unique_ptr<EntryStore> entries, std::unique_ptr<CheckpointStore> checkpoints,
               crypto::NoteSigner signer, crypto::SecretBytes attachments_key, LedgerConfig config)
    : entries_(std::move(entries)),
      checkpoints_(std::move(checkpoints)),
      signer_(std::move(signer)),
      vault_(entries_.get(), std::move(attachments_key)),
      config_(std::move(config)) {}

Ledger::~Ledger() { Stop(); }

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(std::unique_ptr<EntryStore> entries,
                                                     std::unique_ptr<CheckpointStore> checkpoints,
                                                     crypto::NoteSigner signer,
                                                     crypto::SecretBytes attachments_key,
                                                     LedgerConfig config) {
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(entries), std::move(checkpoints),
                                            std::move(signer), std::move(attachments_key),
                                            std::move(config)));
  RETURN_IF_ERROR(ledger->Verify());
  ledger->sequencer_ = std::thread([raw = ledger.get()] { raw->Sequence(); });
  return ledger;
}

// ---------------------------------------------------------------------------------------------------------------------
// Start

absl::Status Ledger::Verify() {
  ASSIGN_OR_RETURN(checkpoint_, checkpoints_->Load());
  crypto::Checkpoint checkpoint;
  if (!checkpoint_.empty()) {
    auto opened = crypto::OpenCheckpoint(checkpoint_, signer_.verifier(), signer_.name());
    if (!opened.ok()) {
      return RefusePrecondition(
          "WRONG_LOG_KEY", absl::StrCat("the stored checkpoint is not of log key ", signer_.name(),
                                        ": ", opened.status().message()));
    }
    checkpoint = *std::move(opened);
  }
  ASSIGN_OR_RETURN(const uint64_t stored, entries_->Size());
  if (stored < checkpoint.size) {
    return Refuse(
        absl::StatusCode::kDataLoss, "LOG_SHORTER",
        absl::StrCat(
            "the database has ", stored, " entries, but ", checkpoint.size,
            " were signed: it was "
            "restored from an older backup, or entries were lost. Signing now would fork the log; "
            "restore the newest database"));
  }
  RETURN_IF_ERROR(VerifyStored(stored, checkpoint.size));
  if (!checkpoint_.empty()) {
    ASSIGN_OR_RETURN(const crypto::Digest root, tree_.RootAt(checkpoint.size));
    if (root != checkpoint.root) {
      return Refuse(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                    absl::StrCat("the first ", checkpoint.size,
                                 " leaves do not have the signed root: a leaf was changed"));
    }
  }
  signed_size_ = checkpoint.size;
  stats_.size = signed_size_;
  if (stored > checkpoint.size) return SignUpTo(stored);
  return absl::OkStatus();
}

absl::Status Ledger::VerifyStored(uint64_t stored, uint64_t signed_size) {
  for (uint64_t next = 0; next < stored;) {
    ASSIGN_OR_RETURN(const std::vector<StoredEntry> chunk,
                     entries_->Read(next, kVerifyChunk, kVerifyChunkBytes));
    for (const StoredEntry& entry : chunk) {
      const crypto::Digest leaf = crypto::Sha256({entry.salt, entry.record});
      if (entry.index != next || crypto::AsBytes(leaf) != entry.leaf) {
        return Refuse(
            absl::StatusCode::kDataLoss, "LOG_DAMAGED",
            absl::StrCat("record ", next,
                         " of the database does not give its leaf: a stored byte was changed"));
      }
      tree_.Append(entry.leaf);
      ++next;
    }
    if (!chunk.empty()) {
      common::v1::Record record;
      if (record.ParseFromString(chunk.back().record)) last_time_ = FromTimestamp(record.time());
    }
    config_.progress(static_cast<double>(next) / static_cast<double>(stored));
  }
  return absl::OkStatus();
}

absl::Status Ledger::SignUpTo(uint64_t size) {
  crypto::Checkpoint next;
  next.origin = signer_.name();
  next.size = size;
  ASSIGN_OR_RETURN(next.root, tree_.RootAt(size));
  ASSIGN_OR_RETURN(std::string note, crypto::SignCheckpoint(next, signer_));
  RETURN_IF_ERROR(checkpoints_->Replace(checkpoint_, note));
  const std::unique_lock<std::shared_mutex> lock(log_mutex_);
  checkpoint_ = std::move(note);
  signed_size_ = size;
  stats_.size = size;
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------------------------------------------------
// The sequencer

absl::StatusOr<Ledger::Waiting> Ledger::Prepare(const common::v1::SignedCommand& command,
                                                common::v1::Disclosure disclosure,
                                                const std::string& service) {
  if (command.payload().size() > kMaxPayloadBytes) {
    return RefuseArgument("TOO_LARGE",
                          absl::StrCat("a command has at most ", kMaxPayloadBytes, " bytes"));
  }
  if (disclosure == common::v1::DISCLOSURE_UNSPECIFIED) {
    return RefuseArgument("BAD_DISCLOSURE", "disclosure must say who may be shown the record");
  }
  RETURN_IF_ERROR(CheckAttachments(command));
  common::v1::AnyCommand any;
  if (!any.ParseFromString(command.payload()) || any.header().command_id().empty()) {
    return RefuseArgument("BAD_COMMAND", "the payload has no header with a command id");
  }
  common::v1::Record tail;
  tail.set_service(service);
  tail.set_disclosure(disclosure);
  tail.set_payload_type(command.payload_type());
  tail.set_payload(command.payload());
  *tail.mutable_signatures() = command.signatures();
  return Waiting{&command,
                 any.header().command_id(),
                 DigestOf(command),
                 crypto::RandomBytes(kSaltBytes),
                 tail.SerializeAsString(),
                 {}};
}

absl::Status Ledger::Enqueue(std::vector<Waiting>& waiting) {
  const std::lock_guard<std::mutex> lock(queue_mutex_);
  if (stopping_) return absl::UnavailableError("the ledger is stopping; try again");
  if (queue_.size() + waiting.size() > kMaxQueue) {
    return Refuse(absl::StatusCode::kResourceExhausted, "LEDGER_BUSY",
                  "too many commands wait; try again in a moment");
  }
  for (Waiting& one : waiting) queue_.push_back(&one);
  work_.notify_one();
  return absl::OkStatus();
}

absl::StatusOr<common::v1::Receipt> Ledger::Append(const common::v1::SignedCommand& command,
                                                   common::v1::Disclosure disclosure,
                                                   const std::string& service) {
  return std::move(AppendAll(absl::MakeConstSpan(&command, 1), disclosure, service)[0]);
}

std::vector<absl::StatusOr<common::v1::Receipt>> Ledger::AppendAll(
    absl::Span<const common::v1::SignedCommand> commands, common::v1::Disclosure disclosure,
    const std::string& service) {
  std::vector<absl::StatusOr<common::v1::Receipt>> answers(commands.size());
  std::vector<Waiting> waiting;  // of those that can be appended
  std::vector<size_t> places;    // theirs in the answers
  waiting.reserve(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    auto prepared = Prepare(commands[i], disclosure, service);
    if (!prepared.ok()) {
      answers[i] = prepared.status();
      continue;
    }
    waiting.push_back(*std::move(prepared));
    places.push_back(i);
  }
  const absl::Status enqueued = Enqueue(waiting);
  for (size_t i = 0; i < waiting.size(); ++i) {
    answers[places[i]] = [&]() -> absl::StatusOr<common::v1::Receipt> {
      RETURN_IF_ERROR(enqueued);
      ASSIGN_OR_RETURN(StoredEntry appended, waiting[i].entry.get_future().get());
      return ReceiptOf(std::move(appended));
    }();
  }
  return answers;
}

void Ledger::Sequence() {
  size_t last_batch = 0;
  for (;;) {
    std::vector<Waiting*> batch;
    {
      std::unique_lock<std::mutex> lock(queue_mutex_);
      work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) {
        for (Waiting* waiting : queue_)
          waiting->entry.set_value(absl::UnavailableError("the ledger is stopping; try again"));
        queue_.clear();
        return;
      }
      // Under load the fixed cost of a batch is better shared by more commands. Alone nobody waits.
      if (last_batch > 1) {
        work_.wait_for(lock, kLinger, [this] { return stopping_ || queue_.size() >= kLingerUpTo; });
      }
      const size_t count = std::min(queue_.size(), kMaxBatch);
      batch.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    last_batch = batch.size();
    Commit(std::move(batch));
  }
}

NewEntry Ledger::MakeEntry(const Waiting& waiting, uint64_t index, absl::Time time) {
  common::v1::Record head;
  head.set_index(index);
  *head.mutable_time() = ToTimestamp(time);
  NewEntry entry;
  entry.entry.index = index;
  // Fields stand in the order of their numbers: these are the bytes of the whole message.
  entry.entry.record = head.SerializeAsString() + waiting.record_tail;
  entry.entry.salt = waiting.salt;
  const crypto::Digest leaf = crypto::Sha256({entry.entry.salt, entry.entry.record});
  entry.entry.leaf = std::string(crypto::AsBytes(leaf));
  entry.command_id = waiting.command_id;
  entry.command_digest = waiting.digest;
  return entry;
}

void Ledger::Commit(std::vector<Waiting*> batch) {
  const uint64_t first = signed_size_;
  last_time_ = std::max(last_time_, absl::FromUnixMicros(absl::ToUnixMicros(config_.clock->Now())));
  std::vector<NewEntry> entries;
  std::map<std::string, StoredCommand> in_batch;
  std::map<std::string, crypto::SecretBytes> fresh_keys;
  std::vector<std::pair<Waiting*, absl::StatusOr<StoredEntry>>> answers;
  std::vector<absl::string_view> ids;
  for (const Waiting* waiting : batch) ids.push_back(waiting->command_id);
  const auto recorded = entries_->FindCommands(ids);
  for (Waiting* waiting : batch) {
    const auto answer = [&]() -> absl::StatusOr<StoredEntry> {
      const auto twin = in_batch.find(waiting->command_id);
      if (twin != in_batch.end()) {
        if (twin->second.digest != waiting->digest)
          return CommandIdReused(waiting->command_id, twin->second.index);
        return entries[twin->second.index - first].entry;
      }
      RETURN_IF_ERROR(recorded.status());
      const std::optional<StoredCommand>& known = (*recorded)[answers.size()];
      if (known.has_value()) {
        if (known->digest != waiting->digest)
          return CommandIdReused(waiting->command_id, known->index);
        ASSIGN_OR_RETURN(std::vector<StoredEntry> stored, entries_->Read(known->index, 1, 1));
        if (stored.empty()) return absl::DataLossError("a recorded command has no record");
        return std::move(stored[0]);
      }
      const uint64_t index = first + entries.size();
      NewEntry entry = MakeEntry(*waiting, index, last_time_);
      RETURN_IF_ERROR(vault_.Seal(*waiting->command, &fresh_keys, &entry));
      in_batch[waiting->command_id] = {index, waiting->digest};
      entries.push_back(std::move(entry));
      return entries.back().entry;
    }();
    answers.emplace_back(waiting, answer);
  }
  if (!entries.empty()) {
    const absl::Status written = entries_->AppendBatch(entries);
    if (!written.ok()) return config_.fatal(written);
    {
      const std::unique_lock<std::shared_mutex> lock(log_mutex_);
      for (const NewEntry& entry : entries) tree_.Append(entry.entry.leaf);
      stats_.appends += entries.size();
      ++stats_.batches;
    }
    const absl::Status swapped = SignUpTo(first + entries.size());
    if (!swapped.ok()) return config_.fatal(swapped);
    const std::lock_guard<std::mutex> lock(listeners_mutex_);
    for (const auto& [number, listener] : listeners_) listener();
  }
  for (auto& [waiting, answer] : answers) waiting->entry.set_value(std::move(answer));
}

void Ledger::Stop() {
  {
    const std::lock_guard<std::mutex> lock(queue_mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  if (sequencer_.joinable()) sequencer_.join();
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

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
    return RefuseNotFound("NO_SUCH_RECORD",
                          absl::StrCat("the log has no record ", index, "; it has ", size()));
  }
  return ReceiptOf(std::move(entries[0]));
}

absl::StatusOr<common::v1::Receipt> Ledger::ReceiptOf(StoredEntry entry) const {
  common::v1::Receipt receipt;
  receipt.set_index(entry.index);
  receipt.set_record(std::move(entry.record));
  receipt.set_salt(std::move(entry.salt));
  const std::shared_lock<std::shared_mutex> lock(log_mutex_);
  receipt.set_checkpoint(checkpoint_);
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof,
                   tree_.InclusionProof(entry.index, signed_size_));
  for (const crypto::Digest& hash : proof)
    receipt.add_inclusion_proof(std::string(crypto::AsBytes(hash)));
  return receipt;
}

absl::StatusOr<std::vector<crypto::Digest>> Ledger::InclusionProof(uint64_t index,
                                                                   uint64_t size) const {
  const std::shared_lock<std::shared_mutex> lock(log_mutex_);
  if (size > signed_size_) {
    return Refuse(absl::StatusCode::kOutOfRange, "NOT_IN_TREE",
                  absl::StrCat("the log has ", signed_size_, " records"));
  }
  return tree_.InclusionProof(index, size);
}

absl::StatusOr<std::vector<crypto::Digest>> Ledger::ConsistencyProof(uint64_t old_size,
                                                                     uint64_t new_size) const {
  const std::shared_lock<std::shared_mutex> lock(log_mutex_);
  if (old_size == 0 || old_size > new_size || new_size > signed_size_) {
    return RefuseArgument(
        "BAD_SIZES", absl::StrCat("sizes must be 1 <= old_size <= new_size <= ", signed_size_));
  }
  return tree_.ConsistencyProof(old_size, new_size);
}

absl::StatusOr<std::vector<StoredEntry>> Ledger::Read(uint64_t start, size_t limit,
                                                      size_t max_bytes) {
  const uint64_t end = size();
  if (start >= end) return std::vector<StoredEntry>();
  return entries_->Read(start, std::min<uint64_t>(limit, end - start), max_bytes);
}

absl::StatusOr<common::v1::Attachment> Ledger::GetAttachment(absl::string_view commitment) const {
  return vault_.Open(commitment);
}

absl::StatusOr<bool> Ledger::EraseSubject(absl::string_view subject) {
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
