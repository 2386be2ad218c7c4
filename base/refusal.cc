#include "base/refusal.h"

#include "absl/strings/cord.h"

namespace votum {
namespace {
constexpr char kReasonPayload[] = "votum/reason";
}  // namespace

absl::Status Refuse(Reason reason, absl::string_view message) {
  const ReasonRow& row = RowOfReason(reason);
  return RefusedElsewhere(row.code, row.text, message);
}

absl::Status RefusedElsewhere(absl::StatusCode code, absl::string_view reason_text,
                              absl::string_view message) {
  absl::Status status(code, message);
  status.SetPayload(kReasonPayload, absl::Cord(reason_text));
  return status;
}

absl::Status Reworded(const absl::Status& status, absl::string_view message) {
  absl::Status reworded(status.code(), message);
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    reworded.SetPayload(type, payload);
  });
  return reworded;
}

std::optional<Reason> ReasonOf(const absl::Status& status) {
  return ReasonNamed(ReasonTextOf(status));
}

std::string ReasonTextOf(const absl::Status& status) {
  auto payload = status.GetPayload(kReasonPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace votum
