// The ledger's start on a database that was changed behind its back, left half-way or written by
// another version.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/status_matchers.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "gmock/gmock.h"
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

// Beyond the first chapter, records are checked when they are read.
class EdgeTest : public LedgerTest {
 protected:
  // Appends until the log has `size` records; the ledger is closed then.
  void Grow(uint64_t size) {
    const auto ledger = Open();
    ASSERT_OK(ledger);
    std::vector<common::v1::SignedCommand> commands;
    for (uint64_t i = (*ledger)->size(); i < size; ++i) {
      commands_.push_back(Command());
      commands.push_back(commands_.back());
    }
    for (const auto& receipt : (*ledger)->AppendAll(commands, {"meetings"})) ASSERT_OK(receipt);
  }
  // Opens it, which reads all records if `reads_all`, and must give a sound ledger.
  void ExpectStarts(bool reads_all) {
    records_read_ = 0;
    const auto ledger = Open();
    ASSERT_OK(ledger);
    ASSERT_EQ((*ledger)->size(), commands_.size());
    EXPECT_EQ(records_read_, reads_all ? commands_.size() : commands_.size() % kChapterRecords);
    for (size_t i = 0; i < commands_.size(); i += 1 + i / 3) {
      const auto receipt = Append(**ledger, commands_[i]);
      ASSERT_OK(receipt) << i;
      EXPECT_EQ(receipt->index(), i) << "the id is known";
      ExpectProves(*receipt);
      EXPECT_OK((*ledger)->ConsistencyProof(i + 1, commands_.size()));
    }
    EXPECT_EQ((*ledger)->size(), commands_.size());
  }

  std::vector<common::v1::SignedCommand> commands_;
};

TEST_P(EdgeTest, TheLogGoesOnFromItsRightEdge) {
  for (const uint64_t size : {1u, 255u, 256u, 257u, 300u, 511u, 512u, 700u}) {
    SCOPED_TRACE(size);
    Grow(size);
    ExpectStarts(false);
  }
}

TEST_P(EdgeTest, WithoutAnEdgeAllRecordsAreReadOnce) {
  Grow(700);
  backend_->Run("DELETE FROM chapter");
  ExpectStarts(true);
  ExpectStarts(false);
  backend_->Run("DELETE FROM chapter WHERE number = 1");
  ExpectStarts(true);
  ExpectStarts(false);
}

TEST_P(EdgeTest, AnEdgeThatIsWrongIsNotBelieved) {
  Grow(700);
  const std::string zeros = backend_->Literal(std::string(32, '\0'));
  for (const std::string& change : std::vector<std::string>{
           "UPDATE chapter SET root = " + zeros + " WHERE number = 1",
           "UPDATE chapter SET ids = seal || ids WHERE number = 0",
           "UPDATE chapter SET seal = " + zeros + " WHERE number = 1",
           "UPDATE chapter SET ids = (SELECT ids FROM chapter WHERE number = 0) WHERE "
           "number = 1",
           "UPDATE chapter SET (root, ids, seal) = (SELECT root, ids, seal FROM chapter "
           "WHERE number = 0) WHERE number = 1"}) {
    SCOPED_TRACE(change);
    backend_->Run(change);
    ExpectStarts(true);
    ExpectStarts(false);
  }
}

// Chapters that were sealed for another log, or for this one before it was restored.
TEST_P(EdgeTest, AnEdgeOfAnotherLogIsNotBelieved) {
  Grow(300);
  const std::string root = backend_->Run("SELECT " + backend_->Hex("root") + " FROM chapter");
  const std::string ids = backend_->Run("SELECT " + backend_->Hex("ids") + " FROM chapter");
  const std::string seal = backend_->Run("SELECT " + backend_->Hex("seal") + " FROM chapter");
  const auto literal = [this](const std::string& hex) {
    return backend_->Literal(*crypto::HexDecode(absl::AsciiStrToLower(hex)));
  };
  SetUp();  // a new log, with the same keys
  commands_.clear();
  Grow(300);
  backend_->Run("UPDATE chapter SET root = " + literal(root) + ", ids = " + literal(ids) +
                ", seal = " + literal(seal));
  ExpectStarts(true);
  ExpectStarts(false);
}

TEST_P(EdgeTest, ARecordThatWasChangedIsFoundWhenItIsRead) {
  Grow(600);
  backend_->Run("UPDATE entry SET record = record || " + backend_->Literal(std::string(1, '\0')) +
                " WHERE idx = 6");
  const auto ledger = Open();
  ASSERT_OK(ledger);
  const auto damaged = (*ledger)->Read(0, 100, 1 << 20);
  EXPECT_THAT(damaged, IsRefused(Reason::kLogDamaged));
  EXPECT_THAT(std::string(damaged.status().message()), ::testing::HasSubstr("record 6 "));
  EXPECT_THAT((*ledger)->GetReceipt(6), IsRefused(Reason::kLogDamaged));
  EXPECT_THAT(Append(**ledger, commands_[6]), IsRefused(Reason::kLogDamaged));
  ExpectProves(*(*ledger)->GetReceipt(7));
  ExpectProves(*Append(**ledger, Command()));
}

TEST_P(EdgeTest, ALeafThatWasChangedWithItsRecordIsFoundWhenItIsRead) {
  Grow(600);
  const std::string swap = "(SELECT leaf FROM entry WHERE idx = 8)";
  backend_->Run("UPDATE entry SET leaf = " + swap +
                ", salt = (SELECT salt FROM entry WHERE idx = 8), record = (SELECT record FROM "
                "entry WHERE idx = 8) WHERE idx = 6");
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_THAT((*ledger)->Read(0, 100, 1 << 20), IsRefused(Reason::kLogDamaged));
  EXPECT_THAT((*ledger)->GetReceipt(7), IsRefused(Reason::kLogDamaged))
      << "no proof without the leaves of its chapter";
  ExpectProves(*(*ledger)->GetReceipt(300));
}

TEST_P(EdgeTest, ARecordThatIsMissingIsFoundWhenItIsRead) {
  Grow(600);
  backend_->Run("DELETE FROM entry WHERE idx = 6");
  const auto ledger = Open();
  ASSERT_OK(ledger);
  const auto missing = (*ledger)->Read(0, 100, 1 << 20);
  EXPECT_THAT(missing, IsRefused(Reason::kLogDamaged));
  EXPECT_THAT(std::string(missing.status().message()),
              ::testing::HasSubstr("record 6 of the database is missing"));
}

TEST_P(EdgeTest, AChangedRecordIsNamedAtTheStartIfThereIsNoEdge) {
  Grow(600);
  backend_->Run("UPDATE entry SET record = record || " + backend_->Literal(std::string(1, '\0')) +
                " WHERE idx = 6");
  backend_->Run("DELETE FROM chapter");
  const auto ledger = Open();
  EXPECT_THAT(ledger, IsRefused(Reason::kLogDamaged));
  EXPECT_THAT(std::string(ledger.status().message()), ::testing::HasSubstr("record 6 "));
}

TEST_P(EdgeTest, ChaptersBeyondTheCheckpointAreNotBelieved) {
  Grow(200);
  std::string old_note;
  {
    const auto ledger = Open();
    old_note = (*ledger)->GetCheckpoint();
  }
  Grow(600);
  const auto checkpoints = SqliteCheckpointStore::Open(folder_ + "/checkpoint.db");
  ASSERT_OK((*checkpoints)->Replace(*(*checkpoints)->Load(), old_note));
  backend_->Run("UPDATE chapter SET root = seal, ids = seal || ids");
  ExpectStarts(true);
  ExpectStarts(false);
}

TEST_P(EdgeTest, TheTimeOfTheLastRecordsIsFoundBehindChapters) {
  clock_.now += absl::Hours(1);
  Grow(256);
  clock_.now -= absl::Minutes(30);
  uptime_ = [] { return absl::ZeroDuration(); };
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_THAT(Append(**ledger, Command()), IsRefused(Reason::kClockJumped))
      << "the clock stands before the last record, which no tail shows";
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

INSTANTIATE_TEST_SUITE_P(Stores, EdgeTest, ::testing::Values(Kind::kSqlite, Kind::kPostgres),
                         NameOfKind);
INSTANTIATE_TEST_SUITE_P(Stores, LedgerStartTest, ::testing::Values(Kind::kSqlite, Kind::kPostgres),
                         NameOfKind);

}  // namespace
}  // namespace votum::ledger
