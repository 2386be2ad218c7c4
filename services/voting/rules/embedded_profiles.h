// The texts of profiles/*.textproto, embedded at build time.
#ifndef VOTUM_SERVICES_VOTING_RULES_EMBEDDED_PROFILES_H_
#define VOTUM_SERVICES_VOTING_RULES_EMBEDDED_PROFILES_H_

#include <vector>

namespace votum::rules {

const std::vector<const char*>& EmbeddedProfileTexts();

}  // namespace votum::rules

#endif  // VOTUM_SERVICES_VOTING_RULES_EMBEDDED_PROFILES_H_
