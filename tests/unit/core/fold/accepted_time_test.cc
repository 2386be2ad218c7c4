// The log's time after the ledger has stopped for its clock: what two administrators accept, and
// what nobody can keep for later.
#include "core/fold/accepted_time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/status_matchers.h"
#include "core/command/timestamps.h"
#include "core/fold/acts.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"

namespace votum {
namespace {

namespace v1 = directory::v1;
using testing::Program;
using testing::SmallLog;

constexpr absl::Duration kMonth = absl::Hours(24 * 30);

class AcceptedTimeTest : public ::testing::Test {
 protected:
  uint64_t LastRecord() const { return log_.records().size() - 1; }

  static v1::AcceptTime Accept(uint64_t last_record, absl::Time time) {
    v1::AcceptTime accept;
    accept.set_last_record(last_record);
    *accept.mutable_time() = ToTimestamp(time);
    return accept;
  }

  // Both administrators accept `time`, which their devices show. The index of the confirmation.
  uint64_t AcceptByTwo(absl::Time time) {
    log_.StopClock(time);
    const uint64_t act = log_.Append("anna", Accept(LastRecord(), time));
    return log_.Confirm("bert", {act});
  }

  // Folds what is new, and why the record at `index` is void.
  std::optional<Reason> VoidReason(uint64_t index) {
    EXPECT_OK(program_.FoldAll());
    return program_.VoidReason(index);
  }
  const Fold& fold() const { return program_.fold(); }

  SmallLog log_;
  Program program_{log_};
};

TEST_F(AcceptedTimeTest, ALogWhoseTimeWasWrongGoesBackToTheTimeThatTwoAccept) {
  const absl::Time right = log_.time();
  log_.Wait(kMonth);
  log_.Register("clara");
  const absl::Time wrong = log_.time();
  const uint64_t confirmation = AcceptByTwo(right);
  EXPECT_EQ(VoidReason(confirmation - 1), std::nullopt)
      << "signed a month ago, by its record's time";
  EXPECT_EQ(VoidReason(confirmation), std::nullopt);
  EXPECT_EQ(log_.time(), wrong) << "both records bear the last one's time";
  EXPECT_EQ(fold().last_time(), right);
  const v1::Body body = fold().world().directory().GetBody();
  EXPECT_EQ(FromTimestamp(body.accepted_time()), right);
  EXPECT_EQ(body.accept_record(), confirmation);

  log_.StartClock(right);
  EXPECT_EQ(VoidReason(log_.Register("dora")), std::nullopt);
  EXPECT_EQ(fold().last_time(), right + absl::Seconds(1));
}

TEST_F(AcceptedTimeTest, ALogThatWasSilentForLongGoesOn) {
  const absl::Time later = log_.time() + 12 * kMonth;
  EXPECT_EQ(VoidReason(AcceptByTwo(later)), std::nullopt);
  log_.StartClock(later);
  EXPECT_EQ(VoidReason(log_.Register("clara")), std::nullopt);
}

TEST_F(AcceptedTimeTest, WithoutAConfirmNoRecordIsOlderThanTheOneBefore) {
  const absl::Time earlier = log_.time();
  log_.Wait(kMonth);
  log_.Register("clara");
  log_.StopClock(earlier);
  log_.Append("anna", Accept(LastRecord(), earlier));
  log_.StartClock(earlier);
  log_.Register("dora");
  EXPECT_EQ(program_.FoldAll().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AcceptedTimeTest, NoRecordIsOlderThanTheAcceptedTime) {
  const absl::Time accepted = log_.time();
  log_.Wait(kMonth);
  log_.Register("clara");
  AcceptByTwo(accepted);
  log_.StartClock(accepted - absl::Hours(1));
  log_.Register("dora");
  EXPECT_EQ(program_.FoldAll().code(), absl::StatusCode::kDataLoss);
}

// The ledger learns of the confirmation a moment later, and takes a few commands until then.
TEST_F(AcceptedTimeTest, RecordsOfTheOldTimeMayFollowTheConfirmation) {
  const absl::Time right = log_.time();
  log_.Wait(kMonth);
  log_.Register("clara");
  AcceptByTwo(right);
  const uint64_t late = log_.Register("dora");
  EXPECT_EQ(VoidReason(late), Reason::kExpired);
  log_.StartClock(right);
  EXPECT_EQ(VoidReason(log_.Register("emil")), std::nullopt);
}

TEST_F(AcceptedTimeTest, AnAcceptTimeCannotBeKeptForLater) {
  const uint64_t seen = LastRecord();
  log_.Register("clara");
  EXPECT_EQ(VoidReason(log_.Append("anna", Accept(seen, log_.time()))), Reason::kTimeWentOn);

  log_.StopClock(log_.time());
  const uint64_t act = log_.Append("anna", Accept(LastRecord(), log_.time()));
  EXPECT_EQ(VoidReason(act), std::nullopt);
  log_.StartClock(log_.time());
  log_.Register("dora");
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kTimeWentOn)
      << "the clock was put right, and the log has gone on";
  EXPECT_EQ(fold().world().directory().accept_record(), 0u);
}

TEST_F(AcceptedTimeTest, ATimeIsAcceptedOnce) {
  const absl::Time time = log_.time() + absl::Hours(2);
  const uint64_t seen = LastRecord();
  log_.StopClock(time);
  const uint64_t first = log_.Append("anna", Accept(seen, time));
  const uint64_t second = log_.Append("bert", Accept(seen, time + absl::Minutes(1)));
  const uint64_t confirmation = log_.Confirm("bert", {first});
  EXPECT_EQ(VoidReason(confirmation), std::nullopt);
  EXPECT_EQ(VoidReason(log_.Confirm("anna", {second})), Reason::kActLapsed);
  EXPECT_EQ(VoidReason(log_.Append("anna", Accept(confirmation, time))), std::nullopt)
      << "the clock may jump again before anything else is recorded";
}

TEST_F(AcceptedTimeTest, WhoeverConfirmsTooLateFindsItConfirmed) {
  const absl::Time later = log_.time() + 12 * kMonth;
  log_.StopClock(later);
  const uint64_t act = log_.Append("anna", Accept(LastRecord(), later));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), std::nullopt);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kAlreadyConfirmed)
      << "its record is a year old, which is no fault of whoever signed it now";
}

TEST_F(AcceptedTimeTest, ActsOfBeforeLapse) {
  log_.Register("clara");
  v1::EraseSubjects erase;
  erase.add_subjects(testing::SubjectOf("clara"));
  erase.set_legal_ground("Art. 17 GDPR");
  const uint64_t act = log_.Append("anna", std::move(erase));
  const absl::Time accepted = log_.time() - absl::Hours(1);
  EXPECT_EQ(VoidReason(AcceptByTwo(accepted)), std::nullopt);
  log_.StartClock(accepted);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kActLapsed)
      << "its 24 hours ran by a clock that was wrong";
}

TEST_F(AcceptedTimeTest, CommandsThatEndSomethingPassAServiceWhoseClockIsAhead) {
  ASSERT_OK(program_.FoldAll());
  v1::RevokeKey revoke;
  revoke.set_key_id(log_.KeyOf("bert").public_key().id());
  *revoke.mutable_reason() = testing::About("bert", "lost").ref;
  const Envelope lost = log_.Open("anna", std::move(revoke));
  EXPECT_OK(fold().Check(lost, log_.time() + kMonth)) << "the ledger gives it the last time";
  const Envelope entry = log_.Open("anna", testing::NewPerson("dora"));
  EXPECT_THAT(fold().Check(entry, log_.time() + kMonth), IsRefused(Reason::kExpired));
}

TEST_F(AcceptedTimeTest, MoreActsThanAConfirmMayNameAreNotLookedAt) {
  log_.StopClock(log_.time());
  const uint64_t act = log_.Append("anna", Accept(LastRecord(), log_.time()));
  ASSERT_OK(program_.FoldAll());
  v1::Confirm confirm = log_.ConfirmationOf({act});
  EXPECT_TRUE(StatedTime(fold().world(), log_.Open("bert", v1::Confirm(confirm))).has_value());
  while (confirm.acts_size() <= kMaxConfirmedActs) *confirm.add_acts() = confirm.acts(0);
  EXPECT_FALSE(StatedTime(fold().world(), log_.Open("bert", std::move(confirm))).has_value());
}

TEST_F(AcceptedTimeTest, TheStatedTimeSaysHowLongItIsGood) {
  const absl::Time devices = log_.time() + kMonth;
  log_.StopClock(devices);
  EXPECT_EQ(VoidReason(log_.Append("anna", Accept(LastRecord(), log_.time()))),
            Reason::kValidTooLong)
      << "signed a month after the time that it states";
  EXPECT_EQ(VoidReason(log_.Append("anna", Accept(LastRecord(), devices + absl::Hours(1)))),
            Reason::kExpired);
  EXPECT_EQ(VoidReason(log_.Append("anna", Accept(LastRecord() + 1, devices))),
            Reason::kNoSuchRecord);

  const uint64_t act = log_.Append("anna", Accept(LastRecord(), devices));
  log_.StopClock(devices + absl::Hours(25));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kValidTooLong)
      << "nobody confirms an act of more than a day ago";
  log_.StopClock(devices - absl::Hours(1));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kExpired);
  log_.StopClock(devices + absl::Hours(23));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), std::nullopt);
}

TEST_F(AcceptedTimeTest, AServiceWhoseClockIsBehindTheLogSaysSo) {
  const absl::Time right = log_.time();
  log_.Wait(kMonth);
  log_.Register("clara");
  ASSERT_OK(program_.FoldAll());
  log_.StopClock(right);
  const Envelope entry = log_.Open("anna", testing::NewPerson("dora"));
  EXPECT_THAT(fold().Check(entry, right), IsRefused(Reason::kClockJumped));
  EXPECT_THAT(fold().Check(entry, fold().last_time() - absl::Seconds(59)),
              IsRefused(Reason::kExpired))
      << "clocks may differ a little";
  const Envelope accept = log_.Open("anna", Accept(LastRecord(), right));
  EXPECT_OK(fold().Check(accept, right));
}

TEST_F(AcceptedTimeTest, ItNeedsTwoAdministrators) {
  const absl::Time time = log_.time();
  log_.StopClock(time);
  const uint64_t act = log_.Append("anna", Accept(LastRecord(), time));
  EXPECT_EQ(VoidReason(log_.Confirm("anna", {act})), Reason::kSamePerson);
  EXPECT_EQ(fold().world().directory().accept_record(), 0u);
}

}  // namespace
}  // namespace votum
