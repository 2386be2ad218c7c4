// A snapshot: the bytes of a Fold, so that a process that starts need not fold the whole log again.
//
// A snapshot saves time and decides nothing. It is bound to the program and the log that it came
// from, and whatever does not fit is an error: the log is folded from its beginning then. So a
// program that judges a record otherwise than an older one never goes on from what that one found,
// and nobody has to keep old formats readable.
//
// Whoever loads a snapshot still has to ask whether its tree is the beginning of the log: `tree`
// below, and crypto::VerifyConsistency.
//
// The bytes: kSnapshotFormat, SnapshotKind, and with their hash the size and the edge of the log's
// tree and the state (describe.h). They hold what is withheld from everybody, the ballots of open
// votes among it: sealed if they are kept (services/runtime/snapshot_file.h).
#ifndef VOTUM_CORE_FOLD_SNAPSHOT_H_
#define VOTUM_CORE_FOLD_SNAPSHOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/describe.h"
#include "core/fold/fold.h"
#include "crypto/merkle.h"

namespace votum {

inline constexpr absl::string_view kSnapshotFormat = "votum snapshot 1";

// The Folds that can go on from a snapshot: those for which all of this is the same.
struct SnapshotKind {
  std::string build;  // of the program: services/runtime/build_identity.h
  uint32_t program_version = 0;
  std::string deployment;            // the origin of the log
  std::string log_key;               // its id
  std::vector<std::string> domains;  // those that are folded
  VOTUM_FIELDS(build, program_version, deployment, log_key, domains)
};

SnapshotKind SnapshotKindOf(absl::string_view build, absl::string_view deployment,
                            const Fold& fold);

// REQUIRES: `kind` is that of `fold`, and `tree` has the records that it folded as its leaves.
std::string EncodeSnapshot(const SnapshotKind& kind, const Fold& fold,
                           const crypto::CompactTree& tree);

struct Snapshot {
  crypto::CompactTree tree;  // of the records folded
  FoldContents contents;     // for Fold::Restore
};

// The snapshot in `bytes`, which are exactly what EncodeSnapshot wrote for `kind`.
//   FAILED_PRECONDITION  it is of another format, or of another kind; the message names each
//                        difference
//   DATA_LOSS            it is damaged
absl::StatusOr<Snapshot> DecodeSnapshot(absl::string_view bytes, const SnapshotKind& kind);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_SNAPSHOT_H_
