// What a golden log came to: the outcome of each record and the digests of the states, as text to
// compare with what an earlier version of the code wrote beside the log.
#ifndef VOTUM_TESTS_GOLDEN_GOLDEN_LOG_H_
#define VOTUM_TESTS_GOLDEN_GOLDEN_LOG_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"

namespace votum::testing {

struct GoldenLog {
  // "17 CastVote in effect" or "18 CastVote void ALREADY_VOTED"; a line for each record.
  std::string outcomes;
  // "100 meetings 4f1c...": the digest of the domain's state after so many records; after each 100
  // and at the end.
  std::string digests;
  // The command types that are in effect at least once.
  std::set<std::string> commands;
};

// Folds the log in `folder` ("log.vkey", "log/records.jsonl"). An error if there is none, or it is
// broken.
absl::StatusOr<GoldenLog> FoldGoldenLog(const std::string& folder);

// The files beside the log that hold the first two.
std::string OutcomesPath(const std::string& folder);
std::string DigestsPath(const std::string& folder);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_GOLDEN_LOG_H_
