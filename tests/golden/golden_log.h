// The results of folding a golden log: the outcome of each record and the digests of the states, as
// text that is compared with the text which an earlier version of the code wrote beside the log.
#ifndef VOTUM_TESTS_GOLDEN_GOLDEN_LOG_H_
#define VOTUM_TESTS_GOLDEN_GOLDEN_LOG_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/note.h"

namespace votum::testing {

struct GoldenLog {
  // A line for each record: "17 CastVote in effect", "18 CastVote void ALREADY_VOTED, a race" or
  // "..., a fault".
  std::string outcomes;
  // "100 meetings 4f1c...": the digest of the domain's state after so many records; after each 100
  // and at the end.
  std::string digests;
  // The command types that are in effect at least once.
  std::set<std::string> commands;
  // The reasons of void records, by what auditors say of them.
  std::set<std::string> races;
  std::set<std::string> faults;
};

// A log, to be folded.
struct GoldenRecords {
  crypto::NoteVerifier key;
  std::vector<std::string> records;
};

// The log in `folder` ("log.vkey", "log/records.jsonl"). An error if there is none, or it is broken.
absl::StatusOr<GoldenRecords> ReadGoldenRecords(const std::string& folder);
absl::StatusOr<GoldenLog> FoldGoldenRecords(const GoldenRecords& log);
// Both.
absl::StatusOr<GoldenLog> FoldGoldenLog(const std::string& folder);

// The files beside the log that hold the first two.
std::string OutcomesPath(const std::string& folder);
std::string DigestsPath(const std::string& folder);

// The first line that differs, and what to do about it; empty if none does. `path` is that of the
// file with the text `then`.
std::string FirstDifference(absl::string_view path, absl::string_view then, absl::string_view now);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_GOLDEN_LOG_H_
