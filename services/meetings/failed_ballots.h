// The ballots that a credential has signed and that are no good: proofs that do not hold, another
// election's. Only the owner of a credential can make one, and no honest device does, but verifying it
// takes milliseconds, and the log, which limits the good ones, never sees it. So after some of them no
// more of that credential are looked at in this process.
//
// A stranger locks nobody out: what is not signed by the credential does not count.
#ifndef VOTUM_SERVICES_MEETINGS_FAILED_BALLOTS_H_
#define VOTUM_SERVICES_MEETINGS_FAILED_BALLOTS_H_

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "crypto/election/ballot.h"

namespace votum::meetings {

// Thread-safe.
class FailedBallots {
 public:
  static constexpr int kMost = 8;
  static constexpr size_t kRemembered = 10'000;  // credentials; then all is forgotten

  // Calls `verify` for `ballot`, and gives its status. Once kMost of the credential have failed, it is
  // not called, and the status is that of the last one.
  absl::Status Verify(const election::Ballot& ballot, const std::function<absl::Status()>& verify);

 private:
  struct Failures {
    int count = 0;
    absl::Status last;
  };
  std::mutex mutex_;
  absl::flat_hash_map<std::string, Failures> of_credential_;  // guarded by mutex_
};

}  // namespace votum::meetings

#endif  // VOTUM_SERVICES_MEETINGS_FAILED_BALLOTS_H_
