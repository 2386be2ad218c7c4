#include "ledger/ledger.h"

#include <chrono>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/same_signatures.h"
#include "core/command/timestamps.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/record_leaf.h"
#include "ledger/stored_entry.h"

namespace votum::ledger {
namespace {

constexpr std::chrono::microseconds kLinger(2000);
constexpr size_t kLingerUpTo = 256;
constexpr size_t kNewestBytes = size_t{8} << 20;

// Whether `record` is of this very command. Another signature of the same bytes makes another one.
bool IsRecordOf(const common::v1::Record& record, const common::v1::SignedCommand& command) {
  return record.payload_type() == command.payload_type() && record.payload() == command.payload() &&
         SameSignatures(record.signatures(), command.signatures());
}

// The record of `command` without index and time, which the sequencer adds.
std::string RecordTail(const common::v1::SignedCommand& command, const Provenance& provenance) {
  common::v1::Record tail;
  tail.set_service(provenance.service);
  tail.set_payload_type(command.payload_type());
  tail.set_payload(command.payload());
  *tail.mutable_signatures() = command.signatures();
  tail.set_judged_at(provenance.judged_at);
  return tail.SerializeAsString();
}

// The whole record. Index and time are its first fields, and fields are serialized in the order of
// their numbers: these are the bytes of the whole message.
std::string RecordOf(uint64_t index, const google::protobuf::Timestamp& time,
                     absl::string_view tail) {
  common::v1::Record head;
  head.set_index(index);
  *head.mutable_time() = time;
  return absl::StrCat(head.SerializeAsString(), tail);
}

absl::Status CommandIdReused(const std::string& id, uint64_t index) {
  return Refuse(Reason::kCommandIdReused,
                absl::StrCat("command id ", id, " stands for another command, record ", index,
                             "; make a new id"));
}

}  // namespace

Ledger::Ledger(std::unique_ptr<EntryStore> entries, std::unique_ptr<CheckpointStore> checkpoints,
               crypto::NoteSigner signer, crypto::SecretBytes attachments_key, LedgerConfig config)
    : entries_(std::move(entries)),
      checkpoints_(std::move(checkpoints)),
      newest_(kNewestBytes),
      signer_(std::move(signer)),
      seal_(attachments_key),
      vault_(entries_.get(), std::move(attachments_key)),
      config_(std::move(config)),
      time_(config_.uptime),
      commands_(std::string(seal_.id_salt())) {
  ForgetTree();
}

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
  // Whoever starts it reads at once that the clock is wrong.
  ledger->CheckClock(ledger->Now()).IgnoreError();
  ledger->sequencer_ = std::thread([raw = ledger.get()] { raw->Sequence(); });
  return ledger;
}

absl::Status Ledger::SignUpTo(uint64_t size) {
  crypto::Checkpoint next;
  next.origin = signer_.name();
  next.size = size;
  ASSIGN_OR_RETURN(next.root, tree_->RootAt(size));
  ASSIGN_OR_RETURN(std::string note, crypto::SignCheckpoint(next, signer_));
  RETURN_IF_ERROR(checkpoints_->Replace(checkpoint_, note));
  const std::unique_lock<std::shared_mutex> lock(log_mutex_);
  checkpoint_ = std::move(note);
  signed_size_ = size;
  stats_.size = size;
  return absl::OkStatus();
}

// ---------------------------------------------------------------------------------------------------------------------
// Callers

class Ledger::Call {
 public:
  virtual ~Call() = default;
  // `count` more of its commands have their answers.
  virtual void Answered(size_t count) = 0;
};

class Ledger::WaitingCall final : public Call {
 public:
  explicit WaitingCall(size_t commands) : left_(commands) {}
  void Answered(size_t count) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    left_ -= count;
    if (left_ == 0) all_.notify_one();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    all_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_;
  size_t left_;  // guarded by mutex_
};

// Owns itself once it is in the queue.
class Ledger::NotifiedCall final : public Call {
 public:
  NotifiedCall(const Ledger* ledger, Waiting waiting,
               std::function<void(absl::StatusOr<common::v1::Receipt>)> then)
      : ledger_(*ledger), waiting_(std::move(waiting)), then_(std::move(then)) {
    waiting_.call = this;
  }
  Waiting& waiting() { return waiting_; }
  void Answered(size_t) override {
    const std::unique_ptr<NotifiedCall> own(this);
    then_([this]() -> absl::StatusOr<common::v1::Receipt> {
      ASSIGN_OR_RETURN(StoredEntry appended, std::move(waiting_.answer));
      return ledger_.ReceiptOf(std::move(appended));
    }());
  }
  void Refuse(const absl::Status& status) { then_(status); }

 private:
  const Ledger& ledger_;
  Waiting waiting_;
  const std::function<void(absl::StatusOr<common::v1::Receipt>)> then_;
};

// ---------------------------------------------------------------------------------------------------------------------
// The sequencer

absl::StatusOr<Ledger::Waiting> Ledger::Prepare(const common::v1::SignedCommand& command,
                                                const Provenance& provenance,
                                                absl::string_view salt) const {
  if (command.payload().size() > kMaxPayloadBytes) {
    return Refuse(Reason::kTooLarge,
                  absl::StrCat("a command has at most ", kMaxPayloadBytes, " bytes"));
  }
  RETURN_IF_ERROR(CheckAttachments(command));
  common::v1::CommandHeader header = HeaderOf(command.payload());
  std::string id = std::move(*header.mutable_command_id());
  if (id.empty()) {
    return Refuse(Reason::kBadCommand, "the payload has no header with a command id");
  }
  RETURN_IF_ERROR(CheckViews(header, provenance.judged_at));
  const uint64_t hash = commands_.HashOf(id);
  std::string tail = RecordTail(command, provenance);
  size_t bytes = tail.size();
  for (const common::v1::Attachment& attachment : command.attachments())
    bytes += attachment.content().size();
  return Waiting{&command,
                 std::move(id),
                 hash,
                 std::string(salt),
                 std::move(tail),
                 bytes,
                 ValidityOf(command.payload_type(), header),
                 nullptr,
                 absl::UnknownError("")};
}

// A size and root that belong to this log's history always will, so callers check them without the
// sequencer.
absl::Status Ledger::CheckViews(const common::v1::CommandHeader& header, uint64_t judged_at) const {
  const uint64_t size = this->size();
  if (judged_at > size) {
    return Refuse(Reason::kBadJudgedAt, absl::StrCat("the command was judged at size ", judged_at,
                                                     ", but the log has ", size, " records"));
  }
  if (header.seen_size() == 0) return absl::OkStatus();
  if (header.seen_size() <= size) {
    ASSIGN_OR_RETURN(const crypto::Digest root, tree_->RootAt(header.seen_size()));
    if (crypto::AsBytes(root) == header.seen_root()) return absl::OkStatus();
  }
  return Refuse(Reason::kViewForked,
                absl::StrCat("the signer has seen a log of ", header.seen_size(),
                             " records that is not the beginning of this one, which has ", size,
                             "; keep the device as it is, and tell an auditor"));
}

absl::Status Ledger::Enqueue(absl::Span<Waiting> waiting) {
  const std::lock_guard<std::mutex> lock(queue_mutex_);
  if (stopping_) return absl::UnavailableError("the ledger is stopping; try again");
  if (queue_.size() + waiting.size() > kMaxQueue) {
    return Refuse(Reason::kLedgerBusy, "too many commands wait; try again in a moment");
  }
  for (Waiting& one : waiting) queue_.push_back(&one);
  // Waking the sequencer for each command costs more than its work on it.
  if (queue_.size() >= awaited_) work_.notify_one();
  return absl::OkStatus();
}

absl::StatusOr<common::v1::Receipt> Ledger::Append(const common::v1::SignedCommand& command,
                                                   const Provenance& provenance) {
  return std::move(AppendAll(absl::MakeConstSpan(&command, 1), provenance)[0]);
}

std::vector<absl::StatusOr<common::v1::Receipt>> Ledger::AppendAll(
    absl::Span<const common::v1::SignedCommand> commands, const Provenance& provenance) {
  std::vector<absl::StatusOr<common::v1::Receipt>> answers(commands.size());
  std::vector<Waiting> waiting;  // the commands that can be appended
  std::vector<size_t> places;    // the index of each in `answers`
  waiting.reserve(commands.size());
  // Draws all salts at once: a single draw takes longer than hashing the record.
  const std::string salts = crypto::RandomBytes(kSaltBytes * commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    auto prepared = Prepare(commands[i], provenance,
                            absl::string_view(salts).substr(kSaltBytes * i, kSaltBytes));
    if (!prepared.ok()) {
      answers[i] = prepared.status();
      continue;
    }
    waiting.push_back(*std::move(prepared));
    places.push_back(i);
  }
  WaitingCall call(waiting.size());
  for (Waiting& one : waiting) one.call = &call;
  const absl::Status enqueued = Enqueue(absl::MakeSpan(waiting));
  if (enqueued.ok()) call.Wait();
  for (size_t i = 0; i < waiting.size(); ++i) {
    answers[places[i]] = [&]() -> absl::StatusOr<common::v1::Receipt> {
      RETURN_IF_ERROR(enqueued);
      ASSIGN_OR_RETURN(StoredEntry appended, std::move(waiting[i].answer));
      return ReceiptOf(std::move(appended));
    }();
  }
  return answers;
}

void Ledger::AppendThen(const common::v1::SignedCommand& command, const Provenance& provenance,
                        std::function<void(absl::StatusOr<common::v1::Receipt>)> then) {
  auto prepared = Prepare(command, provenance, crypto::RandomBytes(kSaltBytes));
  if (!prepared.ok()) return then(prepared.status());
  auto call = std::make_unique<NotifiedCall>(this, *std::move(prepared), std::move(then));
  const absl::Status enqueued = Enqueue(absl::MakeSpan(&call->waiting(), 1));
  if (enqueued.ok()) {
    call.release();  // the sequencer's, until it is answered
  } else {
    call->Refuse(enqueued);
  }
}

// A caller may destroy its commands as soon as it has its answers.
void Ledger::Answer(const std::vector<Waiting*>& waiting) {
  for (size_t i = 0; i < waiting.size();) {
    Call* const call = waiting[i]->call;
    const size_t first = i;
    while (i < waiting.size() && waiting[i]->call == call) ++i;
    call->Answered(i - first);
  }
}

std::vector<Ledger::Waiting*> Ledger::TakeBatch() {
  std::vector<Waiting*> batch;
  for (size_t bytes = 0; !queue_.empty() && batch.size() < kMaxBatch; queue_.pop_front()) {
    bytes += queue_.front()->bytes;
    if (!batch.empty() && bytes > config_.batch_bytes) break;
    batch.push_back(queue_.front());
  }
  return batch;
}

void Ledger::Sequence() {
  size_t last_batch = 0;
  for (;;) {
    std::vector<Waiting*> batch;
    {
      std::unique_lock<std::mutex> lock(queue_mutex_);
      AwaitWork(&lock);
      if (stopping_) {
        batch.assign(queue_.begin(), queue_.end());
        queue_.clear();
        for (Waiting* waiting : batch)
          waiting->answer = absl::UnavailableError("the ledger is stopping; try again");
        return Answer(batch);
      }
      // Under load, more commands share the fixed cost of a batch. A single command never lingers.
      if (last_batch > 1) {
        awaited_ = kLingerUpTo;
        work_.wait_for(lock, kLinger, [this] { return stopping_ || queue_.size() >= awaited_; });
        awaited_ = 1;
      }
      batch = TakeBatch();
    }
    last_batch = batch.size();
    Commit(batch);
  }
}

absl::StatusOr<std::optional<StoredEntry>> Ledger::FindRecorded(
    const Waiting& waiting, const std::vector<NewEntry>& batch) {
  for (const uint64_t index : commands_.Candidates(waiting.id_hash)) {
    StoredEntry entry;
    if (index >= signed_size_) {
      entry = batch.at(index - signed_size_).entry;
    } else {
      ASSIGN_OR_RETURN(std::vector<StoredEntry> stored, ReadStored(index, 1, 1));
      if (stored.empty()) return absl::DataLossError("a recorded command has no record");
      entry = std::move(stored[0]);
    }
    common::v1::Record record;
    if (!record.ParseFromString(entry.record) ||
        HeaderOf(record.payload()).command_id() != waiting.command_id) {
      continue;
    }
    if (!IsRecordOf(record, *waiting.command)) return CommandIdReused(waiting.command_id, index);
    return entry;
  }
  return std::nullopt;
}

// Services refuse these too, but their state may be a record behind.
absl::Status Ledger::CheckNotErased(const common::v1::SignedCommand& command) const {
  for (const common::v1::Attachment& attachment : command.attachments()) {
    if (erased_.contains(attachment.subject())) {
      return Refuse(Reason::kSubjectErased,
                    "the subject of an attachment was erased; use a new subject");
    }
  }
  return absl::OkStatus();
}

void Ledger::Commit(const std::vector<Waiting*>& batch) {
  const uint64_t first = signed_size_;
  const absl::Time now = Now();
  const uint64_t free =
      config_.free_bytes == nullptr ? std::numeric_limits<uint64_t>::max() : config_.free_bytes();
  const Stops stops = {free, CheckRoom(free), CheckClock(now)};
  const absl::Time time_of_batch = stops.clock.ok() ? time_.At(now) : time_.last();
  const google::protobuf::Timestamp time = ToTimestamp(time_of_batch);
  std::vector<NewEntry> entries;
  std::vector<Waiting*> appended;  // the command of each entry
  entries.reserve(batch.size());
  appended.reserve(batch.size());
  std::map<std::string, crypto::SecretBytes> fresh_keys;
  std::unique_lock<std::mutex> erasure_lock(erasure_mutex_);
  for (Waiting* waiting : batch) {
    const absl::Status status = [&]() -> absl::Status {
      ASSIGN_OR_RETURN(std::optional<StoredEntry> recorded, FindRecorded(*waiting, entries));
      if (recorded.has_value()) {
        waiting->answer = *std::move(recorded);
        return absl::OkStatus();
      }
      RETURN_IF_ERROR(MayAppend(*waiting, stops, now, time_of_batch));
      NewEntry fresh;
      fresh.entry.index = first + entries.size();
      fresh.entry.record = RecordOf(fresh.entry.index, time, waiting->record_tail);
      fresh.entry.salt = std::move(waiting->salt);
      const crypto::Digest leaf = crypto::RecordLeaf(fresh.entry.salt, fresh.entry.record);
      fresh.entry.leaf = std::string(crypto::AsBytes(leaf));
      RETURN_IF_ERROR(CheckNotErased(*waiting->command));
      const absl::Status sealed = vault_.Seal(*waiting->command, &fresh_keys, &fresh);
      // A key that is not stored with this entry must not be used for the next.
      if (!sealed.ok()) {
        for (const StoredSubjectKey& key : fresh.subject_keys) fresh_keys.erase(key.subject);
        return sealed;
      }
      fresh.chapter = Grow(fresh.entry.leaf, waiting->id_hash);
      entries.push_back(std::move(fresh));
      appended.push_back(waiting);
      return absl::OkStatus();
    }();
    if (!status.ok()) waiting->answer = status;
  }
  if (!entries.empty()) {
    NoteTime(first, appended, stops, now, time_of_batch);
    const absl::Status written = entries_->AppendBatch(entries);
    erasure_lock.unlock();
    if (!written.ok()) return config_.fatal(written);
    {
      const std::unique_lock<std::shared_mutex> lock(log_mutex_);
      stats_.appends += entries.size();
      ++stats_.batches;
    }
    for (const NewEntry& entry : entries) newest_.Add(entry.entry);
    const absl::Status swapped = SignUpTo(first + entries.size());
    if (!swapped.ok()) return config_.fatal(swapped);
    for (size_t i = 0; i < entries.size(); ++i) appended[i]->answer = std::move(entries[i].entry);
    const std::lock_guard<std::mutex> lock(listeners_mutex_);
    for (const auto& [number, listener] : listeners_) listener();
  }
  Answer(batch);
}

void Ledger::Stop() {
  {
    const std::lock_guard<std::mutex> lock(queue_mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  if (sequencer_.joinable()) sequencer_.join();
}

}  // namespace votum::ledger
