// Remembers what follows from the texts of elections and ballots and is costly to derive again:
// parsed elections with their trustees, and which ballots were verified. So a process verifies each
// ballot once: on arrival, and not again when its record is folded. All of it are pure functions of
// the texts, so remembering changes no result.
#ifndef VOTUM_CRYPTO_ELECTION_ELECTION_MEMO_H_
#define VOTUM_CRYPTO_ELECTION_ELECTION_MEMO_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "crypto/election/ballot.h"
#include "crypto/election/election.h"
#include "crypto/election/trustees.h"
#include "crypto/hash.h"

namespace votum::election {

// An election and its trustees, parsed.
struct ElectionSetup {
  Election election;
  Trustees trustees;
};

// Thread-safe.
class ElectionMemo {
 public:
  // Remembers between `capacity` and 2 * `capacity` ballots (32 bytes each), the newest ones.
  explicit ElectionMemo(size_t capacity) : capacity_(capacity) {}

  // As VerifyBallot(election, ballot); `json` is the ballot's text.
  absl::Status Verify(const Election& election, absl::string_view json, const Ballot& ballot);

  // The setup that election.json and trustees.json describe; both were accepted before. The newest
  // few are remembered, because each takes megabytes.
  std::shared_ptr<const ElectionSetup> SetupOf(absl::string_view election_json,
                                               absl::string_view trustees_json);

 private:
  struct Parsed {
    std::string election_json;  // has an id of its own, so it tells the trustees too
    std::shared_ptr<const ElectionSetup> setup;
  };

  std::mutex setups_mutex_;     // held while one is parsed: whoever needs the same waits
  std::vector<Parsed> setups_;  // guarded by setups_mutex_; the one used last is at the end

  const size_t capacity_;
  std::mutex mutex_;
  // Two generations: when the younger is full it becomes the older, and the older is forgotten.
  std::set<crypto::Digest> younger_;  // guarded by mutex_
  std::set<crypto::Digest> older_;    // guarded by mutex_
};

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_ELECTION_MEMO_H_
