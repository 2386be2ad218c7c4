// Remembers verified ballots, so that a process verifies each ballot once: on arrival, and not
// again when its record is folded. Verification is a pure function of election and ballot, so
// remembering changes no result.
#ifndef VOTUM_CRYPTO_ELECTION_BALLOT_MEMO_H_
#define VOTUM_CRYPTO_ELECTION_BALLOT_MEMO_H_

#include <cstddef>
#include <mutex>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "crypto/election/ballot.h"
#include "crypto/election/election.h"
#include "crypto/hash.h"

namespace votum::election {

// Thread-safe.
class BallotMemo {
 public:
  // Remembers between `capacity` and 2 * `capacity` ballots (32 bytes each), the newest ones.
  explicit BallotMemo(size_t capacity) : capacity_(capacity) {}

  // As VerifyBallot(election, ballot); `json` is the ballot's text.
  absl::Status Verify(const Election& election, absl::string_view json, const Ballot& ballot);

 private:
  const size_t capacity_;
  std::mutex mutex_;
  // Two generations: when the younger is full it becomes the older, and the older is forgotten.
  std::set<crypto::Digest> younger_;  // guarded by mutex_
  std::set<crypto::Digest> older_;    // guarded by mutex_
};

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_BALLOT_MEMO_H_
