#include "services/ledger/witnessing.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/checkpoint.h"

namespace votum::ledger {
namespace {

// While a caller waits for a quorum, the ledger waits less long for an unreachable witness.
constexpr absl::Duration kGraceWhereRequired = absl::Milliseconds(200);

witness::ConsistencyProver ProverOf(const Ledger* ledger) {
  return [ledger](uint64_t old_size,
                  uint64_t new_size) -> absl::StatusOr<std::vector<crypto::Digest>> {
    if (new_size > ledger->size()) {
      return Refuse(Reason::kNotInTree, "the log is not that long");
    }
    return ledger->ConsistencyProof(old_size, new_size);
  };
}

// The number of records of a checkpoint; 0 if there is none.
uint64_t SizeOf(const std::string& checkpoint) {
  return checkpoint.empty() ? 0 : crypto::SizeOfCheckpoint(checkpoint).value_or(0);
}

witness::FeedRunnerConfig RunnerConfigOf(const WitnessingConfig& config, Clock* clock,
                                         std::function<void()> answered) {
  witness::FeedRunnerConfig runner;
  runner.answered = std::move(answered);
  runner.clock = clock;
  runner.connect = config.connect;
  runner.forked = config.forked;
  runner.alarm = [](const witness::FeedAlarm& alarm) {
    Log(Severity::kWarning, "witnesses", {{"witness", alarm.witness}, {"alarm", alarm.text}});
  };
  return runner;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Witnessing>> Witnessing::Start(Ledger* ledger,
                                                              const crypto::Policy& policy,
                                                              const std::string& origin,
                                                              WitnessingConfig config) {
  witness::FeedTimes times;
  if (config.required) times.grace = kGraceWhereRequired;
  ASSIGN_OR_RETURN(witness::WitnessFeed feed,
                   witness::WitnessFeed::Create(policy, origin, ProverOf(ledger), times));
  return std::unique_ptr<Witnessing>(new Witnessing(ledger, std::move(feed), std::move(config)));
}

Witnessing::Witnessing(Ledger* ledger, witness::WitnessFeed feed, WitnessingConfig config)
    : ledger_(*ledger),
      config_(std::move(config)),
      runner_(std::move(feed), RunnerConfigOf(config_, &clock_, [this] {
                const std::lock_guard<std::mutex> lock(settle_mutex_);
                witnesses_have_answered_ = true;
                to_settle_.notify_all();
              })) {
  listener_ = ledger_.AddListener([this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    has_grown_ = true;
    grown_.notify_all();
  });
  publisher_ = std::thread([this] { PublishEach(); });
  settler_ = std::thread([this] { SettleEach(); });
}

Witnessing::~Witnessing() {
  ledger_.RemoveListener(listener_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    grown_.notify_all();
  }
  publisher_.join();
  {
    const std::lock_guard<std::mutex> lock(settle_mutex_);
    settling_ = false;
    to_settle_.notify_all();
  }
  settler_.join();
}

// Runs on its own thread, because it checks a checkpoint's signature before sending it, and this
// must not hold up the sequencer.
void Witnessing::PublishEach() {
  uint64_t published = 0;
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      grown_.wait(lock, [this] { return stopping_ || has_grown_; });
      if (stopping_) return;
      has_grown_ = false;
    }
    const std::string newest = ledger_.GetCheckpoint();
    const auto size = crypto::SizeOfCheckpoint(newest);
    if (!size.ok() || *size <= published) continue;  // no new checkpoint
    const absl::Status offered = runner_.Publish(newest);
    if (offered.ok()) {
      published = *size;
    } else {
      Log(Severity::kError, "a checkpoint is not offered to the witnesses",
          {{"error", std::string(offered.message())}});
    }
  }
}

void Witnessing::Settle(common::v1::Receipt receipt, absl::Time deadline, Then then) {
  const std::string witnessed = runner_.Witnessed();
  if (!config_.required) return then(Cosigned(std::move(receipt), witnessed));
  const absl::Time now = clock_.Now();
  if (SizeOf(witnessed) <= receipt.index() && deadline > now) {
    const std::lock_guard<std::mutex> lock(settle_mutex_);
    if (settling_) {
      const uint64_t number = ++last_number_;
      const uint64_t index = receipt.index();
      const absl::Time until = std::min(deadline, now + config_.longest_wait);
      const bool earliest = by_deadline_.empty() || until < by_deadline_.begin()->first;
      unsettled_.emplace(number, Unsettled{std::move(receipt), until, std::move(then)});
      by_index_.emplace(index, number);
      by_deadline_.emplace(until, number);
      // Otherwise the settler wakes early enough by itself. They may have answered since the look
      // at `witnessed`, and the settler have looked too.
      if (!earliest && index >= settled_size_) return;
      witnesses_have_answered_ = true;
      return to_settle_.notify_all();
    }
  }
  then(CosignedByQuorum(std::move(receipt), witnessed));
}

void Witnessing::SettleEach() {
  std::unique_lock<std::mutex> lock(settle_mutex_);
  for (bool settling = true; settling;) {
    const absl::Time earliest =
        by_deadline_.empty() ? clock_.Now() + config_.longest_wait : by_deadline_.begin()->first;
    to_settle_.wait_until(lock, absl::ToChronoTime(earliest),
                          [this] { return !settling_ || witnesses_have_answered_; });
    witnesses_have_answered_ = false;
    settling = settling_;
    lock.unlock();
    // The runner has a lock of its own, under which it calls for settle_mutex_.
    const std::string witnessed = runner_.Witnessed();
    const uint64_t size = SizeOf(witnessed);
    lock.lock();
    std::vector<Unsettled> ready = TakeReady(size);
    settled_size_ = size;
    lock.unlock();
    for (Unsettled& one : ready) one.then(CosignedByQuorum(std::move(one.receipt), witnessed));
    lock.lock();
  }
}

Witnessing::Unsettled Witnessing::Remove(uint64_t number) {
  const auto found = unsettled_.find(number);
  Unsettled one = std::move(found->second);
  unsettled_.erase(found);
  by_index_.erase({one.receipt.index(), number});
  by_deadline_.erase({one.deadline, number});
  return one;
}

std::vector<Witnessing::Unsettled> Witnessing::TakeReady(uint64_t size) {
  const absl::Time now = clock_.Now();
  std::vector<Unsettled> ready;
  while (!by_index_.empty() && (!settling_ || by_index_.begin()->first < size))
    ready.push_back(Remove(by_index_.begin()->second));
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now)
    ready.push_back(Remove(by_deadline_.begin()->second));
  return ready;
}

absl::StatusOr<common::v1::Receipt> Witnessing::CosignedByQuorum(
    common::v1::Receipt receipt, const std::string& witnessed) const {
  if (SizeOf(witnessed) > receipt.index()) return Cosigned(std::move(receipt), witnessed);
  return Refuse(Reason::kNotWitnessedYet,
                absl::StrCat("record ", receipt.index(),
                             " is in the log, but too few witnesses have cosigned it so far; "
                             "send the same signed command again, it counts once"));
}

absl::StatusOr<common::v1::Receipt> Witnessing::Cosigned(common::v1::Receipt receipt,
                                                         const std::string& witnessed) const {
  const uint64_t size = SizeOf(witnessed);
  if (size <= receipt.index()) return receipt;
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof,
                   ledger_.InclusionProof(receipt.index(), size));
  receipt.clear_inclusion_proof();
  for (const crypto::Digest& hash : proof)
    receipt.add_inclusion_proof(std::string(crypto::AsBytes(hash)));
  receipt.set_checkpoint(witnessed);
  return receipt;
}

}  // namespace votum::ledger
