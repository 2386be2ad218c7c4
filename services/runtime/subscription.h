// Subscribe: the log from a position on, existing records at once and new ones as they arrive.
//
// A reactor never blocks, but reading a log does: one pump thread therefore reads for all
// subscribers. A subscriber whose last write is done is ready; the pump gives each ready one its
// next batch, or leaves it until the log grows.
//
// A subscriber may stop reading without going away. Its write then never ends, so that it costs a
// batch of memory and would hold up the end of the process: each caller has a limited number of
// subscriptions, and at the end those that are not done after a short grace are cancelled.
#ifndef VOTUM_SERVICES_RUNTIME_SUBSCRIPTION_H_
#define VOTUM_SERVICES_RUNTIME_SUBSCRIPTION_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/server_callback.h"
#include "services/runtime/caller_shares.h"
#include "services/runtime/refused_stream.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum {

using RefusedSubscription = RefusedStream<ledger::v1::SubscribeResponse>;

// How many subscriptions may be open. A service follows once for each of its processes, and for a
// moment once more after it has lost a connection.
inline constexpr CallerShares::Limits kSubscriptions = {32, 1024};

class SubscriptionHub {
 public:
  // Reads the entries from `*next` on that exist and fit into one message, possibly none, and
  // advances `*next` past them. Called on the pump's thread, until Stop.
  using ReadStretch =
      std::function<absl::Status(uint64_t* next, ledger::v1::SubscribeResponse* stretch)>;
  explicit SubscriptionHub(ReadStretch read, CallerShares::Limits limits = kSubscriptions);
  // All subscriptions must have ended.
  ~SubscriptionHub();

  // A subscription of `caller` from `start` on, for the call with this context; ends when the
  // caller goes or at Stop, or at once with RESOURCE_EXHAUSTED/TOO_MANY_WAITING_READS if `caller`,
  // or all together, have as many as they may, with UNAVAILABLE after Stop has begun. The caller ""
  // has no limit of its own.
  grpc::ServerWriteReactor<ledger::v1::SubscribeResponse>* Subscribe(
      grpc::CallbackServerContext* context, const std::string& caller, uint64_t start);

  // There may be more to read.
  void Wake();

  // Ends all subscriptions with UNAVAILABLE; no new ones after it. Those whose subscriber does not
  // read what is on its way are cancelled after `grace`.
  void Stop(absl::Duration grace = absl::Seconds(1));

 private:
  class Subscriber;
  void Pump();
  bool IsStopping();
  void Remove(Subscriber* subscriber);

  const ReadStretch read_;
  CallerShares shares_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::shared_ptr<Subscriber>> subscribers_;  // guarded by mutex_
  bool dirty_ = false;     // guarded by mutex_: somebody is ready, or the log has grown
  bool stopping_ = false;  // guarded by mutex_
  std::thread pump_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_SUBSCRIPTION_H_
