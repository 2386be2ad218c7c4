#include "crypto/election/ballot_memo.h"

#include <utility>

#include "base/status_macros.h"

namespace votum::election {

absl::Status BallotMemo::Verify(const Election& election, absl::string_view json,
                                const Ballot& ballot) {
  // All fingerprints have the same length, so no two pairs give the same bytes.
  const crypto::Digest digest = crypto::Sha256({election.fingerprint(), json});
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (younger_.count(digest) > 0 || older_.count(digest) > 0) return absl::OkStatus();
  }
  RETURN_IF_ERROR(VerifyBallot(election, ballot));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (younger_.size() >= capacity_) older_ = std::exchange(younger_, {});
  younger_.insert(digest);
  return absl::OkStatus();
}

}  // namespace votum::election
