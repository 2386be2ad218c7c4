// votum: the command line of members, administrators and auditors.

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "clients/cli/cli.h"

int main(int argc, char** argv) {
  // Debian's Abseil looks for lock cycles inside gRPC at each lock; that is for debugging, and
  // costs a tenth.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // What a person needs to know is said in our own words; GRPC_VERBOSITY=ERROR brings gRPC's back.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  votum::cli::Clients clients;
  return votum::cli::RunCommandLine({argv + 1, argv + argc}, &clients, std::cout, std::cerr);
}
