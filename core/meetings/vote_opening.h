// The law's conditions for opening a vote: the rules in force, the quorum, the mode.
#ifndef VOTUM_CORE_MEETINGS_VOTE_OPENING_H_
#define VOTUM_CORE_MEETINGS_VOTE_OPENING_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/motions.h"
#include "core/meetings/sitting.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// Errors, in this order: FAILED_PRECONDITION/RULES_NOT_IN_FORCE; QUORUM_CHALLENGED, ITEM_POSTPONED
// while a doubt waits for its count, or the count found too few; NOT_QUORATE; MODE_DEMANDED where
// enough members demand another mode, MODE_NOT_ALLOWED; INVALID_ARGUMENT/BAD_MODE for an election
// that only secret ballots can express; FAILED_PRECONDITION/TOO_FEW_VOTERS where a secret vote
// would show how single members voted.
absl::Status CheckMayOpen(const directory::DirectoryMachine& directory, absl::Time time,
                          const SittingEntry& sitting, const MotionEntry& motion,
                          const v1::OpenVote& command);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_VOTE_OPENING_H_
