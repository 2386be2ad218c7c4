// Refusals: an absl::Status with a stable, machine-readable reason (base/reason.h).
//
// The message is for people: it names the object and the remedy, and may change. The runtime turns
// the reason into a google.rpc.ErrorInfo detail on the wire.
//
//   return Refuse(Reason::kVoteClosed,
//                 absl::StrCat("vote ", id, " was closed at record ", index,
//                              "; ask the chair to repeat it"));
#ifndef VOTUM_BASE_REFUSAL_H_
#define VOTUM_BASE_REFUSAL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/reason.h"

namespace votum {

// A status with the code of `reason` and `message`, carrying `reason`.
absl::Status Refuse(Reason reason, absl::string_view message);

// A refusal that another program made, which may be newer and know more reasons.
absl::Status RefusedElsewhere(absl::StatusCode code, absl::string_view reason_text,
                              absl::string_view message);

// `status` (not OK) with another message: same code, same reason.
absl::Status Reworded(const absl::Status& status, absl::string_view message);

// The reason that `status` carries; nothing for OK, for errors made elsewhere, and for reasons that
// this program does not know.
std::optional<Reason> ReasonOf(const absl::Status& status);

// Its text, also where this program does not know the reason; empty where there is none.
std::string ReasonTextOf(const absl::Status& status);

}  // namespace votum

#endif  // VOTUM_BASE_REFUSAL_H_
