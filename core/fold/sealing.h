// Finds what a record seals, whoever folds it: judged by its bytes alone.
#ifndef VOTUM_CORE_FOLD_SEALING_H_
#define VOTUM_CORE_FOLD_SEALING_H_

#include <cstdint>

#include "absl/time/time.h"
#include "core/directory/directory_machine.h"
#include "core/fold/envelope.h"

namespace votum {

// Gives what the command of `envelope` seals, as the record at `index`, of `time`. References that
// cannot be ones, which only void records have, are left out.
//
// The keys of a secret vote, which OpenVote seals, are kept until EstablishResult. Whether that is
// in effect is not asked: not every process folds the meetings, and a service appends none that it
// has not found good. A CloseVote that gives the vote up releases nothing: where it is void, it is
// withheld (reach_log.h), and nothing may depend on it.
directory::Sealing SealingOf(const Envelope& envelope, uint64_t index, absl::Time time);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_SEALING_H_
