// What a vote says.
#ifndef VOTUM_SERVICES_VOTING_DOMAIN_CHOICE_H_
#define VOTUM_SERVICES_VOTING_DOMAIN_CHOICE_H_

#include "absl/status/status.h"
#include "votum/voting/v1/voting.pb.h"

namespace votum::voting {

// Yes, No or abstention: INVALID_ARGUMENT/BAD_CHOICE.
absl::Status CheckChoice(v1::Choice choice);

}  // namespace votum::voting

#endif  // VOTUM_SERVICES_VOTING_DOMAIN_CHOICE_H_
