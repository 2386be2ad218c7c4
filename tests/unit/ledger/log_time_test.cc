// When the clock of a log can be right, and which times its records bear.
#include "ledger/log_time.h"

#include <string>

#include "base/status_matchers.h"
#include "core/fold/accepted_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::ledger {
namespace {

constexpr absl::Duration kSecond = absl::Seconds(1);
constexpr absl::Duration kDay = absl::Hours(24);

class LogTimeTest : public ::testing::Test {
 protected:
  // Lets time pass, by both clocks.
  void Pass(absl::Duration duration) {
    uptime_ += duration;
    now_ += duration;
  }
  bool IsStopped() { return !time_.Check(now_).ok(); }
  // Appends a record, as the ledger does; its signer's device shows the same time.
  void Append() {
    const bool stopped = IsStopped();
    time_.Add(++index_, stopped ? time_.last() : time_.At(now_));
    if (!stopped) time_.Vouch(now_);
  }
  std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

  absl::Duration uptime_ = absl::Hours(5);
  absl::Time now_ = absl::FromUnixSeconds(1800000000);
  LogTime time_{[this] { return uptime_; }};
  uint64_t index_ = 0;
};

TEST_F(LogTimeTest, TheClockMayGoAndStandAndBeSetALittle) {
  EXPECT_FALSE(IsStopped()) << "the log is empty";
  Append();
  Pass(100 * kDay);
  EXPECT_FALSE(IsStopped()) << "time has passed";
  Append();
  EXPECT_EQ(time_.last(), now_);
  now_ -= kClockTolerance;
  EXPECT_FALSE(IsStopped());
  Append();
  EXPECT_EQ(time_.last(), now_ + kClockTolerance) << "no record is older than the one before";
  now_ += kClockTolerance;
  EXPECT_FALSE(IsStopped());
}

TEST_F(LogTimeTest, AClockThatJumpsStopsTheLedgerUntilItIsPutRight) {
  Append();
  const absl::Time last = time_.last();
  for (const absl::Duration jump :
       {30 * kDay, kClockTolerance + kSecond, -kClockTolerance - kSecond, -2 * kDay}) {
    SCOPED_TRACE(jump);
    Pass(absl::Hours(1));
    now_ += jump;
    EXPECT_THAT(time_.Check(now_), IsRefused(Reason::kClockJumped));
    Pass(absl::Hours(1));
    EXPECT_TRUE(IsStopped()) << "it does not get used to it";
    now_ -= jump;
    EXPECT_FALSE(IsStopped());
  }
  EXPECT_EQ(time_.last(), last);
}

// Behind the last reading, but not behind the last record, which is older.
TEST_F(LogTimeTest, AClockThatGoesBackIsFoundOutWhenNothingWasRecorded) {
  Append();
  Pass(3 * kDay);
  EXPECT_FALSE(IsStopped());
  now_ -= 2 * kDay;
  EXPECT_THAT(time_.Check(now_), IsRefused(Reason::kClockJumped));
}

TEST_F(LogTimeTest, AProcessThatStartsComparesTheClockWithTheLastRecord) {
  time_.Add(0, now_);
  now_ -= 2 * kDay;
  EXPECT_THAT(time_.Check(now_), IsRefused(Reason::kClockJumped));
  now_ += 2 * kDay + kLongestSilence + kSecond;
  EXPECT_THAT(time_.Check(now_), IsRefused(Reason::kClockJumped));
  now_ -= kSecond;
  EXPECT_FALSE(IsStopped()) << "councils have holidays";
}

// A machine starts five minutes off, and is set right as soon as it has a network.
TEST_F(LogTimeTest, AClockThatIsSetRightAfterAStartHasNotJumped) {
  time_.Add(0, now_ - kDay);
  EXPECT_FALSE(IsStopped());
  Pass(kSecond);
  now_ += absl::Minutes(5);
  EXPECT_FALSE(IsStopped()) << "no other clock has shown the time before";
  time_.Vouch(now_);
  now_ += absl::Minutes(5);
  EXPECT_THAT(time_.Check(now_), IsRefused(Reason::kClockJumped));
}

TEST_F(LogTimeTest, AClockDoesNotCreepAwayInSmallJumpsThatNobodyVouchesFor) {
  Append();
  now_ += 40 * kSecond;
  EXPECT_FALSE(IsStopped());
  now_ += 40 * kSecond;
  EXPECT_TRUE(IsStopped());
}

TEST_F(LogTimeTest, ARestartIsAWayOutOnlyWhereItHelps) {
  Append();
  Pass(absl::Hours(1));
  const auto says_restart = [&] {
    return MessageOf(time_.Check(now_)).find("restart") != std::string::npos;
  };
  now_ += absl::Hours(1);
  EXPECT_TRUE(says_restart());
  now_ -= absl::Hours(1) + 2 * kClockTolerance;
  EXPECT_TRUE(says_restart()) << "it has jumped back, but not before the last record";
  now_ -= absl::Hours(1);
  EXPECT_TRUE(IsStopped());
  EXPECT_FALSE(says_restart()) << "it stands before the last record";
  now_ += kLongestSilence + 2 * kDay;
  EXPECT_TRUE(IsStopped());
  EXPECT_FALSE(says_restart()) << "a process that starts does not believe such a silence";
}

TEST_F(LogTimeTest, AnAcceptedClockMayGoBack) {
  time_.Add(0, now_ + 30 * kDay);  // of a clock that was wrong
  EXPECT_TRUE(IsStopped());
  const absl::Time last = time_.last();
  index_ = 1;
  Append();
  Append();
  EXPECT_EQ(time_.last(), last);
  time_.Accept(index_, now_ - kSecond, now_);
  EXPECT_FALSE(IsStopped());
  EXPECT_EQ(time_.At(now_), now_);
  Append();
  EXPECT_EQ(time_.last(), now_);
}

TEST_F(LogTimeTest, AnAcceptedClockMayHaveJumpedAhead) {
  Append();
  now_ += 30 * kDay;
  EXPECT_TRUE(IsStopped());
  Append();
  const absl::Time stated = now_;
  Pass(absl::Hours(23));
  time_.Accept(index_, stated, now_);
  EXPECT_FALSE(IsStopped()) << "the second administrator came the next day";
  now_ += absl::Hours(1);
  EXPECT_TRUE(IsStopped()) << "this jump is another one";
}

// The second administrator has compared the clock at the Confirm, not later.
TEST_F(LogTimeTest, AClockThatJumpsAfterItsConfirmIsNotTheOneThatWasAccepted) {
  time_.Add(0, now_ + 30 * kDay);
  EXPECT_TRUE(IsStopped());
  const absl::Time stated = now_;
  Pass(absl::Hours(2));
  index_ = 1;
  Append();
  time_.Confirmed(index_, now_);
  Pass(kSecond);
  now_ += absl::Hours(3);  // less than the 24 hours in which a Confirm may come
  time_.Accept(index_, stated, now_);
  EXPECT_THAT(time_.Check(now_), IsRefused(Reason::kClockJumped));
  now_ -= absl::Hours(3);
  EXPECT_FALSE(IsStopped());
}

TEST_F(LogTimeTest, AClockConfirmedLateIsTheOneOfTheConfirm) {
  Append();
  now_ += 30 * kDay;
  Append();
  const absl::Time stated = now_;
  Pass(absl::Hours(23));
  Append();
  time_.Confirmed(index_, now_);
  Pass(2 * kDay);  // until the fold has come so far
  time_.Accept(index_, stated, now_);
  EXPECT_FALSE(IsStopped());
}

TEST_F(LogTimeTest, WhatWasAcceptedForAnotherTimeHasNoEffect) {
  Append();
  const absl::Time before = now_;
  Pass(absl::Hours(1));
  Append();
  time_.Accept(1, before - kDay, now_);
  EXPECT_EQ(time_.At(before), time_.last()) << "the log has gone on since record 1";

  now_ += 30 * kDay;
  Append();
  const absl::Time stated = now_;
  now_ += 2 * kDay;
  time_.Accept(index_, stated, now_);
  EXPECT_TRUE(IsStopped()) << "the clock shows another time by now than the one accepted";
}

TEST_F(LogTimeTest, EachAcceptanceCountsOnce) {
  Append();
  now_ += 30 * kDay;
  Append();
  time_.Accept(index_, now_, now_);
  EXPECT_FALSE(IsStopped());
  now_ += absl::Hours(2);
  time_.Accept(index_, now_ - absl::Hours(2), now_);
  EXPECT_TRUE(IsStopped());
}

TEST(LogTimeWithoutUptimeTest, AClockThatIsSetByHandMayDoAnything) {
  LogTime time(nullptr);
  const absl::Time now = absl::FromUnixSeconds(1800000000);
  time.Add(0, now);
  EXPECT_OK(time.Check(now - 100 * kDay));
  EXPECT_EQ(time.At(now - 100 * kDay), now);
  EXPECT_OK(time.Check(now + 1000 * kDay));
}

}  // namespace
}  // namespace votum::ledger
