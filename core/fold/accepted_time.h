// Commands that are recorded while the ledger has stopped for its clock: AcceptTime, and the
// Confirm of one.
//
// Their records bear the time of the last record before them, which may lie far from the present in
// either direction. So it cannot decide whether such a command has expired. The time that the first
// person states decides instead, for a Confirm together with the 24 hours in which an act can be
// confirmed. Neither can be kept for later: both hold only while the log's time stands still.
#ifndef VOTUM_CORE_FOLD_ACCEPTED_TIME_H_
#define VOTUM_CORE_FOLD_ACCEPTED_TIME_H_

#include <optional>

#include "absl/time/time.h"
#include "core/fold/envelope.h"
#include "core/fold/world.h"

namespace votum {

// By how much a clock may stand before the last record, or differ from the time that has passed,
// before it is not trusted any more.
inline constexpr absl::Duration kClockTolerance = absl::Minutes(1);

// The time by which the validity of `envelope` is judged, if it is an AcceptTime or confirms one
// that `world` knows, confirmed already or not; nothing for all others, which are judged by their
// record's time.
std::optional<absl::Time> StatedTime(const World& world, const Envelope& envelope);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_ACCEPTED_TIME_H_
