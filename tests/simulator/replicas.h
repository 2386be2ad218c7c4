// The processes that fold the log of a simulated deployment: they lag, are killed and start again,
// from a snapshot, a copy of another process, or from nothing, and must all come to the same state.
#ifndef VOTUM_TESTS_SIMULATOR_REPLICAS_H_
#define VOTUM_TESTS_SIMULATOR_REPLICAS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/fold/fold.h"
#include "core/fold/signature_cache.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "tests/simulator/dice.h"
#include "tests/simulator/invariants.h"
#include "tests/simulator/ledger.h"

namespace votum::simulator {

// The digests of the state after each number of records, as the first fold had them.
using History = std::vector<StateDigests>;

class Replicas {
 public:
  // All outlive this object; `history` grows with the log.
  Replicas(const SimulatedLedger* ledger, const History* history, const crypto::PublicKey& log_key,
           Dice* dice);

  // Some of them fold some records; one may be killed. `lead` is at the log's end.
  absl::Status Move(const Fold& lead);
  // All fold all, and one more folds the whole log from the start.
  absl::Status Finish();
  // Whether one has stopped because the log is of a newer version than its program (NEWER_LOG).
  bool AnyStopped() const;

 private:
  struct Replica {
    uint32_t version = 0;
    std::unique_ptr<SignatureCache> cache;  // of its process
    std::unique_ptr<Fold> fold;
    crypto::CompactTree tree;  // of the records that it has folded
    bool stopped = false;      // for the log is newer than its program
  };
  // A snapshot on disk, as a program of some version has written it.
  struct Written {
    uint32_t version = 0;
    bool foreign = false;  // of another deployment, or of a log that is not this one
    std::string bytes;
  };
  // A copy of the lead, which must not notice what the lead does.
  struct Copy {
    std::unique_ptr<Fold> fold;
    StateDigests digests;
  };

  Replica Start(uint32_t version);
  absl::Status FoldSome(Replica& replica, uint64_t records);
  void WriteSnapshot(const Replica& replica);
  // Kills it and starts it again.
  absl::Status Kill(Replica& replica);
  // From one of those that are there, an older one too; from the start of the log if it is torn, of
  // another program or of another log.
  absl::Status StartFromSnapshot(Replica& replica);
  absl::Status CheckCopy();
  // The state that `fold` has is the one that all have after so many records.
  absl::Status Compare(const Fold& fold, absl::string_view what) const;

  const SimulatedLedger& ledger_;
  const History& history_;
  const crypto::PublicKey log_key_;
  Dice& dice_;
  SignatureCache copies_cache_;
  std::vector<Replica> replicas_;
  std::deque<Written> written_;
  std::optional<Copy> copy_;
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_REPLICAS_H_
