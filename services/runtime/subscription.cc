#include "services/runtime/subscription.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "platform/grpc/status.h"

namespace votum {
namespace {

absl::Status TooManySubscriptions(size_t limit, absl::string_view of_whom) {
  return Refuse(Reason::kTooManyWaitingReads,
                absl::StrCat(limit, " subscriptions ", of_whom,
                             " are open already; end one of them first, or read the log page by "
                             "page"));
}

grpc::Status Stopping() {
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the service is stopping");
}

}  // namespace

// One stream. gRPC calls it on threads of its own; a mutex guards all state. It keeps itself alive
// until gRPC is done with it.
class SubscriptionHub::Subscriber : public grpc::ServerWriteReactor<ledger::v1::SubscribeResponse> {
 public:
  // `context` is the call's and lives until OnDone.
  Subscriber(SubscriptionHub* hub, const grpc::CallbackServerContext* context, std::string caller,
             uint64_t next)
      : hub_(*hub), context_(*context), caller_(std::move(caller)), next_(next) {}

  const std::string& caller() const { return caller_; }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      writing_ = false;
      // The end may have come while this was written, and nobody else would act on it.
      if (!ok || cancelled_ || stop_) return FinishLocked(grpc::Status::CANCELLED);
    }
    hub_.Wake();
  }
  void OnCancel() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    // A write in progress ends with OnWriteDone, which finishes.
    if (!writing_) FinishLocked(grpc::Status::CANCELLED);
  }
  void OnDone() override { hub_.Remove(this); }

  // Only the pump calls it. Starts the next write if there is something to write.
  void Advance(const ReadStretch& read_stretch) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (writing_ || finished_) return;
    }
    const absl::Status read = read_stretch(&next_, &response_);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (finished_) return;
    if (!read.ok()) {
      // A damaged log stays damaged: whoever follows it must not ask again and again.
      return FinishLocked(absl::IsDataLoss(read) ? ToGrpc(read)
                                                 : grpc::Status(grpc::StatusCode::UNAVAILABLE,
                                                                std::string(read.message())));
    }
    if (response_.entries().empty()) return;
    writing_ = true;
    StartWrite(&response_);
  }

  void Stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    if (!writing_) FinishLocked(Stopping());
  }

  // Ends what a subscriber who does not read keeps from ending. Not after OnDone.
  void Cancel() { context_.TryCancel(); }

 private:
  void FinishLocked(const grpc::Status& status) {
    if (finished_) return;
    finished_ = true;
    Finish(stop_ ? Stopping() : status);
  }

  SubscriptionHub& hub_;
  const grpc::CallbackServerContext& context_;
  const std::string caller_;
  uint64_t next_;  // only the pump uses it
  std::mutex mutex_;
  ledger::v1::SubscribeResponse response_;  // gRPC's while writing_, the pump's otherwise
  bool writing_ = false;                    // guarded by mutex_
  bool finished_ = false;                   // guarded by mutex_
  bool cancelled_ = false;                  // guarded by mutex_
  bool stop_ = false;                       // guarded by mutex_
};

SubscriptionHub::SubscriptionHub(ReadStretch read, CallerShares::Limits limits)
    : read_(std::move(read)), shares_(limits), pump_([this] { Pump(); }) {}

SubscriptionHub::~SubscriptionHub() { Stop(); }

grpc::ServerWriteReactor<ledger::v1::SubscribeResponse>* SubscriptionHub::Subscribe(
    grpc::CallbackServerContext* context, const std::string& caller, uint64_t start) {
  const CallerShares::Taken taken = shares_.Take(caller, 1);
  if (taken != CallerShares::Taken::kYes) {
    const bool own = taken == CallerShares::Taken::kCallerHasItsShare;
    return new RefusedSubscription(
        ToGrpc(own ? TooManySubscriptions(shares_.limits().of_caller, "of this caller")
                   : TooManySubscriptions(shares_.limits().in_all, "like this one")));
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) {
      const auto subscriber = std::make_shared<Subscriber>(this, context, caller, start);
      subscribers_.insert(subscriber);
      dirty_ = true;
      changed_.notify_all();
      return subscriber.get();
    }
  }
  shares_.GiveBack(caller, 1);
  return new RefusedSubscription(Stopping());
}

void SubscriptionHub::Wake() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (subscribers_.empty()) return;
  dirty_ = true;
  changed_.notify_all();
}

void SubscriptionHub::Remove(Subscriber* subscriber) {
  std::shared_ptr<Subscriber> last;  // goes after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto it = subscribers_.begin(); it != subscribers_.end(); ++it) {
    if (it->get() != subscriber) continue;
    last = *it;
    subscribers_.erase(it);
    shares_.GiveBack(last->caller(), 1);
    break;
  }
  changed_.notify_all();
}

bool SubscriptionHub::IsStopping() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stopping_;
}

void SubscriptionHub::Pump() {
  for (;;) {
    std::vector<std::shared_ptr<Subscriber>> current;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || dirty_; });
      if (stopping_) return;
      dirty_ = false;
      current.assign(subscribers_.begin(), subscribers_.end());
    }
    for (const std::shared_ptr<Subscriber>& subscriber : current) {
      // A read may wait for the ledger; Stop waits for one at most, not for one of each subscriber.
      if (IsStopping()) return;
      subscriber->Advance(read_);
    }
  }
}

void SubscriptionHub::Stop(absl::Duration grace) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    changed_.notify_all();
  }
  pump_.join();
  std::vector<std::shared_ptr<Subscriber>> current;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    current.assign(subscribers_.begin(), subscribers_.end());
  }
  for (const std::shared_ptr<Subscriber>& subscriber : current) subscriber->Stop();
  std::unique_lock<std::mutex> lock(mutex_);
  const auto all_have_ended = [this] { return subscribers_.empty(); };
  if (changed_.wait_for(lock, absl::ToChronoNanoseconds(grace), all_have_ended)) return;
  // Those that are in the set are not done: OnDone waits for the lock to remove them.
  for (const std::shared_ptr<Subscriber>& subscriber : subscribers_) subscriber->Cancel();
  changed_.wait(lock, all_have_ended);
}

}  // namespace votum
