// Holds what an auditor has kept from before (checkpoints, exports, receipts, bundles, documents of
// decisions) against the log that is handed in. A log whose end was cut off, or that was written anew, is sound in itself:
// only somebody who remembers more can show it.
#ifndef VOTUM_CLIENTS_AUDIT_KNOWN_CHECK_H_
#define VOTUM_CLIENTS_AUDIT_KNOWN_CHECK_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/audit/finding.h"
#include "core/fold/world.h"
#include "crypto/merkle.h"
#include "crypto/note.h"

namespace votum::audit {

struct Known {
  std::string name;  // "my-vote.receipt", as the auditor calls it
  // Its checkpoint, or why it cannot be believed, for example because a receipt's own proof does not
  // hold. Nothing can be concluded from that about the log.
  absl::StatusOr<std::string> checkpoint;
};

struct KnownDocument {
  std::string name;
  std::string bytes;  // as it was published (core/decisions/document.h)
};

// Whether a decision in `world` has this published document. No signature of the log is in a document:
// where it differs, either may be false.
Finding CheckKnownDocument(const KnownDocument& known, const World& world);

// `tree` has the leaves of the log that is handed in.
Finding CheckKnown(const Known& known, const crypto::NoteVerifier& log,
                   const crypto::MerkleTree& tree);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_KNOWN_CHECK_H_
