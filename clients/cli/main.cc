// votum: the command line of members, administrators and auditors.

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "clients/cli/cli.h"

int main(int argc, char** argv) {
  // Debian's Abseil looks for lock cycles inside gRPC at each lock; that is for debugging and costs
  // a tenth of the time.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Votum prints its own messages; GRPC_VERBOSITY=ERROR turns gRPC's on again.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  votum::cli::Clients clients;
  return votum::cli::RunCommandLine({argv + 1, argv + argc}, &clients, std::cout, std::cerr);
}
