// Whether enough witnesses stand behind a checkpoint.
#ifndef VOTUM_CLIENTS_AUDIT_WITNESS_CHECK_H_
#define VOTUM_CLIENTS_AUDIT_WITNESS_CHECK_H_

#include <string>

#include "absl/strings/string_view.h"
#include "clients/audit/auditor.h"
#include "crypto/tlog/policy.h"

namespace votum::audit {

// Which witnesses of the policy have cosigned, and when: "w1 on 2026-11-27 19:20:05 UTC, w2 ...";
// or "nobody".
std::string WhoCosigned(const crypto::Policy& policy, const crypto::WitnessedCheckpoint& verified);

// Checked, with who has cosigned and when; or a fault, if the log or a witness of the policy has
// not signed what it seems to have signed, or the witnesses are no quorum.
Finding CheckWitnesses(const crypto::Policy& policy, absl::string_view checkpoint_note);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_WITNESS_CHECK_H_
