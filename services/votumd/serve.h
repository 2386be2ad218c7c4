// `votumd serve`: hosts some or all services of a deployment in this process.
//
// The composition is decided here and nowhere else: the ledger is called directly if it is hosted
// here, and reached over mTLS otherwise; nothing else differs.
#ifndef VOTUM_SERVICES_VOTUMD_SERVE_H_
#define VOTUM_SERVICES_VOTUMD_SERVE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace votum {

// Stands for all services without the edge.
inline constexpr char kCore[] = "core";

struct ServeOptions {
  std::string folder;
  std::vector<std::string> services;  // some of kServices and kGateway, or kCore; empty for all
  int replica = 0;                    // the number of this process among each service's
  absl::Duration grace = absl::Seconds(5);
};

// Serves until SIGTERM or SIGINT, then stops in order. Both signals must be blocked in every thread
// before this is called (BlockStopSignals).
absl::Status Serve(const ServeOptions& options);

// Blocks SIGTERM and SIGINT in this thread and all that it starts, and ignores SIGPIPE.
void BlockStopSignals();

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_SERVE_H_
