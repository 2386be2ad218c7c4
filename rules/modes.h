// Open, by roll call, secret: the mode in which a vote is taken, from the demands made (NRW: § 50
// (1) GO NRW; secret goes before roll call).
#ifndef VOTUM_RULES_MODES_H_
#define VOTUM_RULES_MODES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// The bases of the shares.
struct Bases {
  uint32_t present = 0;
  uint32_t seated = 0;
  uint32_t statutory = 0;
};

// A demand for a mode.
struct ModeRequest {
  v1::Mode mode = v1::MODE_UNSPECIFIED;
  uint32_t supporters = 0;
  bool by_faction = false;   // demanded by a parliamentary group as such
  bool by_majority = false;  // resolved by the council
};

// The fewest members who must demand a mode; 1 where any member can.
uint64_t NeededSupporters(const v1::RequestRule& rule, const Bases& bases);

// Whether `request` has enough support under `rule`.
bool IsEnough(const v1::RequestRule& rule, const Bases& bases, const ModeRequest& request);

struct ModeDecision {
  v1::Mode mode = v1::MODE_OPEN;
  v1::Text reason;
};

// The first of rule.precedence (secret, roll call, open where it is empty) that was demanded by
// enough. Requests for a mode that cannot be demanded are ignored. The order of `requests` does not
// matter.
ModeDecision DecideMode(const v1::ModeRule& rule, const Bases& bases,
                        const std::vector<ModeRequest>& requests);

}  // namespace votum::rules

#endif  // VOTUM_RULES_MODES_H_
