// Refusals: an absl::Status with a stable, machine-readable reason.
//
// A reason is an UPPER_SNAKE_CASE word that clients may depend on (AIP-193:
// google.rpc.ErrorInfo.reason); the message is for people, names the object and the remedy, and may
// change. services/runtime turns the reason into an ErrorInfo detail on the wire. docs/protocol.md
// lists all reasons.
//
//   return Refuse(absl::StatusCode::kFailedPrecondition, "VOTE_CLOSED",
//                 absl::StrCat("vote ", id, " was closed at record ", index,
//                              "; ask the chair to repeat it"));
#ifndef VOTUM_BASE_REFUSAL_H_
#define VOTUM_BASE_REFUSAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace votum {

// A status of `code` (never kOk) with `message`, carrying `reason`.
absl::Status Refuse(absl::StatusCode code, absl::string_view reason, absl::string_view message);

// Shorthands for the codes that domain code uses most.
absl::Status RefuseArgument(absl::string_view reason,
                            absl::string_view message);  // INVALID_ARGUMENT
absl::Status RefusePrecondition(absl::string_view reason,
                                absl::string_view message);  // FAILED_PRECONDITION
absl::Status RefusePermission(absl::string_view reason,
                              absl::string_view message);  // PERMISSION_DENIED
absl::Status RefuseNotFound(absl::string_view reason, absl::string_view message);  // NOT_FOUND
absl::Status RefuseExists(absl::string_view reason, absl::string_view message);    // ALREADY_EXISTS

// The reason in `status`; empty for OK and for errors made elsewhere.
std::string ReasonOf(const absl::Status& status);

}  // namespace votum

#endif  // VOTUM_BASE_REFUSAL_H_
