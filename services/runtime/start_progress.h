// How far a process has come that is starting: in its log every few seconds, in its metrics, and to
// the manager that waits for it.
#ifndef VOTUM_SERVICES_RUNTIME_START_PROGRESS_H_
#define VOTUM_SERVICES_RUNTIME_START_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/runtime/metrics.h"
#include "services/runtime/service_manager.h"

namespace votum {

// Used by one thread.
class StartProgress {
 public:
  static constexpr absl::Duration kEvery = absl::Seconds(5);
  // The time that the manager is asked to wait after each message.
  static constexpr absl::Duration kPatience = absl::Seconds(60);

  // Both outlive this object. `uptime` is a clock that nobody sets (base/uptime.h).
  StartProgress(const ServiceManager* manager, Metrics* metrics,
                std::function<absl::Duration()> uptime)
      : manager_(*manager), metrics_(*metrics), uptime_(std::move(uptime)) {}

  // The step `what` ("folding the log") has done `done` of `all` records. Calls come often; every
  // kEvery one of them says so. Steps that are shorter are not mentioned.
  void At(absl::string_view what, uint64_t done, uint64_t all);
  // Waits for something else, for however long.
  void WaitingFor(absl::string_view what);
  // The process serves.
  void Done();

 private:
  struct Step {
    std::string what;
    absl::Duration since;
    uint64_t done_before = 0;  // when this object first heard of it
  };
  bool IsTimeToSay();

  const ServiceManager& manager_;
  Metrics& metrics_;
  const std::function<absl::Duration()> uptime_;
  std::optional<Step> step_;
  std::optional<absl::Duration> said_;  // the last time; nothing before the first call
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_START_PROGRESS_H_
