// Proven errors in a vote with an established result: the vote counted again without them, and
// whether they were decisive. Pure functions of a vote, its motion and the errors.
//
// A result stands until the council decides anew, however wrong it is; German council law asks
// whether an error was decisive (Section 31 (6) GO NRW for members in conflict: the decision is only
// unlawful if it was). So a defect changes nothing. It is counted together with all defects
// recorded before: two votes too many may be decisive where each alone is not.
//
// Where the choice of a member concerned is not public (all but roll calls), or was never given,
// every choice that the ballot offered is tried. The answer then says no more than anybody may know.
#ifndef VOTUM_CORE_MEETINGS_DEFECTS_H_
#define VOTUM_CORE_MEETINGS_DEFECTS_H_

#include "absl/status/status.h"
#include "core/meetings/motions.h"
#include "core/meetings/vote_event.h"
#include "votum/meetings/v1/corrections.pb.h"

namespace votum::meetings {

// The most defects of one vote.
inline constexpr size_t kMaxDefects = 100;
// The most ways of voting that Reconsider tries; beyond, the errors are POSSIBLY decisive.
inline constexpr size_t kMaxWays = 300;
// Elections to more seats are only counted again where one tally alone is possible.
inline constexpr uint32_t kManySeats = 1000;

// `command` fits the vote, whose result is established: INVALID_ARGUMENT/BAD_DEFECT;
// ALREADY_EXISTS/DEFECT_RECORDED, also if the vote has kMaxDefects.
absl::Status CheckDefect(const VoteEventEntry& event, const MotionEntry& motion,
                         const v1::RecordDefect& command);

// The vote without its defects, of which it has at least one. `profile` is the vote's.
v1::Reconsideration Reconsider(const VoteEventEntry& event, const MotionEntry& motion,
                               const rules::v1::RuleProfile& profile);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_DEFECTS_H_
