// Verifies the public archive of an election, from its first byte to its result, and more strictly
// than belenios-tool 2.0: see the table in README.md.
#ifndef VOTUM_CRYPTO_ELECTION_VERIFY_ARCHIVE_H_
#define VOTUM_CRYPTO_ELECTION_VERIFY_ARCHIVE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/reason.h"
#include "crypto/election/election.h"
#include "crypto/election/tally.h"
#include "crypto/election/trustees.h"

namespace votum::election {

// A check that failed.
struct Failure {
  Reason reason;        // README.md lists all that there are here
  std::string where;    // "file", or the event with its height
  std::string message;  // for people
};

struct VerifyOptions {
  unsigned threads = 1;
  // The hash of the last event, or of an earlier one, that the verifier knows from elsewhere: an
  // archive without it was cut or made anew. Empty if unknown.
  std::string known_event;
  // The expected number of ballots, if known from elsewhere.
  std::optional<uint64_t> known_ballots;
  // The expected number of credentials, if known from elsewhere: an additional one gives a vote to
  // the person who added it.
  std::optional<uint64_t> known_voters;
};

struct ArchiveReport {
  std::vector<Failure> failures;  // in the order of the file; empty if everything holds
  std::string uuid;
  std::string fingerprint;       // of the election
  std::string head;              // hash of the last event
  uint64_t voters = 0;           // credentials on the list
  uint64_t ballots = 0;          // all that were cast, superseded ones included
  uint64_t counted = 0;          // the last one of each credential
  std::optional<Result> result;  // as published

  bool ok() const { return failures.empty(); }
};

// An election that is still open is a failure too (NOT_TALLIED). Failures of ballots do not stop
// the verification; a file that cannot be read and events out of order do.
ArchiveReport VerifyArchive(absl::string_view bytes, const VerifyOptions& options = {});

// The facts that a trustee must know before decrypting.
struct VerifiedTally {
  Election election;
  Trustees trustees;
  EncryptedTally tally;  // computed anew from the ballots
};

// The encrypted tally of an archive that passes all checks up to the tally, regardless of later
// events. Decrypting it opens neither a single ballot nor a tally of ballots that nobody cast; with
// `known_event` and `known_ballots`, nor the tally of an archive that was cut or made anew.
// INVALID_ARGUMENT with the code of the first failure, such as NOT_TALLIED while the vote is open.
absl::StatusOr<VerifiedTally> VerifyUpToTally(absl::string_view bytes,
                                              const VerifyOptions& options = {});

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_VERIFY_ARCHIVE_H_
