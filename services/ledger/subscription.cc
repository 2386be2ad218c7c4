#include "services/ledger/subscription.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"

namespace votum::ledger {
namespace {
constexpr size_t kStretchEntries = 1000;
constexpr size_t kStretchBytes = size_t{1} << 20;
}  // namespace

v1::Entry Shown(const StoredEntry& stored, Audience audience) {
  v1::Entry entry;
  entry.set_index(stored.index);
  entry.set_leaf(stored.leaf);
  common::v1::Record record;
  Audience needed = Audience::kAuditor;
  if (audience != Audience::kAuditor && record.ParseFromString(stored.record)) {
    if (record.disclosure() == common::v1::DISCLOSURE_PUBLIC) needed = Audience::kPublic;
    if (record.disclosure() == common::v1::DISCLOSURE_COUNCIL) needed = Audience::kCouncil;
  }
  if (audience >= needed) {
    entry.set_salt(stored.salt);
    entry.set_record(stored.record);
  }
  return entry;
}

absl::Status ReadStretch(Ledger& ledger, Audience audience, uint64_t* next,
                         v1::SubscribeResponse* stretch) {
  stretch->Clear();
  ASSIGN_OR_RETURN(const std::vector<StoredEntry> entries,
                   ledger.Read(*next, kStretchEntries, kStretchBytes));
  for (const StoredEntry& entry : entries) *stretch->add_entries() = Shown(entry, audience);
  *next += entries.size();
  return absl::OkStatus();
}

// One stream. Every call of gRPC's comes on threads of its own; all state is behind a mutex. It
// holds itself until gRPC is done with it.
class SubscriptionHub::Subscriber : public grpc::ServerWriteReactor<v1::SubscribeResponse> {
 public:
  Subscriber(SubscriptionHub* hub, uint64_t next, Audience audience)
      : hub_(*hub), next_(next), audience_(audience) {}

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
    // What is being written ends with OnWriteDone, which finishes.
    if (!writing_) FinishLocked(grpc::Status::CANCELLED);
  }
  void OnDone() override { hub_.Remove(this); }

  // Called by the pump alone. Starts the next write if there is something to write.
  void Advance(Ledger& ledger) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (writing_ || finished_) return;
    }
    const absl::Status read = ReadStretch(ledger, audience_, &next_, &response_);
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
      FinishLocked(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the ledger is stopping"));
  }

 private:
  void FinishLocked(const grpc::Status& status) {
    if (finished_) return;
    finished_ = true;
    Finish(stop_ ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the ledger is stopping") : status);
  }

  SubscriptionHub& hub_;
  uint64_t next_;  // the pump's alone
  const Audience audience_;
  std::mutex mutex_;
  v1::SubscribeResponse response_;  // gRPC's while writing_, the pump's otherwise
  bool writing_ = false;            // guarded by mutex_
  bool finished_ = false;           // guarded by mutex_
  bool cancelled_ = false;          // guarded by mutex_
  bool stop_ = false;               // guarded by mutex_
};

SubscriptionHub::SubscriptionHub(Ledger* ledger)
    : ledger_(*ledger),
      listener_(ledger->AddListener([this] { Wake(); })),
      pump_([this] { Pump(); }) {}

SubscriptionHub::~SubscriptionHub() { Stop(); }

grpc::ServerWriteReactor<v1::SubscribeResponse>* SubscriptionHub::Subscribe(uint64_t start,
                                                                            Audience audience) {
  auto subscriber = std::make_shared<Subscriber>(this, start, audience);
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
    for (const std::shared_ptr<Subscriber>& subscriber : current) subscriber->Advance(ledger_);
  }
}

void SubscriptionHub::Stop() {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    changed_.notify_all();
  }
  ledger_.RemoveListener(listener_);
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

}  // namespace votum::ledger
