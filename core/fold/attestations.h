// Attestations: a machine states, in the log, what the records before have come to.
//
// An attestation is in effect only if the state really is the one that it names: a program of another
// version or another author that folds the log differently finds out at a known place. The record
// alone proves nothing, since void attestations have proofs too: whoever does not fold the log must
// take it from somebody who does that an attestation is in effect.
//
// Digests follow the layout of the program's state, which may change from one release to the next.
// So an attestation names its layout, and a program of another one takes it as it is: it was
// compared when it was made, and is again by every audit with a program of that layout.
//
// The fold remembers no earlier states, so the record must follow the log that it speaks of at once:
// its index is the size in its header. If other records come in between, it is void, and the machine
// tries again. The ledger and the audit compare the root in the header (VIEW_FORKED), which the fold
// does not know.
//
// Only a process that folds all domains can judge this, which is why AttestState belongs to the
// domain that reads all others.
#ifndef VOTUM_CORE_FOLD_ATTESTATIONS_H_
#define VOTUM_CORE_FOLD_ATTESTATIONS_H_

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/table.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum {

class World;

// All that is remembered of attestations.
struct AttestationsState {
  Table<uint32_t, uint64_t> count;  // by layout: those in effect
  uint64_t newest = 0;              // record of the last one; 0 where there was none
  VOTUM_FIELDS(count, newest)
};

// Not thread-safe.
class Attestations {
 public:
  // `world` holds this object.
  explicit Attestations(const World* world) : world_(*world) {}
  Attestations(const Attestations&) = delete;
  Attestations& operator=(const Attestations&) = delete;

  // FAILED_PRECONDITION/LOG_MOVED_ON, URN_OPEN; INVALID_ARGUMENT/STATE_DIFFERS. The first one costs
  // the digest of the whole state, each later one what has changed since.
  absl::Status Check(const CommandContext& context, const projects::v1::AttestState& command) const;
  void Apply(const CommandContext& context, const projects::v1::AttestState& command);

  const AttestationsState& state() const { return state_; }
  void Restore(AttestationsState state) { state_ = std::move(state); }

 private:
  const World& world_;
  AttestationsState state_;
};

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_ATTESTATIONS_H_
