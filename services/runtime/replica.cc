#include "services/runtime/replica.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "services/runtime/log.h"
#include "services/runtime/status.h"

namespace votum {
namespace {
constexpr absl::Duration kFirstPause = absl::Milliseconds(20);
constexpr absl::Duration kLongestPause = absl::Milliseconds(500);
}  // namespace

Replica::Replica(DomainSet domains, crypto::PublicKey log_key, LedgerClient* ledger,
                 SignatureCache* cache, std::function<void(const absl::Status&)> fatal)
    : ledger_(ledger), fatal_(std::move(fatal)), fold_(domains, std::move(log_key), cache) {}

Replica::~Replica() { Stop(); }

void Replica::Start() {
  thread_ = std::thread([this] { Follow(); });
}

void Replica::Stop() {
  {
    const std::lock_guard<std::mutex> lock(wait_mutex_);
    stopping_ = true;
    if (stream_context_ != nullptr) stream_context_->TryCancel();
    folded_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status Replica::WaitFor(uint64_t index, absl::Time deadline) const {
  std::unique_lock<std::mutex> lock(wait_mutex_);
  const auto ready = [&] { return stopping_ || next_index() > index; };
  folded_.wait_until(lock, absl::ToChronoTime(deadline), ready);
  if (next_index() > index) return absl::OkStatus();
  if (stopping_) return absl::UnavailableError("the service is stopping; try again");
  return Refuse(absl::StatusCode::kDeadlineExceeded, "NOT_FOLDED_YET",
                absl::StrCat("record ", index, " is not folded yet; ask again"));
}

uint64_t Replica::AddListener(std::function<void()> listener) {
  const std::lock_guard<std::mutex> lock(listeners_mutex_);
  listeners_.emplace(++last_listener_, std::move(listener));
  return last_listener_;
}

void Replica::RemoveListener(uint64_t number) {
  const std::lock_guard<std::mutex> lock(listeners_mutex_);
  listeners_.erase(number);
}

void Replica::Follow() {
  absl::Duration pause = kFirstPause;
  for (;;) {
    const uint64_t before = next_index();
    if (!FollowOnce()) return;
    pause = next_index() > before ? kFirstPause : std::min(2 * pause, kLongestPause);
    std::unique_lock<std::mutex> lock(wait_mutex_);
    if (folded_.wait_for(lock, absl::ToChronoNanoseconds(pause), [this] { return stopping_; }))
      return;
  }
}

// One Subscribe stream, to its end. False if there is to be no other.
bool Replica::FollowOnce() {
  grpc::ClientContext context;
  ledger_->Prepare(context, absl::InfiniteFuture());
  {
    const std::lock_guard<std::mutex> lock(wait_mutex_);
    if (stopping_) return false;
    stream_context_ = &context;
  }
  ledger::v1::SubscribeRequest request;
  request.set_start_index(next_index());
  const auto stream = ledger_->stub().Subscribe(&context, request);
  ledger::v1::SubscribeResponse response;
  bool sound = true;
  while (sound && stream->Read(&response)) sound = FoldAll(response);
  if (!sound) context.TryCancel();
  const grpc::Status status = stream->Finish();
  {
    const std::lock_guard<std::mutex> lock(wait_mutex_);
    stream_context_ = nullptr;
    if (stopping_) return false;
  }
  if (sound) {
    Log(Severity::kWarning, "ledger stream ended; subscribing again",
        {{"status", status.error_message()}, {"next_index", static_cast<int64_t>(next_index())}});
  }
  return sound;
}

bool Replica::FoldAll(const ledger::v1::SubscribeResponse& response) {
  absl::Status broken;
  {
    const std::unique_lock<std::shared_mutex> lock(state_mutex_);
    for (const ledger::v1::Entry& entry : response.entries()) {
      const auto outcome = fold_.Apply(entry.record());
      if (!outcome.ok()) {
        broken = outcome.status();
        break;
      }
      if (!outcome->status.ok()) {
        Log(Severity::kWarning, "record is void",
            {{"index", static_cast<int64_t>(outcome->index)},
             {"command", outcome->command_name},
             {"reason", ReasonOf(outcome->status)}});
      }
    }
  }
  {
    const std::lock_guard<std::mutex> lock(wait_mutex_);
    next_index_.store(fold_.next_index(), std::memory_order_release);
    folded_.notify_all();
  }
  {
    const std::lock_guard<std::mutex> lock(listeners_mutex_);
    for (const auto& [number, listener] : listeners_) listener();
  }
  if (broken.ok()) return true;
  Log(Severity::kError, "the log is broken", {{"error", std::string(broken.message())}});
  fatal_(broken);
  return false;
}

}  // namespace votum
