// Lists what rests on an act that somebody wants to take back.
//
// A counter-act (`takes_back` in its declaration) works from its own record on and never cascades: it
// does not take back a vote because its motion was wrong. So where anything rests on the act, the
// counter-act is refused, and the refusal names all of it and the road: what is open is taken back
// or ended first; what is final stands, and a new act (another vote, a repeal, an addendum) comes
// beside it.
#ifndef VOTUM_CORE_COMMAND_DEPENDENTS_H_
#define VOTUM_CORE_COMMAND_DEPENDENTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace votum {

struct Dependent {
  std::string name;  // "vote abstimmung-1 was opened on it"
  std::string road;  // "put a motion that repeals it"
};

// FAILED_PRECONDITION/HAS_DEPENDENTS with `act`, "motion antrag-1", and all of `dependents`; OK if
// there are none.
absl::Status CheckNothingRestsOn(absl::string_view act, const std::vector<Dependent>& dependents);

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_DEPENDENTS_H_
