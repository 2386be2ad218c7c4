// Subscribe: the log from a position on, what is there at once and what comes when it comes.
//
// A reactor never blocks, and a store does: so one pump thread reads for all subscribers. A
// subscriber whose last write is done is ready; the pump gives each ready one its next stretch, or
// leaves it until the log grows.
#ifndef VOTUM_SERVICES_LEDGER_SUBSCRIPTION_H_
#define VOTUM_SERVICES_LEDGER_SUBSCRIPTION_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "core/command/audience.h"
#include "grpcpp/support/server_callback.h"
#include "ledger/ledger.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::ledger {

// `entry` as `audience` may see it: without salt and record where the record's disclosure is above
// it.
v1::Entry Shown(const StoredEntry& entry, Audience audience);

// Reads the entries from `*next` on as `audience` may see them, as many as go into one message and
// at once; `*next` then stands behind them.
absl::Status ReadStretch(Ledger& ledger, Audience audience, uint64_t* next,
                         v1::SubscribeResponse* stretch);

class SubscriptionHub {
 public:
  // `ledger` outlives this object.
  explicit SubscriptionHub(Ledger* ledger);
  // All subscriptions must have ended.
  ~SubscriptionHub();

  // A subscription from `start` on; ends when the caller goes or at Stop.
  grpc::ServerWriteReactor<v1::SubscribeResponse>* Subscribe(uint64_t start, Audience audience);

  // Ends all subscriptions with UNAVAILABLE; no new ones after it.
  void Stop();

 private:
  class Subscriber;
  void Pump();
  void Wake();
  void Remove(Subscriber* subscriber);

  Ledger& ledger_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::shared_ptr<Subscriber>> subscribers_;  // guarded by mutex_
  bool dirty_ = false;     // guarded by mutex_: somebody is ready, or the log has grown
  bool stopping_ = false;  // guarded by mutex_
  uint64_t listener_ = 0;
  std::thread pump_;
};

}  // namespace votum::ledger

#endif  // VOTUM_SERVICES_LEDGER_SUBSCRIPTION_H_
