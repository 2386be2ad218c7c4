// The ledger's start on a database that was changed behind its back, left half-way or written by
// another version.
#include <string>

#include "base/status_matchers.h"
#include "crypto/checkpoint.h"
#include "gtest/gtest.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "tests/unit/ledger/ledger_fixture.h"

namespace votum::ledger {
namespace {

using LedgerStartTest = LedgerTest;

TEST_P(LedgerStartTest, ALogOfTheOlderSchemaGoesOn) {
  const common::v1::SignedCommand command = Command("id-1");
  {
    const auto ledger = Open();
    ASSERT_OK(Append(**ledger, command));
    ASSERT_OK(Append(**ledger, Command()));
  }
  const std::string schema = backend_->Schema();
  backend_->MakeSchema1();
  ASSERT_NE(backend_->Schema(), schema);
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_EQ(backend_->Schema(), schema);
  EXPECT_EQ(Append(**ledger, command)->index(), 0u);
  EXPECT_EQ(Append(**ledger, Command())->index(), 2u);
  ExpectProves(*(*ledger)->GetReceipt(1));
}

TEST_P(LedgerStartTest, ADatabaseOfANewerSchemaIsLeftAlone) {
  ASSERT_OK(Open());
  backend_->Run(GetParam() == Kind::kSqlite ? "PRAGMA user_version = 99"
                                            : "UPDATE sequencer SET schema = 99");
  EXPECT_THAT(Open(), IsRefused(Reason::kNewerSchema));
  EXPECT_EQ(backend_->Schema(), "99");
}

TEST_P(LedgerStartTest, AFlippedBitIsFoundAtTheStartAndNamed) {
  {
    const auto ledger = Open();
    for (int i = 0; i < 10; ++i) ASSERT_OK(Append(**ledger, Command()));
  }
  backend_->Run("UPDATE entry SET record = record || " + backend_->Literal(std::string(1, '\0')) +
                " WHERE idx = 6");
  const auto ledger = Open();
  EXPECT_THAT(ledger, IsRefused(Reason::kLogDamaged));
  EXPECT_THAT(std::string(ledger.status().message()), ::testing::HasSubstr("record 6"));
}

TEST_P(LedgerStartTest, AnOlderBackupIsNotSignedOn) {
  {
    const auto ledger = Open();
    for (int i = 0; i < 10; ++i) ASSERT_OK(Append(**ledger, Command()));
  }
  backend_->Run("DELETE FROM entry WHERE idx >= 7");
  EXPECT_THAT(Open(), IsRefused(Reason::kLogShorter));
}

TEST_P(LedgerStartTest, DurableEntriesBeyondTheCheckpointAreSignedAtTheStart) {
  std::string old_note;
  {
    const auto ledger = Open();
    for (int i = 0; i < 4; ++i) ASSERT_OK(Append(**ledger, Command()));
    old_note = (*ledger)->GetCheckpoint();
    for (int i = 0; i < 3; ++i) ASSERT_OK(Append(**ledger, Command()));
  }
  // As if the process had been killed between the two stores.
  const auto checkpoints = SqliteCheckpointStore::Open(folder_ + "/checkpoint.db");
  ASSERT_OK((*checkpoints)->Replace(*(*checkpoints)->Load(), old_note));
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_EQ((*ledger)->size(), 7u);
  EXPECT_EQ(crypto::OpenCheckpoint((*ledger)->GetCheckpoint(), Signer().verifier(), kOrigin)->size,
            7u);
}

TEST_P(LedgerStartTest, TheCheckpointIsSwappedOnlyForTheOneExpected) {
  const auto store = SqliteCheckpointStore::Open(folder_ + "/checkpoint.db");
  ASSERT_OK((*store)->Replace("", "one"));
  EXPECT_THAT((*store)->Replace("", "two"), IsRefused(Reason::kCheckpointChanged));
  EXPECT_EQ(*(*store)->Load(), "one");
}

INSTANTIATE_TEST_SUITE_P(Stores, LedgerStartTest, ::testing::Values(Kind::kSqlite, Kind::kPostgres),
                         NameOfKind);

}  // namespace
}  // namespace votum::ledger
