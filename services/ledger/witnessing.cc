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

witness::FeedRunnerConfig RunnerConfigOf(const WitnessingConfig& config, Clock* clock) {
  witness::FeedRunnerConfig runner;
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
      runner_(std::move(feed), RunnerConfigOf(config_, &clock_)) {
  listener_ = ledger_.AddListener([this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    has_grown_ = true;
    grown_.notify_all();
  });
  publisher_ = std::thread([this] { PublishEach(); });
}

Witnessing::~Witnessing() {
  ledger_.RemoveListener(listener_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    grown_.notify_all();
  }
  publisher_.join();
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

absl::StatusOr<common::v1::Receipt> Witnessing::Settle(common::v1::Receipt receipt,
                                                       absl::Time deadline) {
  const uint64_t needed = receipt.index() + 1;
  if (config_.required) {
    const absl::Time end = std::min(deadline, clock_.Now() + config_.longest_wait);
    if (!runner_.AwaitQuorum(needed, end)) {
      return Refuse(Reason::kNotWitnessedYet,
                    absl::StrCat("record ", receipt.index(),
                                 " is in the log, but too few witnesses have cosigned it so far; "
                                 "send the same signed command again, it counts once"));
    }
  }
  const std::string witnessed = runner_.Witnessed();
  if (witnessed.empty()) return receipt;
  ASSIGN_OR_RETURN(const uint64_t size, crypto::SizeOfCheckpoint(witnessed));
  if (size < needed) return receipt;
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof,
                   ledger_.InclusionProof(receipt.index(), size));
  receipt.clear_inclusion_proof();
  for (const crypto::Digest& hash : proof)
    receipt.add_inclusion_proof(std::string(crypto::AsBytes(hash)));
  receipt.set_checkpoint(witnessed);
  return receipt;
}

}  // namespace votum::ledger
