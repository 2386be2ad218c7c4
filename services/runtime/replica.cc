#include "services/runtime/replica.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "base/work_ahead.h"
#include "core/fold/authorize.h"
#include "core/fold/signatures_ahead.h"
#include "crypto/commitment.h"
#include "crypto/hash.h"
#include "crypto/record_leaf.h"

namespace votum {
namespace {

// So many records in one batch are a backlog: their signatures are verified on all processors.
// Fewer come with the commands of this moment, whose signatures their service has verified.
constexpr size_t kBacklog = 256;

// Opens the records of `batch`, and gives them to `fold_next`, one after the other, until it returns
// false. `directory` is that of the state before them.
void FoldInOrder(const ledger::v1::SubscribeResponse& batch,
                 const directory::DirectoryMachine& directory, SignatureCache& cache,
                 const std::function<bool(const std::optional<OpenedRecord>&,
                                          const ledger::v1::Entry&)>& fold_next) {
  const auto size = static_cast<size_t>(batch.entries_size());
  const bool backlog = size >= kBacklog;
  SignaturesAhead signatures(&cache, &directory);
  std::vector<std::optional<OpenedRecord>> records(size);
  WorkAhead(
      size, backlog ? std::max(1u, std::thread::hardware_concurrency()) : 1,
      [&](size_t i) {
        records[i] = OpenRecord(batch.entries(static_cast<int>(i)).record());
        if (backlog && records[i].has_value() && records[i]->envelope.ok())
          signatures.Verify(*records[i]->envelope);
      },
      [&](size_t i) { return fold_next(records[i], batch.entries(static_cast<int>(i))); });
}

}  // namespace

Replica::Replica(DomainSet domains, crypto::PublicKey log_key, LedgerClient* ledger,
                 SignatureCache* cache, std::function<void(const absl::Status&)> fatal,
                 std::unique_ptr<Snapshots> snapshots, uint32_t program_version)
    : fatal_(std::move(fatal)),
      cache_(*cache),
      fold_(domains, std::move(log_key), cache, program_version),
      snapshots_(std::move(snapshots)),
      follower_([this, ledger](uint64_t) { return Open(ledger); }, [this] { return next_index(); },
                [this](const ledger::v1::SubscribeResponse& response) { return FoldAll(response); },
                [this](const absl::Status& damaged) { CannotFollow(damaged); }) {
  published_.Set(std::make_shared<const Fold>(fold_));
}

Replica::~Replica() { Stop(); }

void Replica::Start() { follower_.Start(); }

void Replica::Stop() {
  {
    const std::lock_guard<std::mutex> lock(wait_mutex_);
    stopping_ = true;
    folded_.notify_all();
  }
  follower_.Stop();
  if (snapshots_ == nullptr) return;
  snapshots_->Close(*State(), tree_);
  snapshots_ = nullptr;
}

std::unique_ptr<LogStream> Replica::Open(LedgerClient* ledger) {
  if (!std::exchange(began_, true) && snapshots_ != nullptr) GoOnFromSnapshot(ledger);
  return ledger->Subscribe(next_index());
}

void Replica::GoOnFromSnapshot(LedgerClient* ledger) {
  std::optional<Snapshot> snapshot = snapshots_->Load(fold_, *ledger, [this](absl::Duration pause) {
    std::unique_lock<std::mutex> lock(wait_mutex_);
    return !folded_.wait_for(lock, absl::ToChronoNanoseconds(pause), [this] { return stopping_; });
  });
  if (!snapshot.has_value()) return;
  fold_.Restore(std::move(snapshot->contents));
  tree_ = std::move(snapshot->tree);
  restored_ = fold_.next_index();
  Publish();
}

void Replica::VerifyAhead(const Envelope& envelope, absl::Time time) const {
  const auto keys = WithState([&](const Fold& fold) { return fold.KeysOf(envelope, time); });
  if (keys.ok()) VerifySignatures(envelope, *keys, cache_).IgnoreError();
}

absl::Status Replica::WaitFor(uint64_t index, absl::Time deadline) const {
  std::unique_lock<std::mutex> lock(wait_mutex_);
  const auto ready = [&] { return stopping_ || next_index() > index; };
  folded_.wait_until(lock, absl::ToChronoTime(deadline), ready);
  if (next_index() > index) return absl::OkStatus();
  if (stopping_) return absl::UnavailableError("the service is stopping; try again");
  return Refuse(Reason::kNotFoldedYet,
                absl::StrCat("record ", index, " is not folded yet; ask again"));
}

uint64_t Replica::AddListener(std::function<void()> listener) const {
  const std::lock_guard<std::mutex> lock(listeners_mutex_);
  listeners_.emplace(++last_listener_, std::move(listener));
  return last_listener_;
}

void Replica::RemoveListener(uint64_t number) const {
  const std::lock_guard<std::mutex> lock(listeners_mutex_);
  listeners_.erase(number);
}

absl::StatusOr<RecordOutcome> Replica::FoldNext(const std::optional<OpenedRecord>& record,
                                                const ledger::v1::Entry& entry) {
  if (snapshots_ == nullptr) return fold_.Apply(record);
  // With a salt of another length, the leaf might stand for two records.
  if (!crypto::SaltFromBytes(entry.salt()).ok()) {
    return absl::DataLossError(
        absl::StrCat("record ", fold_.next_index(), " comes without a salt of 32 bytes"));
  }
  ASSIGN_OR_RETURN(RecordOutcome outcome, fold_.Apply(record));
  const crypto::Digest leaf = crypto::RecordLeaf(entry.salt(), entry.record());
  tree_.Append(crypto::AsBytes(leaf));
  return outcome;
}

void Replica::Publish() {
  published_.Set(std::make_shared<const Fold>(fold_));
  {
    const std::lock_guard<std::mutex> lock(wait_mutex_);
    next_index_.store(fold_.next_index(), std::memory_order_release);
  }
  // A caller who has waited for a record finds done what listeners do with it.
  {
    const std::lock_guard<std::mutex> lock(listeners_mutex_);
    for (const auto& [number, listener] : listeners_) listener();
  }
  {
    const std::lock_guard<std::mutex> lock(wait_mutex_);
    folded_.notify_all();
  }
}

Followed Replica::FoldAll(const ledger::v1::SubscribeResponse& response) {
  absl::Status broken;
  std::vector<RecordOutcome> voids;
  const auto fold_next = [&](const std::optional<OpenedRecord>& record,
                             const ledger::v1::Entry& entry) {
    const auto outcome = FoldNext(record, entry);
    broken = outcome.ok() ? fold_.CheckNotNewer() : outcome.status();
    if (outcome.ok() && !outcome->status.ok()) voids.push_back(*outcome);
    return broken.ok();
  };
  const std::shared_ptr<const Fold> before = State();
  FoldInOrder(response, before->world().directory(), cache_, fold_next);
  if (snapshots_ != nullptr) snapshots_->Folded(fold_.next_index());
  Publish();
  for (const RecordOutcome& one : voids) {
    Log(Severity::kWarning, "record is void",
        {{"index", static_cast<int64_t>(one.index)},
         {"command", one.command_name},
         {"reason", ReasonTextOf(one.status)}});
  }
  if (!broken.ok()) {
    CannotFollow(broken);
    return Followed::kStop;
  }
  if (snapshots_ != nullptr) snapshots_->Offer(State(), tree_);
  return Followed::kGoOn;
}

void Replica::CannotFollow(const absl::Status& why) {
  Log(Severity::kError, "the log cannot be followed",
      {{"error", std::string(why.message())}, {"reason", ReasonTextOf(why)}});
  fatal_(why);
}

}  // namespace votum
