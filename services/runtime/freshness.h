// How fresh the state of a process is: since when it may lack records that the ledger has.
//
// A stream of the log that brings nothing may be that of a quiet night or that of a ledger which is
// gone, so a thread asks the ledger for its size now and then. When as much is folded, the state
// was the newest at the moment of the question.
//
// Before that has been so once, the process is not ready: a state with no records, or with old
// ones, is not shown as if it were the city's (CheckReady). Later the ledger may go away; reads go
// on then, and say how old their state is once it is older than a setting (ForServer).
#ifndef VOTUM_SERVICES_RUNTIME_FRESHNESS_H_
#define VOTUM_SERVICES_RUNTIME_FRESHNESS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/background_thread.h"
#include "base/uptime.h"
#include "grpcpp/support/server_interceptor.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/runtime/replica.h"

namespace votum {

// Response metadata of a read whose state is old: its age in whole seconds, as a decimal number.
inline constexpr char kStateAgeMetadata[] = "votum-state-age";

// Thread-safe.
class Freshness {
 public:
  struct Settings {
    absl::Duration every = absl::Seconds(5);  // between two questions
    absl::Duration old = absl::Seconds(30);   // an age that answers tell
  };

  // All outlive this object. `uptime` is a clock that nobody sets.
  Freshness(const Replica* replica, LedgerClient* ledger, Metrics* metrics, Settings settings,
            std::function<absl::Duration()> uptime = Uptime);
  ~Freshness();

  void Start();
  // Returns when the ledger is not asked any more.
  void Stop();

  // OK from the moment on at which the state was known to be the newest for the first time; before
  // that UNAVAILABLE/SERVICE_NOT_READY.
  absl::Status CheckReady() const;
  // The size of the log that the ledger last told; 0 before its first answer.
  uint64_t ledger_size() const { return ledger_size_; }
  // How old the state is, if it is old.
  std::optional<absl::Duration> OldAge() const;

  // Makes a server add kStateAgeMetadata to its answers while the state is old. This object
  // outlives the server's calls.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> ForServer() const;

 private:
  // How old the state is; nothing before it was the newest for the first time.
  std::optional<absl::Duration> Age() const;
  void Follow();
  // Asks once, and waits until as much is folded.
  void Look();
  // Says in metrics and log how old the state is.
  void Tell();

  const Replica& replica_;
  LedgerClient& ledger_;
  Metrics& metrics_;
  const Settings settings_;
  const std::function<absl::Duration()> uptime_;

  std::atomic<uint64_t> ledger_size_{0};
  // The uptime, in microseconds, at which the state was last known to be the newest; negative
  // before the first time.
  std::atomic<int64_t> newest_at_{-1};
  bool told_old_ = false;  // of the thread

  BackgroundThread thread_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_FRESHNESS_H_
