// Until when a command may be recorded, and what the clock of its signer's device shows.
//
// A service judges both before it appends a command, by its own clock. The ledger's clock may differ
// from it, and its record's time decides: a record that expired on the way would be void, and an
// audit would blame the service for it. So the ledger judges the validity once more.
#ifndef VOTUM_LEDGER_VALIDITY_H_
#define VOTUM_LEDGER_VALIDITY_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "votum/common/v1/command.pb.h"

namespace votum::ledger {

struct Validity {
  absl::string_view name;  // of the command's type, "CastVote"; "command" if it is unknown here
  absl::Time not_after;
  absl::Duration longest;  // what the type allows; infinite if it is unknown here
  // By the clock of a person's device. Nothing for commands without actor, which anybody may send.
  std::optional<absl::Time> signed_at;
};

Validity ValidityOf(absl::string_view payload_type, const common::v1::CommandHeader& header);

// Whether a record of `time` is in the validity, as the fold judges it:
//
//   FAILED_PRECONDITION/EXPIRED      `time` is after not_after
//   INVALID_ARGUMENT/VALID_TOO_LONG  not_after is further ahead than the type allows
absl::Status CheckValidity(const Validity& validity, absl::Time time);

// Whether the signer's device shows about the time that the ledger's clock shows, `now`:
// FAILED_PRECONDITION/CLOCK_DIFFERS. A person may take as long to send a command as it is valid.
absl::Status CheckSignersClock(const Validity& validity, absl::Time now);

// Whether `validity` is a second opinion on `now`: a person has signed a command within
// kClockTolerance of it that is not meant to be kept.
bool VouchesFor(const Validity& validity, absl::Time now);

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_VALIDITY_H_
