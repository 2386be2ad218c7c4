// Proposes, with reasons, the order in which competing motions are put: the furthest-reaching
// first. The chair decides.
#ifndef VOTUM_RULES_AMENDMENTS_H_
#define VOTUM_RULES_AMENDMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// The effect that a motion would have on the matter, the furthest-reaching first.
enum class Reach {
  kNotConsider,  // not to deal with the matter (Nichtbefassung)
  kPostpone,     // another day
  kRefer,        // to a committee
  kReject,       // to reject the main motion
  kReplace,      // another text in the place of the main motion
  kAmend,        // a change of the main motion
  kMain,         // the main motion itself, put last
};

struct CompetingMotion {
  std::string id;
  Reach reach = Reach::kAmend;
  // The motion's distance from the main motion in their common measure (euros, metres); unset where
  // there is none.
  std::optional<uint64_t> distance;
  uint64_t order = 0;  // the order of moving
};

struct OrderedMotion {
  std::string id;
  v1::Text reason;
};

// By reach, then by distance (greatest first, unknown after known), then as they were moved.
std::vector<OrderedMotion> ProposeOrder(std::vector<CompetingMotion> motions);

}  // namespace votum::rules

#endif  // VOTUM_RULES_AMENDMENTS_H_
