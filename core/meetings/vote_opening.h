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

// Errors, in this order:
//
//   FAILED_PRECONDITION/RULES_NOT_IN_FORCE
//   FAILED_PRECONDITION/QUORUM_CHALLENGED   a doubt waits for its count
//   FAILED_PRECONDITION/ITEM_POSTPONED      the count found too few
//   FAILED_PRECONDITION/NOT_QUORATE
//   FAILED_PRECONDITION/MODE_DEMANDED       enough members demand another mode
//   FAILED_PRECONDITION/MODE_NOT_ALLOWED
//   INVALID_ARGUMENT/BAD_MODE               only secret ballots can express this election
//   FAILED_PRECONDITION/TOO_FEW_VOTERS      the result would show how single members voted
absl::Status CheckMayOpen(const directory::DirectoryMachine& directory, absl::Time time,
                          const SittingEntry& sitting, const MotionEntry& motion,
                          const v1::OpenVote& command);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_VOTE_OPENING_H_
