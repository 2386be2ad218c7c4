#include "base/refusal.h"

#include <optional>

#include "absl/strings/cord.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

TEST(RefusalTest, CarriesReasonBesideCodeAndMessage) {
  const absl::Status status = Refuse(Reason::kVoteClosed, "vote v1 is closed");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "vote v1 is closed");
  EXPECT_EQ(ReasonOf(status), Reason::kVoteClosed);
  EXPECT_EQ(ReasonTextOf(status), "VOTE_CLOSED");
}

TEST(RefusalTest, OtherErrorsHaveNoReason) {
  for (const absl::Status& status : {absl::OkStatus(), absl::InternalError("x")}) {
    EXPECT_EQ(ReasonOf(status), std::nullopt);
    EXPECT_EQ(ReasonTextOf(status), "");
  }
}

TEST(RefusalTest, AReasonOfANewerProgramKeepsItsTextAndCode) {
  const absl::Status status =
      RefusedElsewhere(absl::StatusCode::kAborted, "NOT_INVENTED_YET", "too new");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), std::nullopt);
  EXPECT_EQ(ReasonTextOf(status), "NOT_INVENTED_YET");
}

TEST(RefusalTest, AReasonThatIsKnownKeepsTheCodeOfTheProgramThatGaveIt) {
  const absl::Status status =
      RefusedElsewhere(absl::StatusCode::kUnavailable, "VOTE_CLOSED", "vote v1 is closed");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kVoteClosed);
}

TEST(RefusalTest, RewordingChangesTheMessageAlone) {
  absl::Status status = Refuse(Reason::kBadCsv, "no column yes");
  status.SetPayload("other", absl::Cord("kept"));
  const absl::Status reworded = Reworded(status, "file.csv: no column yes");
  EXPECT_EQ(reworded.message(), "file.csv: no column yes");
  EXPECT_EQ(reworded.code(), status.code());
  EXPECT_EQ(ReasonOf(reworded), Reason::kBadCsv);
  EXPECT_EQ(reworded.GetPayload("other"), "kept");
}

}  // namespace
}  // namespace votum
