#include "clients/audit/witness_check.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
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

Finding CheckWitnesses(const crypto::Policy& policy, absl::string_view checkpoint_note) {
  const auto verified = policy.Verify(checkpoint_note);
  if (!verified.ok()) {
    return {Finding::Kind::kFault, absl::StrCat("witnesses: ", verified.status().message())};
  }
  return {Finding::Kind::kChecked,
          absl::StrCat("witnesses of the checkpoint of size ", verified->checkpoint.size, ": ",
                       WhoCosigned(policy, *verified))};
}

}  // namespace votum::audit
