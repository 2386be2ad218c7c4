#include "clients/audit/witness_check.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "clients/audit/oddities.h"
#include "rules/calendar.h"

namespace votum::audit {

std::string WhoCosigned(const crypto::Policy& policy, const crypto::WitnessedCheckpoint& verified) {
  std::vector<std::string> cosigned;
  for (const crypto::Cosigned& one : verified.cosigned) {
    const absl::Time time = absl::FromUnixSeconds(static_cast<int64_t>(one.time));
    cosigned.push_back(
        absl::StrCat(policy.witnesses()[one.witness].name, " on ", rules::TimeText(time)));
  }
  if (cosigned.empty()) return "the policy asks for no cosignature";
  return absl::StrCat("cosigned by ", absl::StrJoin(cosigned, ", "),
                      ", which is enough by the policy");
}

std::vector<Finding> CheckWitnesses(const crypto::Policy& policy, absl::string_view checkpoint_note,
                                    absl::Time last_record) {
  const auto verified = policy.Verify(checkpoint_note);
  if (!verified.ok()) {
    return {{Finding::Kind::kFault, absl::StrCat("witnesses: ", verified.status().message())}};
  }
  std::vector<Finding> findings = {
      {Finding::Kind::kStanding,
       absl::StrCat("witnesses of the checkpoint of size ", verified->checkpoint.size, ": ",
                    WhoCosigned(policy, *verified))}};
  for (const crypto::Cosigned& one : verified->cosigned) {
    const absl::Duration ahead =
        last_record - absl::FromUnixSeconds(static_cast<int64_t>(one.time));
    if (ahead <= kOddClock) continue;
    findings.push_back({Finding::Kind::kOddity,
                        absl::StrCat("the last record bears a time that is ",
                                     absl::FormatDuration(absl::Trunc(ahead, absl::Seconds(1))),
                                     " after that at which ", policy.witnesses()[one.witness].name,
                                     " cosigned it")});
  }
  return findings;
}

}  // namespace votum::audit
