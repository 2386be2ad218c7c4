// Collects cosignatures for a log in a folder, as `votum log export` writes it or a static log
// publishes it.
#ifndef VOTUM_WITNESS_COLLECT_H_
#define VOTUM_WITNESS_COLLECT_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/tlog/policy.h"
#include "witness/feed_runner.h"

namespace votum::witness {

// Asks the policy's witnesses to cosign `folder`/checkpoint, with proofs from `folder`/tile, until
// there is a quorum, then waits two more seconds for the others, or until `patience` is over.
// Writes the cosignatures into `folder`/checkpoint and returns the cosigned checkpoint.
//   NOT_FOUND                            no such folder
//   errors of Policy::Open               the checkpoint is of no log of the policy
//   FAILED_PRECONDITION/NO_WITNESS_URL   see WitnessFeed::Create
//   FAILED_PRECONDITION/NO_QUORUM        too few have cosigned; the checkpoint stays as it is
//   DATA_LOSS/LOG_FORKED                 a witness has shown the log's signature under another tree
absl::StatusOr<std::string> CollectCosignatures(const std::string& folder,
                                                const crypto::Policy& policy,
                                                absl::Duration patience, FeedRunnerConfig config);

}  // namespace votum::witness

#endif  // VOTUM_WITNESS_COLLECT_H_
