// The result that the votes and the frozen rules give. Pure functions of a vote and its motion.
#ifndef VOTUM_CORE_MEETINGS_RESULT_H_
#define VOTUM_CORE_MEETINGS_RESULT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/command/command_context.h"
#include "core/meetings/motions.h"
#include "core/meetings/vote_event.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::meetings {

// The count of all votes that were given (Popolo: Count).
v1::Tally Count(const VoteEventEntry& event, const MotionEntry& motion);

// The result with its arithmetic; index 0. Where the rules leave a tie to the person who presides,
// the outcome is unspecified. FAILED_PRECONDITION/VOTE_OPEN while the vote is open, COUNT_MISSING
// before the count of a secret vote is confirmed, NOT_DECRYPTED before its urn is open,
// VOTE_ABANDONED.
absl::StatusOr<v1::Result> ComputeResult(const VoteEventEntry& event, const MotionEntry& motion,
                                         const rules::v1::RuleProfile& profile);

// The same from any tally of the vote's ballots, however they came to be counted.
v1::Result ResultOf(const VoteEventEntry& event, const MotionEntry& motion,
                    const rules::v1::RuleProfile& profile, v1::Tally tally);

// Whether those who could vote are a quorum by the arithmetic of `profile`, the vote's; presumed or not.
bool IsQuorate(const VoteEventEntry& event, const rules::v1::RuleProfile& profile);

// `tally` is possible as a count of ballot papers with the question of `motion`:
// INVALID_ARGUMENT/BAD_CANDIDATES.
absl::Status CheckPaperCount(const MotionEntry& motion, const v1::Tally& tally);

// `stated` agrees with `computed`, or decides a tie that is left to the person who presides:
// INVALID_ARGUMENT/RESULT_DIFFERS.
absl::Status CheckStated(const v1::Result& computed, const v1::EstablishResult& stated);
// The result as it is established by a command that CheckStated accepts.
v1::Result Establish(const CommandContext& context, v1::Result computed,
                     const v1::EstablishResult& stated);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_RESULT_H_
