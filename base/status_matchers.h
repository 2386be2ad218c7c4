// GoogleMock matchers for absl::Status and absl::StatusOr; for tests only.
#ifndef VOTUM_BASE_STATUS_MATCHERS_H_
#define VOTUM_BASE_STATUS_MATCHERS_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/refusal.h"
#include "gmock/gmock.h"

namespace votum {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status) {
  return status.status();
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// How GoogleTest shows a reason.
inline void PrintTo(Reason reason, std::ostream* out) { *out << ReasonText(reason); }

// A refusal with this stable reason.
MATCHER_P(IsRefused, reason, "is refused with reason " + std::string(ReasonText(reason))) {
  *result_listener << StatusOf(arg).ToString();
  return !StatusOf(arg).ok() && ReasonOf(StatusOf(arg)) == reason;
}

MATCHER_P(HasCode, code, "has status code " + absl::StatusCodeToString(code)) {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

#define EXPECT_OK(expression) EXPECT_THAT((expression), ::votum::IsOk())
#define ASSERT_OK(expression) ASSERT_THAT((expression), ::votum::IsOk())

}  // namespace votum

#endif  // VOTUM_BASE_STATUS_MATCHERS_H_
