// Guarantees of the PostgreSQL store beyond EntryStore: one leader, no false acknowledgement, no
// endless call. ledger_test.cc covers the common guarantees of all stores.
#include "ledger/postgres_store.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/postgres.h"

namespace votum::ledger {
namespace {

NewEntry Entry(uint64_t index, const std::string& record) {
  NewEntry entry;
  entry.entry.index = index;
  entry.entry.record = record;
  entry.entry.salt = crypto::RandomBytes(32);
  const crypto::Digest leaf = crypto::Sha256({entry.entry.salt, record});
  entry.entry.leaf = std::string(crypto::AsBytes(leaf));
  return entry;
}

class PostgresStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = testing::PostgresServer::Shared();
    if (server_ == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed";
    options_.conninfo = server_->NewDatabase();
    options_.lease = absl::Milliseconds(400);
    options_.call = absl::Milliseconds(700);
    options_.patience = absl::Seconds(30);
  }

  std::unique_ptr<PostgresStore> Open() const {
    auto store = PostgresStore::Open(options_);
    EXPECT_OK(store);
    return *std::move(store);
  }
  std::unique_ptr<PostgresStore> OpenAndLead() const {
    auto store = Open();
    EXPECT_TRUE(*store->TryToLead());
    return store;
  }
  std::string Run(const std::string& sql) const {
    return testing::PostgresServer::Run(options_.conninfo, sql);
  }
  // Whether `store` leads within three leases.
  bool LeadsSoon(PostgresStore& store) const {
    return testing::Await([&] { return *store.TryToLead(); }, 3 * options_.lease);
  }

  testing::PostgresServer* server_ = nullptr;
  PostgresOptions options_;
};

TEST_F(PostgresStoreTest, OneLeadsAndTheNextTakesOverWhenItGoes) {
  auto first = OpenAndLead();
  const auto second = Open();
  EXPECT_FALSE(LeadsSoon(*second)) << "the first still beats";
  EXPECT_THAT(second->AppendBatch({Entry(0, "two")}), IsRefused(Reason::kNotLeader));
  EXPECT_OK(first->AppendBatch({Entry(0, "one")}));
  first.reset();
  EXPECT_TRUE(*second->TryToLead()) << "the first let go, nobody has to wait";
  EXPECT_OK(second->AppendBatch({Entry(1, "two")}));
  EXPECT_EQ(*second->Size(), 2u);
}

TEST_F(PostgresStoreTest, ASilentLeaderIsReplacedAndChangesNothingAnyMore) {
  PostgresOptions silent = options_;
  silent.lease = absl::Hours(1);  // beats three times in it
  const auto first = *PostgresStore::Open(silent);
  ASSERT_TRUE(*first->TryToLead());
  ASSERT_OK(first->AppendBatch({Entry(0, "one")}));
  const auto second = Open();
  ASSERT_TRUE(LeadsSoon(*second));
  EXPECT_THAT(first->AppendBatch({Entry(1, "of the first")}), IsRefused(Reason::kNotLeader));
  EXPECT_THAT(first->EraseSubject(std::string(16, 'a')), IsRefused(Reason::kNotLeader));
  EXPECT_EQ(*second->Size(), 1u);
  EXPECT_OK(second->AppendBatch({Entry(1, "of the second")}));
  EXPECT_EQ((*second->Read(1, 1, 1))[0].record, "of the second");
}

TEST_F(PostgresStoreTest, ADeposedLeaderIsToldWithoutAppending) {
  std::atomic<bool> told{false};
  options_.deposed = [&](const absl::Status& why) {
    EXPECT_EQ(ReasonOf(why), Reason::kNotLeader);
    told = true;
  };
  const auto store = OpenAndLead();
  Run("UPDATE sequencer SET epoch = epoch + 1, holder = 'another'");
  EXPECT_TRUE(testing::Await([&] { return told.load(); }, 3 * options_.lease));
}

TEST_F(PostgresStoreTest, ADatabaseThatLostTheLastBatchIsNotWrittenTo) {
  const auto store = OpenAndLead();
  ASSERT_OK(store->AppendBatch({Entry(0, "one"), Entry(1, "two")}));
  // As after a failover to a server that had not received it.
  Run("DELETE FROM entry WHERE idx = 1; UPDATE sequencer SET next = 1");
  EXPECT_THAT(store->AppendBatch({Entry(2, "three")}), IsRefused(Reason::kNotLeader));
  EXPECT_EQ(*store->Size(), 1u);
  Run("UPDATE sequencer SET next = 2");
  EXPECT_THAT(store->Size(), IsRefused(Reason::kLogShorter));
}

// Nobody confirms, and the wait for it is cancelled: PostgreSQL says COMMIT, and the row is there.
TEST_F(PostgresStoreTest, ACommitWithAWarningIsNoAcknowledgement) {
  const auto store = OpenAndLead();
  Run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  Run("SELECT pg_reload_conf()");
  // The setting takes effect some time after the reload, so entries are appended until one waits.
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> answered{0};
  absl::Status status;
  std::thread appender([&] {
    for (uint64_t i = 0; !stop && status.ok(); ++i) {
      status = store->AppendBatch({Entry(i, "an entry")});
      answered += status.ok();
    }
  });
  const std::string cancel =
      "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE application_name = "
      "'votum-ledger' AND wait_event = 'SyncRep'";
  const auto cancelled = [&] { return Run(cancel) != "0"; };
  EXPECT_TRUE(testing::Await(cancelled, options_.patience));
  const uint64_t before = answered;
  for (int again = 0; again < 5; ++again)
    EXPECT_TRUE(testing::Await(cancelled)) << "it was written and waited for again";
  EXPECT_EQ(Run("SELECT count(*) FROM entry"), absl::StrCat(before + 1)) << "on this server";
  EXPECT_EQ(answered, before) << "and on no other";
  stop = true;
  Run("ALTER SYSTEM RESET synchronous_standby_names");
  Run("SELECT pg_reload_conf()");
  appender.join();
  EXPECT_OK(status);
  EXPECT_EQ(Run("SELECT count(*) FROM entry"), absl::StrCat(before + 1)) << "not written again";
  EXPECT_EQ(Run("SELECT next FROM sequencer"), absl::StrCat(before + 1));
}

TEST_F(PostgresStoreTest, AFrozenServerHoldsNobodyForEver) {
  options_.patience = absl::Seconds(1);
  const auto store = OpenAndLead();
  ASSERT_OK(store->AppendBatch({Entry(0, "one")}));
  server_->Freeze();
  const absl::Time start = absl::Now();
  EXPECT_THAT(store->AppendBatch({Entry(1, "two")}), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(store->Read(0, 1, 1), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  server_->Thaw();
}

TEST_F(PostgresStoreTest, AppendsGoOnAfterTheServerCrashed) {
  const auto store = OpenAndLead();
  std::atomic<uint64_t> acknowledged{0};
  std::atomic<bool> stop{false};
  std::thread appender([&] {
    for (uint64_t i = 0; !stop; i += 3) {
      ASSERT_OK(store->AppendBatch({Entry(i, "a"), Entry(i + 1, "b"), Entry(i + 2, "c")}));
      acknowledged = i + 3;
    }
  });
  for (int crash = 0; crash < 3; ++crash) {
    const uint64_t before = acknowledged;
    EXPECT_TRUE(testing::Await([&] { return acknowledged >= before + 30; }))
        << "no progress before crash " << crash;
    server_->Crash();
    server_->Start();
  }
  stop = true;
  appender.join();
  EXPECT_EQ(*store->Size(), acknowledged);
}

TEST_F(PostgresStoreTest, ABatchTooLargeForOneStatementIsSeveralInOrder) {
  options_.call = absl::Seconds(20);
  const auto store = OpenAndLead();
  const std::string large(size_t{9} << 20, 'x');
  ASSERT_OK(store->AppendBatch({Entry(0, large), Entry(1, large), Entry(2, large)}));
  EXPECT_EQ(*store->Size(), 3u);
  EXPECT_EQ(store->Read(0, 10, large.size() + 1)->size(), 2u)
      << "the second begins below the limit";
  EXPECT_EQ(store->Read(0, 10, 1)->size(), 1u) << "at least one";
}

TEST_F(PostgresStoreTest, AServerThatMayLoseWhatItAcknowledgedIsRefused) {
  Run("ALTER SYSTEM SET full_page_writes = off");
  Run("SELECT pg_reload_conf()");
  ASSERT_TRUE(testing::Await([&] { return Run("SHOW full_page_writes") == "off"; }));
  EXPECT_THAT(PostgresStore::Open(options_), IsRefused(Reason::kUnsafeDatabase));
  Run("ALTER SYSTEM RESET full_page_writes");
  Run("SELECT pg_reload_conf()");
}

TEST(ConninfoTest, MustNameADatabaseAndHoldNoPassword) {
  using postgres::CheckConninfo;
  EXPECT_OK(CheckConninfo("postgresql://votum@10.0.0.1,10.0.0.2:5433/votum?sslmode=verify-full"));
  EXPECT_OK(CheckConninfo("host=/run/postgresql dbname=votum"));
  for (const char* const bad :
       {"postgresql://votum:secret@10.0.0.1/votum", "host=a dbname=b password=secret",
        "postgresql://votum@10.0.0.1", "no keyword", ""}) {
    EXPECT_THAT(CheckConninfo(bad), IsRefused(Reason::kBadLedger)) << bad;
    EXPECT_THAT(std::string(CheckConninfo(bad).message()),
                ::testing::Not(::testing::HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace votum::ledger
