// The ledger while its clock cannot be right.
#include <utility>

#include "base/status_matchers.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "gtest/gtest.h"
#include "tests/unit/ledger/ledger_fixture.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::ledger {
namespace {

namespace dv1 = directory::v1;

constexpr absl::Duration kMonth = absl::Hours(24 * 30);

class ClockStopTest : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    uptime_ = [this] { return passed_; };
  }

  // `command`, good for 10 minutes from `signed_at` on.
  template <typename Message>
  static common::v1::SignedCommand Signed(Message command, absl::Time signed_at) {
    command.mutable_header()->set_command_id(crypto::NewUuid());
    *command.mutable_header()->mutable_not_after() = ToTimestamp(signed_at + absl::Minutes(10));
    common::v1::SignedCommand signed_command;
    signed_command.set_payload_type(PayloadType(Message::descriptor()));
    signed_command.set_payload(command.SerializeAsString());
    signed_command.add_signatures()->set_key_id("key");
    return signed_command;
  }
  static common::v1::SignedCommand Accept(absl::Time time) {
    dv1::AcceptTime accept;
    *accept.mutable_time() = ToTimestamp(time);
    return Signed(std::move(accept), time);
  }
  static common::v1::SignedCommand ConfirmationOf(uint64_t act, absl::Time signed_at) {
    dv1::Confirm confirm;
    confirm.add_acts()->set_record(act);
    return Signed(std::move(confirm), signed_at);
  }

  // Appends a command of any kind; the time of its record.
  absl::StatusOr<absl::Time> TimeOf(Ledger& ledger, const common::v1::SignedCommand& command) {
    const auto receipt = Append(ledger, command);
    if (!receipt.ok()) return receipt.status();
    common::v1::Record record;
    EXPECT_TRUE(record.ParseFromString(receipt->record()));
    return FromTimestamp(record.time());
  }

  absl::Duration passed_ = absl::Hours(1);
};

TEST_P(ClockStopTest, NothingIsRecordedByAClockThatHasJumped) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  ASSERT_OK(Append(**ledger, Command("id-1")));
  const absl::Time last = clock_.now;
  clock_.now += kMonth;
  EXPECT_THAT(Append(**ledger, Command("id-2")), IsRefused(Reason::kClockJumped));
  EXPECT_OK(Append(**ledger, Command("id-1"))) << "a recorded command gets its receipt";

  const auto closed = TimeOf(**ledger, Signed(meetings::v1::CloseVote(), last));
  ASSERT_OK(closed) << "a vote can be closed";
  EXPECT_EQ(*closed, last) << "at the last record's time";
  EXPECT_THAT(Append(**ledger, Signed(meetings::v1::CloseVote(), clock_.now)),
              IsRefused(Reason::kClockJumped))
      << "it would be void at that time";

  clock_.now -= kMonth;
  EXPECT_OK(Append(**ledger, Command("id-2"))) << "it goes on as soon as the clock is right";
}

TEST_P(ClockStopTest, TwoAdministratorsLetItGoOn) {
  absl::Time wrong;
  {
    uptime_ = nullptr;
    const auto ledger = Open();
    ASSERT_OK(ledger);
    clock_.now += kMonth;
    wrong = clock_.now;
    ASSERT_OK(Append(**ledger, Command("id-1")));
    clock_.now -= kMonth;
  }
  uptime_ = [this] { return passed_; };
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_THAT(Append(**ledger, Command("id-2")), IsRefused(Reason::kClockJumped));
  EXPECT_THAT(Append(**ledger, Accept(clock_.now + absl::Minutes(2))),
              IsRefused(Reason::kClockDiffers));
  EXPECT_THAT(Append(**ledger, Accept(clock_.now - absl::Minutes(16))),
              IsRefused(Reason::kClockDiffers));

  const auto accepted = TimeOf(**ledger, Accept(clock_.now));
  ASSERT_OK(accepted);
  EXPECT_EQ(*accepted, wrong);
  EXPECT_THAT(Append(**ledger, ConfirmationOf(0, clock_.now)), IsRefused(Reason::kClockJumped))
      << "record 0 is no act that is taken now";
  EXPECT_THAT(Append(**ledger, ConfirmationOf(99, clock_.now)), IsRefused(Reason::kClockJumped));
  const auto confirmed = TimeOf(**ledger, ConfirmationOf(1, clock_.now));
  ASSERT_OK(confirmed);
  EXPECT_EQ(*confirmed, wrong);
  EXPECT_THAT(Append(**ledger, Command("id-2")), IsRefused(Reason::kClockJumped))
      << "only the fold knows that it is in effect";

  (*ledger)->AcceptTime(2, clock_.now);
  const auto next = TimeOf(**ledger, Command("id-2"));
  ASSERT_OK(next);
  EXPECT_EQ(*next, clock_.now);
  EXPECT_THAT(Append(**ledger, Accept(clock_.now)), IsRefused(Reason::kClockNotStopped));
}

TEST_P(ClockStopTest, WhatWasAcceptedIsForgottenOnceTheLogHasGoneOn) {
  absl::Time stated;
  absl::Time last;
  {
    const auto ledger = Open();
    ASSERT_OK(ledger);
    ASSERT_OK(Append(**ledger, Command("id-1")));
    clock_.now += kMonth;
    stated = clock_.now;
    ASSERT_OK(Append(**ledger, Accept(stated)));
    ASSERT_OK(Append(**ledger, ConfirmationOf(1, stated)));
    (*ledger)->AcceptTime(2, stated);
    passed_ += absl::Hours(1);
    clock_.now += absl::Hours(1);
    last = clock_.now;
    ASSERT_OK(Append(**ledger, Command("id-2")));
  }
  const auto ledger = Open();
  ASSERT_OK(ledger);
  (*ledger)->AcceptTime(2, stated);  // the fold says so at each start
  clock_.now -= absl::Seconds(30);
  const auto next = TimeOf(**ledger, Command("id-3"));
  ASSERT_OK(next);
  EXPECT_EQ(*next, last) << "no record is older than the one before";
}

TEST_P(ClockStopTest, AFullDiskDoesNotKeepTheTimeFromBeingAccepted) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  ASSERT_OK(Append(**ledger, Command("id-1")));
  free_bytes_ = kDiskReserve - 1;
  EXPECT_THAT(Append(**ledger, ConfirmationOf(0, clock_.now)), IsRefused(Reason::kDiskReserve));
  clock_.now += kMonth;
  EXPECT_OK(Append(**ledger, Accept(clock_.now)));
  EXPECT_OK(Append(**ledger, ConfirmationOf(1, clock_.now)));
}

INSTANTIATE_TEST_SUITE_P(Stores, ClockStopTest, ::testing::Values(Kind::kSqlite, Kind::kPostgres),
                         NameOfKind);

}  // namespace
}  // namespace votum::ledger
