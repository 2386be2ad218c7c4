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
//
// AttestObjects speaks of something that everybody may see: which public records name which objects
// (objects.h). The fold keeps that in a table and judges the digest of it in the same way. A proof of an
// entry shows, to a reader who has a few records alone, that none about their objects is missing up to
// that size (docs/decisions/0029-histories-of-objects.md).
#ifndef VOTUM_CORE_FOLD_ATTESTATIONS_H_
#define VOTUM_CORE_FOLD_ATTESTATIONS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/fold/objects.h"
#include "core/table.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum {

struct Envelope;
class World;

// By object.
using ObjectHistories = Table<std::string, ObjectHistory>;

// All that is remembered of attestations.
struct AttestationsState {
  Table<uint32_t, uint64_t> count;  // of AttestState by layout: those in effect
  uint64_t newest = 0;              // record of the last one; 0 where there was none
  ObjectHistories objects;
  // The objects of each act of two persons, which a Confirm or Contradict of it concerns as well.
  Table<uint64_t, std::vector<std::string>> acts;
  uint64_t attested_by = 0;  // record of the last AttestObjects; 0 where there was none
  ObjectHistories attested;  // `objects` as it was there
  VOTUM_FIELDS(count, newest, objects, acts, attested_by, attested)
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
  // FAILED_PRECONDITION/LOG_MOVED_ON; INVALID_ARGUMENT/STATE_DIFFERS.
  absl::Status Check(const CommandContext& context,
                     const projects::v1::AttestObjects& command) const;
  void Apply(const CommandContext& context, const projects::v1::AttestObjects& command);

  // Enters the record at `index`, which is in effect and which everybody may see.
  void Enter(uint64_t index, const Envelope& envelope);
  // The objects that `envelope` concerns: those that it names, and those of the acts that it confirms or
  // contradicts.
  std::vector<std::string> ObjectsOf(const Envelope& envelope) const;

  const AttestationsState& state() const { return state_; }
  void Restore(AttestationsState state) { state_ = std::move(state); }

 private:
  const World& world_;
  AttestationsState state_;
};

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_ATTESTATIONS_H_
