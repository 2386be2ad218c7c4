// Subscribe: the log from a position on, existing records at once and new ones as they arrive.
//
// A reactor never blocks, but reading a log does: one pump thread therefore reads for all
// subscribers. A subscriber whose last write is done is ready; the pump gives each ready one its
// next batch, or leaves it until the log grows.
#ifndef VOTUM_SERVICES_RUNTIME_SUBSCRIPTION_H_
#define VOTUM_SERVICES_RUNTIME_SUBSCRIPTION_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "absl/status/status.h"
#include "grpcpp/support/server_callback.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum {

// A stream that ends at once.
class RefusedSubscription final : public grpc::ServerWriteReactor<ledger::v1::SubscribeResponse> {
 public:
  explicit RefusedSubscription(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

class SubscriptionHub {
 public:
  // Reads the entries from `*next` on that exist and fit into one message, possibly none, and
  // advances `*next` past them. Called on the pump's thread, until Stop.
  using ReadStretch =
      std::function<absl::Status(uint64_t* next, ledger::v1::SubscribeResponse* stretch)>;
  explicit SubscriptionHub(ReadStretch read);
  // All subscriptions must have ended.
  ~SubscriptionHub();

  // A subscription from `start` on; ends when the caller goes or at Stop.
  grpc::ServerWriteReactor<ledger::v1::SubscribeResponse>* Subscribe(uint64_t start);

  // There may be more to read.
  void Wake();

  // Ends all subscriptions with UNAVAILABLE; no new ones after it.
  void Stop();

 private:
  class Subscriber;
  void Pump();
  void Remove(Subscriber* subscriber);

  const ReadStretch read_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::shared_ptr<Subscriber>> subscribers_;  // guarded by mutex_
  bool dirty_ = false;     // guarded by mutex_: somebody is ready, or the log has grown
  bool stopping_ = false;  // guarded by mutex_
  std::thread pump_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_SUBSCRIPTION_H_
