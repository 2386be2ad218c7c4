// The ledger while its clock cannot be right.
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/status_matchers.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/unit/ledger/ledger_fixture.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::ledger {
namespace {

namespace dv1 = directory::v1;

constexpr absl::Duration kMonth = absl::Hours(24 * 30);

int CountOf(absl::string_view what, absl::string_view text) {
  return static_cast<int>(std::vector<std::string>(absl::StrSplit(text, what)).size()) - 1;
}

class ClockStopTest : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    uptime_ = [this] { return passed_; };
  }

  // `command` of a person, good for 10 minutes from `signed_at` on.
  template <typename Message>
  static common::v1::SignedCommand Signed(Message command, absl::Time signed_at,
                                          const std::string& id = crypto::NewUuid()) {
    command.mutable_header()->set_command_id(id);
    command.mutable_header()->set_actor("anna.amt");
    *command.mutable_header()->mutable_create_time() = ToTimestamp(signed_at);
    *command.mutable_header()->mutable_not_after() = ToTimestamp(signed_at + absl::Minutes(10));
    common::v1::SignedCommand signed_command;
    signed_command.set_payload_type(PayloadType(Message::descriptor()));
    signed_command.set_payload(command.SerializeAsString());
    signed_command.add_signatures()->set_key_id("key");
    return signed_command;
  }
  // A command that is not taken when the ledger has stopped, from a device whose clock is `off`.
  common::v1::SignedCommand Ordinary(const std::string& id = crypto::NewUuid(),
                                     absl::Duration off = absl::ZeroDuration()) const {
    return Signed(dv1::GrantOffice(), clock_.now + off, id);
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
  const common::v1::SignedCommand first = Ordinary("id-1");
  ASSERT_OK(Append(**ledger, first));
  const absl::Time last = clock_.now;
  clock_.now += kMonth;
  EXPECT_THAT(Append(**ledger, Ordinary("id-2")), IsRefused(Reason::kClockJumped));
  EXPECT_OK(Append(**ledger, first)) << "a recorded command gets its receipt";

  const auto closed = TimeOf(**ledger, Signed(meetings::v1::CloseVote(), last));
  ASSERT_OK(closed) << "a vote can be closed";
  EXPECT_EQ(*closed, last) << "at the last record's time";
  EXPECT_THAT(Append(**ledger, Signed(meetings::v1::CloseVote(), clock_.now)),
              IsRefused(Reason::kClockJumped))
      << "it would be void at that time";

  clock_.now -= kMonth;
  EXPECT_OK(Append(**ledger, Ordinary("id-2"))) << "it goes on as soon as the clock is right";
}

TEST_P(ClockStopTest, TwoAdministratorsLetItGoOn) {
  absl::Time wrong;
  {
    uptime_ = nullptr;
    const auto ledger = Open();
    ASSERT_OK(ledger);
    clock_.now += kMonth;
    wrong = clock_.now;
    ASSERT_OK(Append(**ledger, Ordinary("id-1")));
    clock_.now -= kMonth;
  }
  uptime_ = [this] { return passed_; };
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_THAT(Append(**ledger, Ordinary("id-2")), IsRefused(Reason::kClockJumped));
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
  EXPECT_THAT(Append(**ledger, Ordinary("id-2")), IsRefused(Reason::kClockJumped))
      << "only the fold knows that it is in effect";

  (*ledger)->AcceptTime(2, clock_.now);
  const auto next = TimeOf(**ledger, Ordinary("id-2"));
  ASSERT_OK(next);
  EXPECT_EQ(*next, clock_.now);
  EXPECT_THAT(Append(**ledger, Accept(clock_.now)), IsRefused(Reason::kClockNotStopped));
}

// Each second opinion is that of a device of its own.
TEST_P(ClockStopTest, TheSecondAdministratorsClockIsComparedToo) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  ASSERT_OK(Append(**ledger, Ordinary()));
  const absl::Time last = clock_.now;
  clock_.now += kMonth;
  ASSERT_OK(Append(**ledger, Accept(clock_.now)));
  ASSERT_OK(Append(**ledger, Signed(dv1::RevokeKey(), last)));
  for (const absl::Duration off : {absl::Minutes(2), -absl::Minutes(11), -kMonth}) {
    EXPECT_THAT(Append(**ledger, ConfirmationOf(1, clock_.now + off)),
                IsRefused(Reason::kClockDiffers))
        << off;
  }
  EXPECT_THAT(Append(**ledger, ConfirmationOf(2, clock_.now)), IsRefused(Reason::kClockJumped))
      << "the confirmation of another act would be void at its record's time";
  EXPECT_OK(Append(**ledger, ConfirmationOf(2, last)));
  EXPECT_OK(Append(**ledger, ConfirmationOf(1, clock_.now - absl::Minutes(9))));

  (*ledger)->AcceptTime(4, clock_.now);
  clock_.now += absl::Hours(2);
  EXPECT_THAT(Append(**ledger, Ordinary()), IsRefused(Reason::kClockJumped))
      << "this is not the clock that was confirmed";
  clock_.now -= absl::Hours(2);
  EXPECT_OK(Append(**ledger, Ordinary()));
}

TEST_P(ClockStopTest, AClockThatNobodyHasVouchedForMayBeSetRight) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  ASSERT_OK(Append(**ledger, Ordinary("id-1", absl::Minutes(4)))) << "it is good by both clocks";
  ASSERT_OK(Append(**ledger, Signed(meetings::v1::CastVote(), clock_.now)))
      << "a ballot may be hours old";
  clock_.now += absl::Minutes(4);
  ASSERT_OK(Append(**ledger, Ordinary("id-2")));
  clock_.now += absl::Minutes(4);
  EXPECT_THAT(Append(**ledger, Ordinary("id-3")), IsRefused(Reason::kClockJumped))
      << "the device of id-2 has shown the time before";
}

TEST_P(ClockStopTest, AStopIsLoggedAlsoIfNoCommandComes) {
  std::atomic<int64_t> passed = 3600;
  std::atomic<int> checks = 0;
  uptime_ = [&] {
    ++checks;
    return absl::Seconds(passed.load());
  };
  clock_check_ = absl::Milliseconds(1);
  const auto ledger = Open();
  ASSERT_OK(ledger);
  ASSERT_OK(Append(**ledger, Ordinary()));
  // A check has been logged when the second one after it begins.
  const auto await_checks = [&] {
    const int before = checks;
    return testing::Await([&] { return checks >= before + 3; });
  };
  ::testing::internal::CaptureStderr();
  passed -= 40;
  EXPECT_TRUE(await_checks());
  EXPECT_EQ(CountOf("the ledger has stopped", ::testing::internal::GetCapturedStderr()), 0);
  ::testing::internal::CaptureStderr();
  passed -= 40;  // idle checks do not get used to it
  EXPECT_TRUE(await_checks());
  passed += 80;
  EXPECT_TRUE(await_checks());
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(CountOf("the ledger has stopped", log), 1) << log;
  EXPECT_EQ(CountOf("the ledger goes by its clock again", log), 1) << log;
}

TEST_P(ClockStopTest, CommandsThatWouldBeVoidByTheLedgersClockAreNotRecorded) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  const common::v1::SignedCommand first = Ordinary();
  ASSERT_OK(Append(**ledger, first));
  clock_.now += absl::Minutes(11);
  passed_ += absl::Minutes(11);
  EXPECT_EQ(Append(**ledger, first)->index(), 0u) << "a recorded command gets its receipt";
  EXPECT_THAT(Append(**ledger, Ordinary("id-1", -absl::Minutes(11))), IsRefused(Reason::kExpired));
  EXPECT_THAT(Append(**ledger, Ordinary("id-1", absl::Minutes(6))),
              IsRefused(Reason::kValidTooLong));
  EXPECT_OK(Append(**ledger, Ordinary("id-1", absl::Minutes(5))));
  const absl::Time later = clock_.now + absl::Hours(12) - absl::Minutes(10);
  EXPECT_OK(Append(**ledger, Signed(meetings::v1::CastVote(), later))) << "12 hours ahead";
  EXPECT_THAT(Append(**ledger, Signed(meetings::v1::CastVote(), later + absl::Seconds(1))),
              IsRefused(Reason::kValidTooLong));
  free_bytes_ = kDiskReserve - 1;
  EXPECT_THAT(Append(**ledger, Signed(meetings::v1::CloseVote(), clock_.now - absl::Minutes(11))),
              IsRefused(Reason::kExpired));
}

TEST_P(ClockStopTest, WhatWasAcceptedIsForgottenOnceTheLogHasGoneOn) {
  absl::Time stated;
  absl::Time last;
  {
    const auto ledger = Open();
    ASSERT_OK(ledger);
    ASSERT_OK(Append(**ledger, Ordinary("id-1")));
    clock_.now += kMonth;
    stated = clock_.now;
    ASSERT_OK(Append(**ledger, Accept(stated)));
    ASSERT_OK(Append(**ledger, ConfirmationOf(1, stated)));
    (*ledger)->AcceptTime(2, stated);
    passed_ += absl::Hours(1);
    clock_.now += absl::Hours(1);
    last = clock_.now;
    ASSERT_OK(Append(**ledger, Ordinary("id-2")));
  }
  const auto ledger = Open();
  ASSERT_OK(ledger);
  (*ledger)->AcceptTime(2, stated);  // the fold says so at each start
  clock_.now -= absl::Seconds(30);
  const auto next = TimeOf(**ledger, Ordinary("id-3"));
  ASSERT_OK(next);
  EXPECT_EQ(*next, last) << "no record is older than the one before";
}

TEST_P(ClockStopTest, AFullDiskDoesNotKeepTheTimeFromBeingAccepted) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  ASSERT_OK(Append(**ledger, Ordinary("id-1")));
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
