// Whether a profile that a council has adopted is the one that comes with this program, byte by byte.
// A city may adapt a profile to its own rules of procedure; then nobody should take it for the
// built-in one because it bears the same name and names the same norms.
#ifndef VOTUM_RULES_PROFILE_ORIGIN_H_
#define VOTUM_RULES_PROFILE_ORIGIN_H_

#include <string>

#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

enum class ProfileOrigin {
  kBuiltIn,  // byte by byte the built-in profile of its id and first day
  kAltered,  // it has id and first day of a built-in profile, and another content
  kOwn,      // no profile of this id and first day comes with this program
};
ProfileOrigin OriginOf(const v1::RuleProfile& profile);

// "is the built-in profile de-nw-rat of 2018-04-25", "differs from ... in motions, notice",
// "is not among the built-in ones: ...".
std::string DescribeOrigin(const v1::RuleProfile& profile);

}  // namespace votum::rules

#endif  // VOTUM_RULES_PROFILE_ORIGIN_H_
