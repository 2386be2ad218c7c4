// The texts of profiles/*.textproto, embedded at build time.
#ifndef VOTUM_RULES_EMBEDDED_PROFILES_H_
#define VOTUM_RULES_EMBEDDED_PROFILES_H_

#include <vector>

namespace votum::rules {

const std::vector<const char*>& EmbeddedProfileTexts();

}  // namespace votum::rules

#endif  // VOTUM_RULES_EMBEDDED_PROFILES_H_
