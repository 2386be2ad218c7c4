// The outcomes of closed rounds, each counted once.
//
// Counting 2,000 ideas of 20 groups takes seconds, and the fold, which all commands wait for, must
// not spend them. The outcome is therefore no part of the state before it is established: whoever
// asks for it first counts, on their own thread and state, and all states of the log that share this
// object find it here. So a process that checks EstablishRanking, or shows the closed round, has
// counted before its fold comes to the record; the others count when they have folded that the round
// is closed, beside their fold (services/runtime/round_counter.h). If the record comes sooner than
// that, the fold waits for the one count, whose size OpenRound limits. Results do not depend on any
// of this: they follow from the ballots, by whose digest they are kept.
#ifndef VOTUM_CORE_IDEAS_ROUND_OUTCOMES_H_
#define VOTUM_CORE_IDEAS_ROUND_OUTCOMES_H_

#include <deque>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "core/ideas/ideas_state.h"
#include "crypto/hash.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::ideas {

// Thread-safe.
class RoundOutcomes {
 public:
  // The round, with its rankings, the number of ballots and what beat the status quo. While another
  // counts the same, the caller waits. Errors as CountBallots.
  absl::StatusOr<std::shared_ptr<const v1::Round>> Of(const RoundEntry& entry, const RoundUrn& urn);
  // The same for reads, of which many may come at a time: RESOURCE_EXHAUSTED/TOO_MANY_WAITING_READS
  // while another counts it.
  absl::StatusOr<std::shared_ptr<const v1::Round>> OfUnlessCounting(const RoundEntry& entry,
                                                                    const RoundUrn& urn);

 private:
  struct Counted;
  std::shared_ptr<Counted> Find(const RoundEntry& entry, const RoundUrn& urn);

  std::mutex mutex_;
  std::deque<std::shared_ptr<Counted>> kept_;  // the last asked for last; guarded by mutex_
};

}  // namespace votum::ideas

#endif  // VOTUM_CORE_IDEAS_ROUND_OUTCOMES_H_
