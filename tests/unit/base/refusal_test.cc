#include "base/refusal.h"

#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(RefusalTest, CarriesReasonBesideCodeAndMessage) {
  const absl::Status status = RefusePrecondition("VOTE_CLOSED", "vote v1 is closed");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "vote v1 is closed");
  EXPECT_EQ(ReasonOf(status), "VOTE_CLOSED");
}

TEST(RefusalTest, OtherErrorsHaveNoReason) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
}

}  // namespace
}  // namespace votum
