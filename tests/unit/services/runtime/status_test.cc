#include "platform/grpc/status.h"

#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(StatusTest, CodeMessageAndReasonSurviveTheWire) {
  const absl::Status there = Refuse(Reason::kAlreadyVoted, "you have voted; use CorrectVote");
  const absl::Status back = FromGrpc(ToGrpc(there));
  EXPECT_EQ(back.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(back.message(), there.message());
  EXPECT_EQ(ReasonOf(back), Reason::kAlreadyVoted);
}

TEST(StatusTest, AReasonOfANewerServerKeepsItsText) {
  const absl::Status there =
      RefusedElsewhere(absl::StatusCode::kAborted, "NOT_INVENTED_YET", "too new");
  const absl::Status back = FromGrpc(ToGrpc(there));
  EXPECT_EQ(back.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(back), std::nullopt);
  EXPECT_EQ(ReasonTextOf(back), "NOT_INVENTED_YET");
}

TEST(StatusTest, OkAndForeignErrorsPassThrough) {
  EXPECT_OK(FromGrpc(ToGrpc(absl::OkStatus())));
  const absl::Status foreign =
      FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone", "not a Status message"));
  EXPECT_EQ(foreign.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(foreign), std::nullopt);
}

}  // namespace
}  // namespace votum
