// votum: the command line of members, administrators and auditors.

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "clients/cli/cli.h"
#include "clients/cli/safe_output.h"

namespace {

constexpr char kVersion[] = "votum " VOTUM_VERSION "\n";

// Scripts ask for the version often. It is told before any static object is made: protobuf registers
// every message that is linked in, which takes half of a start. 101 is the first priority that
// programs may use, protobuf's is 102, and glibc gives main's arguments to constructors too.
[[gnu::constructor(101)]] void TellVersion(int argc, char** argv, char** /*environment*/) {
  if (argc != 2 || std::strcmp(argv[1], "--version") != 0) return;
  const ssize_t size = sizeof(kVersion) - 1;
  _exit(write(STDOUT_FILENO, kVersion, size) == size ? votum::cli::kDone
                                                     : votum::cli::kLocalProblem);
}

}  // namespace

int main(int argc, char** argv) {
  // Debian's Abseil looks for lock cycles inside gRPC at each lock; that is for debugging and costs
  // a tenth of the time.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Votum prints its own messages; GRPC_VERBOSITY=ERROR turns gRPC's on again.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  const votum::cli::SafeStream out(std::cout);
  const votum::cli::SafeStream err(std::cerr);
  votum::cli::Clients clients;
  return votum::cli::RunCommandLine({argv + 1, argv + argc}, &clients, std::cout, std::cerr);
}
