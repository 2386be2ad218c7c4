// The state as auditors see it, and the digests that they compare.
//
// Auditors see everything but the contents of urns: nobody is shown how anybody voted before the
// vote or the round is closed (reach_log.h), and nobody may find it out by trying which choices
// give a digest. So in this view an open urn is empty, and a number stands for what is in it.
//
// The full digest (World::StateDigest) is for services, which compare each other, and is never
// recorded. For the council and the public there is no digest: what each of them may see is decided
// resource by resource when it is read (redaction.h), and no view joins it to a state.
#ifndef VOTUM_CORE_FOLD_AUDIT_VIEW_H_
#define VOTUM_CORE_FOLD_AUDIT_VIEW_H_

#include <cstdint>
#include <string>

#include "core/describe.h"
#include "core/fold/world.h"
#include "core/table.h"
#include "crypto/hash.h"

namespace votum {

// The layout of the state, which its digests follow: the structs that name their fields, how these
// are encoded, and which of them belong to a domain. Digests stand in the log (attestations.h), so
// once version 1 of the log is frozen this number is raised with every change to them; the golden
// logs' attestations say when. An attestation of another layout is not compared.
inline constexpr uint32_t kStateLayout = 1;

// How much is in an open urn. Whether somebody has voted again does not show.
struct UrnCount {
  uint64_t ballots = 0;         // people or credentials with a ballot
  uint64_t pending_papers = 0;  // papers that wait for a second person
  VOTUM_FIELDS(ballots, pending_papers)
};

struct AuditView {
  WorldState state;  // its open urns are empty
  Table<std::string, UrnCount> open_votes;
  Table<std::string, UrnCount> open_rounds;

  // Whether a vote or a round of `domain` is open.
  bool HasOpenUrn(Domain domain) const;
  // Equal if and only if the views of `domain` are equal.
  crypto::Digest Digest(Domain domain) const;
};

// Looks at each vote and each round, and shares all other entries with `state`.
AuditView AuditViewOf(WorldState state);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_AUDIT_VIEW_H_
