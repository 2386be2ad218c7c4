#include "core/command/dependents.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum {

absl::Status CheckNothingRestsOn(absl::string_view act, const std::vector<Dependent>& dependents) {
  if (dependents.empty()) return absl::OkStatus();
  std::string text = absl::StrCat(act, " cannot be taken back any more: ");
  for (const Dependent& dependent : dependents) {
    absl::StrAppend(&text, &dependent == &dependents.front() ? "" : "; ", dependent.name, " (",
                    dependent.road, ")");
  }
  return Refuse(Reason::kHasDependents, text);
}

}  // namespace votum
