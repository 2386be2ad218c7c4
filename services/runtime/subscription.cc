#include "services/runtime/subscription.h"

#include <string>
#include <utility>
#include <vector>

namespace votum {

// One stream. gRPC calls it on threads of its own; a mutex guards all state. It keeps itself alive
// until gRPC is done with it.
class SubscriptionHub::Subscriber : public grpc::ServerWriteReactor<ledger::v1::SubscribeResponse> {
 public:
  Subscriber(SubscriptionHub* hub, uint64_t next) : hub_(*hub), next_(next) {}

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
      return FinishLocked(grpc::Status(grpc::StatusCode::UNAVAILABLE, std::string(read.message())));
    }
    if (response_.entries().empty()) return;
    writing_ = true;
    StartWrite(&response_);
  }

  void Stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    if (!writing_)
      FinishLocked(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the service is stopping"));
  }

 private:
  void FinishLocked(const grpc::Status& status) {
    if (finished_) return;
    finished_ = true;
    Finish(stop_ ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the service is stopping") : status);
  }

  SubscriptionHub& hub_;
  uint64_t next_;  // only the pump uses it
  std::mutex mutex_;
  ledger::v1::SubscribeResponse response_;  // gRPC's while writing_, the pump's otherwise
  bool writing_ = false;                    // guarded by mutex_
  bool finished_ = false;                   // guarded by mutex_
  bool cancelled_ = false;                  // guarded by mutex_
  bool stop_ = false;                       // guarded by mutex_
};

SubscriptionHub::SubscriptionHub(ReadStretch read)
    : read_(std::move(read)), pump_([this] { Pump(); }) {}

SubscriptionHub::~SubscriptionHub() { Stop(); }

grpc::ServerWriteReactor<ledger::v1::SubscribeResponse>* SubscriptionHub::Subscribe(
    uint64_t start) {
  auto subscriber = std::make_shared<Subscriber>(this, start);
  const std::lock_guard<std::mutex> lock(mutex_);
  subscribers_.insert(subscriber);
  if (stopping_) {
    subscriber->Stop();
  } else {
    dirty_ = true;
    changed_.notify_all();
  }
  return subscriber.get();
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
    break;
  }
  changed_.notify_all();
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
    for (const std::shared_ptr<Subscriber>& subscriber : current) subscriber->Advance(read_);
  }
}

void SubscriptionHub::Stop() {
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
  changed_.wait(lock, [this] { return subscribers_.empty(); });
}

}  // namespace votum
