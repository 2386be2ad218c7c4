#include "base/refusal.h"

#include "absl/strings/cord.h"

namespace votum {
namespace {
constexpr char kReasonPayload[] = "votum/reason";
}  // namespace

absl::Status Refuse(absl::StatusCode code, absl::string_view reason, absl::string_view message) {
  absl::Status status(code, message);
  status.SetPayload(kReasonPayload, absl::Cord(reason));
  return status;
}

absl::Status RefuseArgument(absl::string_view reason, absl::string_view message) {
  return Refuse(absl::StatusCode::kInvalidArgument, reason, message);
}

absl::Status RefusePrecondition(absl::string_view reason, absl::string_view message) {
  return Refuse(absl::StatusCode::kFailedPrecondition, reason, message);
}

absl::Status RefusePermission(absl::string_view reason, absl::string_view message) {
  return Refuse(absl::StatusCode::kPermissionDenied, reason, message);
}

absl::Status RefuseNotFound(absl::string_view reason, absl::string_view message) {
  return Refuse(absl::StatusCode::kNotFound, reason, message);
}

absl::Status RefuseExists(absl::string_view reason, absl::string_view message) {
  return Refuse(absl::StatusCode::kAlreadyExists, reason, message);
}

std::string ReasonOf(const absl::Status& status) {
  auto payload = status.GetPayload(kReasonPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace votum
