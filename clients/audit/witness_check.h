// Checks that enough witnesses have cosigned a checkpoint.
#ifndef VOTUM_CLIENTS_AUDIT_WITNESS_CHECK_H_
#define VOTUM_CLIENTS_AUDIT_WITNESS_CHECK_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clients/audit/finding.h"
#include "crypto/tlog/policy.h"

namespace votum::audit {

// Says which witnesses of the policy have cosigned, and when: "cosigned by w1 on 2026-11-27
// 20:20:05 +01:00, w2 ..., which is enough by the policy"; or that the policy asks for none.
std::string WhoCosigned(const crypto::Policy& policy, const crypto::WitnessedCheckpoint& verified);

// Reports the cosigners and their times if all is well; reports a fault if a signature of the log
// or of a witness of the policy is invalid, or if the witnesses do not form a quorum. Witnesses sign
// after the last record, of which `last_record` is the time: it is odd if the log's time is far
// ahead of theirs.
std::vector<Finding> CheckWitnesses(const crypto::Policy& policy, absl::string_view checkpoint_note,
                                    absl::Time last_record);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_WITNESS_CHECK_H_
