// Decides what a reader is shown of a resource. Three rules:
//
//  - A running vote shows who may vote and how many have voted, but never how: no interim tallies.
//  - On a non-public item the public learns only that there was a vote, and its progress: nothing of
//    its quorum, nor of conflicts, and of a lot that it exists.
//  - After closing, each member's vote is shown for a roll call; for an open vote only to auditors
//    (everybody else sees counts; the log has the vote itself). A result that the chair has
//    not announced yet is shown to the council, not to the public, nor are the votes of a roll call,
//    from which everybody could count it.
#ifndef VOTUM_CORE_MEETINGS_REDACTION_H_
#define VOTUM_CORE_MEETINGS_REDACTION_H_

#include "core/command/audience.h"
#include "core/meetings/agenda_machine.h"
#include "votum/meetings/v1/lots.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// `agenda` tells which items are public.
v1::Attendance ForReader(v1::Attendance attendance, const AgendaMachine& agenda, Audience audience);
v1::Motion ForReader(v1::Motion motion, Audience audience);
// `is_public` tells whether the item of its vote is.
v1::Lot ForReader(v1::Lot lot, bool is_public, Audience audience);
// `may_read` tells whether the reader may be shown the archive (SecretVotes::MayReadArchive).
v1::SecretVote ForReader(v1::SecretVote vote, bool may_read);
v1::VoteEvent ForReader(v1::VoteEvent event, Audience audience);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_REDACTION_H_
