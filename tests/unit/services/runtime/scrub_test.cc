#include "services/runtime/scrub.h"

#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"

namespace votum {
namespace {

using ::testing::AllOf;
using testing::FakeLedger;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::SmallLog;

class ScrubTest : public ::testing::Test {
 protected:
  ScrubTest() {
    log_.Register("carla");
    replica_.Start();
    Show(log_);
  }
  ~ScrubTest() override {
    scrub_.Stop();
    replica_.Stop();
  }

  void Show(const SmallLog& log) {
    ledger_.Show(log.records());
    ASSERT_OK(replica_.WaitFor(log.records().size() - 1, absl::Now() + absl::Seconds(60)));
  }
  Scrub MakeScrub(LedgerClient* ledger, absl::Duration every = absl::ZeroDuration()) {
    return Scrub(
        kDomains, log_.log_key(), &replica_, ledger, &metrics_,
        [this](const absl::Status& why) {
          why_ = why;
          stopped_.Notify();
        },
        {every, 0}, 1);
  }

  static inline const DomainSet kDomains = DomainSet::Closure(Domain::kDirectory);
  SmallLog log_;
  FakeLedger ledger_;
  SignatureCache cache_{1000};
  Metrics metrics_;
  absl::Notification stopped_;
  absl::Status why_;  // before stopped_
  Replica replica_{kDomains, log_.log_key(), &ledger_, &cache_, [](const absl::Status&) {}, nullptr,
                   1};
  Scrub scrub_ = MakeScrub(&ledger_);
};

TEST_F(ScrubTest, FindsTheStateOfTheLog) {
  EXPECT_OK(scrub_.Once());
  log_.Register("dora");
  Show(log_);
  EXPECT_OK(scrub_.Once());
}

TEST_F(ScrubTest, FindsAStateThatIsNotOfTheLog) {
  SmallLog other;  // of as many records
  other.Register("dora");
  ASSERT_EQ(other.records().size(), log_.records().size());
  FakeLedger others;
  others.Show(other.records());
  const absl::Status status = MakeScrub(&others).Once();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("directory"), HasSubstr("without its snapshot"),
                    Not(HasSubstr("carla")), Not(HasSubstr("voids"))));
}

// Tables remember their digests, and share entries with all copies of the state.
TEST_F(ScrubTest, FindsAnEntryThatChangedInMemory) {
  ASSERT_OK(scrub_.Once());
  const directory::PersonEntry* const entry =
      replica_.State()->world().directory().state().persons.Find("anna");
  ASSERT_NE(entry, nullptr);
  DigestOf(replica_.State()->world().directory().state());
  auto& offices = const_cast<directory::PersonEntry*>(entry)->offices;
  ASSERT_FALSE(offices.empty());
  offices.clear();
  EXPECT_THAT(scrub_.Once(), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(ScrubTest, FindsADamagedDatabase) {
  FakeLedger damaged;
  damaged.Show({log_.records()[0]});
  damaged.EndStreams(Refuse(Reason::kLogDamaged, "record 1 of the database is missing"));
  EXPECT_THAT(MakeScrub(&damaged).Once(), IsRefused(Reason::kLogDamaged));
}

TEST_F(ScrubTest, KnowsNothingIfTheLogCannotBeRead) {
  FakeLedger away;
  away.Show({log_.records()[0]});
  away.EndStreams(absl::UnavailableError("the ledger restarts"));
  EXPECT_THAT(MakeScrub(&away).Once(), HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(ScrubTest, ComesByItselfAndStopsTheProcessIfItFindsAFault) {
  FakeLedger damaged;
  damaged.EndStreams(Refuse(Reason::kLogDamaged, "record 0 of the database is missing"));
  Scrub scrub = MakeScrub(&damaged);
  scrub.Start();
  stopped_.WaitForNotification();
  EXPECT_THAT(why_, IsRefused(Reason::kLogDamaged));
}

TEST_F(ScrubTest, StopsWhileItWaitsForTheLogAndWhileItRests) {
  FakeLedger silent;
  Scrub waiting = MakeScrub(&silent);
  waiting.Start();
  Scrub resting = MakeScrub(&ledger_, absl::Hours(24 * 365));
  resting.Start();
  waiting.Stop();
  resting.Stop();
  EXPECT_FALSE(stopped_.HasBeenNotified());
}

}  // namespace
}  // namespace votum
