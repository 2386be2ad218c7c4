// Rule profiles: reading, validating, finding.
#ifndef VOTUM_RULES_PROFILE_H_
#define VOTUM_RULES_PROFILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// The profile in `text` (protobuf text format), validated; a difference to a built-in profile
// (`extends`) is completed. INVALID_ARGUMENT/BAD_PROFILE with line and column.
absl::StatusOr<v1::RuleProfile> ParseProfile(absl::string_view text);

// `difference` completed by `base`, which it extends: fields that it sets replace those of the
// base, motions by their key. It keeps its own id, title and days.
v1::RuleProfile Complete(const v1::RuleProfile& base, const v1::RuleProfile& difference);

// The doubtful points of `profile`, one line for each rule whose provenance says so: "§ 50 (2) GO
// NRW: ...". Shown when a profile is adopted.
std::vector<std::string> DoubtsOf(const v1::RuleProfile& profile);

// INVALID_ARGUMENT/BAD_PROFILE, naming the field, unless all deciding fields are present and in
// range. Every computation works with a profile that passes.
absl::Status ValidateProfile(const v1::RuleProfile& profile);

// The profiles that come with the program, by id and date.
const std::vector<v1::RuleProfile>& BuiltInProfiles();

// The built-in profile `id` in force on `date` ("YYYY-MM-DD"). NOT_FOUND/NO_SUCH_PROFILE.
absl::StatusOr<v1::RuleProfile> BuiltInProfile(absl::string_view id, absl::string_view date);

// The motion rule with `key` ("" is "ordinary"); null for none.
const v1::MotionRule* FindMotionRule(const v1::RuleProfile& profile, absl::string_view key);

}  // namespace votum::rules

#endif  // VOTUM_RULES_PROFILE_H_
