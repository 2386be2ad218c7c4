// Whether a profile that a council has adopted is the one that comes with this program, byte by byte.
// A city may adapt a profile to its own rules of procedure; then nobody should take it for the
// shipped one because it bears the same name and names the same norms.
#ifndef VOTUM_RULES_SHIPPED_PROFILE_H_
#define VOTUM_RULES_SHIPPED_PROFILE_H_

#include <string>

#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

enum class Shipped {
  kSame,     // the shipped profile of that id and first day
  kDiffers,  // there is one of that id and first day, with another content
  kUnknown,  // this program has none of that id and first day
};

Shipped CompareWithShipped(const v1::RuleProfile& profile);

// "is the shipped profile de-nw-rat of 2018-04-25", "differs from ... in motions, notice",
// "is not among the shipped ones".
std::string InWordsOfShipped(const v1::RuleProfile& profile);

}  // namespace votum::rules

#endif  // VOTUM_RULES_SHIPPED_PROFILE_H_
