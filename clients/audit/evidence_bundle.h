// Evidence bundles: one JSON file that proves one decision to a reader who has only the log's key.
//
//   {"format":"votum-evidence/v1","decision_id":"...","checkpoint":"<signed note>",
//    "entries":[{"index":0,"salt":"<b64>","record":"<b64>","proof":["<b64>",...]},...],
//    "document":"<b64>",
//    "attestation":{"record":{...},"histories":[{"object":"...","records":[0,...],"proof":"<b64>"},
//    ...],"others":[...]}}
//
// It holds the records on which the decision depends (persons with all keys, the meeting with
// attendance, motion, votes and result, the decision's signatures), each with its inclusion proof,
// and the published document. The checker verifies signature, proofs and bytes, folds these records
// with the services' own domain code, and compares the decision that comes out with the document.
//
// The checker begins with where the decision stands, by the records that are shown: whoever makes a
// bundle can leave out an objection or a revocation, and later records are in none. With an attestation
// (bundle_attestation.h), no public one is missing up to its record; without, nothing is stated about that. The
// whole log shows all of them (`votum audit`). Like an archive's lines, the file has exactly one form, so
// that no byte of it can be changed unnoticed (bundle_format.h).
#ifndef VOTUM_CLIENTS_AUDIT_EVIDENCE_BUNDLE_H_
#define VOTUM_CLIENTS_AUDIT_EVIDENCE_BUNDLE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "clients/audit/bundle_attestation.h"
#include "crypto/note.h"

namespace votum::audit {

// The bundle of `decision_id` from all entries of the log covered by `checkpoint_note`.
// NOT_FOUND/NO_SUCH_DECISION; FAILED_PRECONDITION/NOT_SHOWN if a record that is needed was not
// shown to the caller.
absl::StatusOr<std::string> MakeEvidenceBundle(const std::vector<ArchivedEntry>& entries,
                                               absl::string_view checkpoint_note,
                                               const crypto::NoteVerifier& log,
                                               absl::string_view decision_id);

// Checks a bundle. `report` receives each finding. With `ask`, whether anything newer concerns the
// decision, too.
Summary VerifyEvidenceBundle(absl::string_view bundle, const crypto::NoteVerifier& log,
                             const Report& report, absl::Time now = absl::Now(),
                             const AskNewest& ask = nullptr);

// The checkpoint of a bundle whose records are all proved to be in its log, as an auditor holds it
// against another export. INVALID_ARGUMENT/BAD_BUNDLE; errors as crypto::OpenCheckpoint.
absl::StatusOr<std::string> CheckpointOfBundle(absl::string_view bundle,
                                               const crypto::NoteVerifier& log);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_EVIDENCE_BUNDLE_H_
