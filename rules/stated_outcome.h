// Reads the outcome of a vote from the words of minutes.
#ifndef VOTUM_RULES_STATED_OUTCOME_H_
#define VOTUM_RULES_STATED_OUTCOME_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "rules/majority.h"

namespace votum::rules {

// The outcome stated by the words of minutes, German or English: adopted, rejected; nullopt where
// they state neither ("vertagt"), or both ("Ziffer 1 angenommen, Ziffer 2 abgelehnt"), or where a
// denial stands beside the outcome and it is open what it denies ("nicht vom Rat angenommen"): a
// wrong reading would accuse minutes that are right, or pass over those that are not.
std::optional<MotionOutcome> StatedOutcome(absl::string_view words);

}  // namespace votum::rules

#endif  // VOTUM_RULES_STATED_OUTCOME_H_
