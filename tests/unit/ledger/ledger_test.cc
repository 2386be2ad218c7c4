#include "ledger/ledger.h"

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "ledger/postgres_store.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"
#include "tests/harness/postgres.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::ledger {
namespace {

constexpr char kOrigin[] = "votum.test/log";

class FakeClock : public Clock {
 public:
  absl::Time Now() override { return now; }
  absl::Time now = absl::FromUnixSeconds(1800000000);
};

// The storage of a test's entries, with direct access that bypasses the ledger.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual absl::StatusOr<std::unique_ptr<EntryStore>> Open() = 0;
  // Runs SQL; the first value of the first row.
  virtual std::string Run(const std::string& sql) = 0;
  // In this database's SQL: `bytes` as a literal, and a column's value in hexadecimal.
  virtual std::string Literal(const std::string& bytes) const = 0;
  virtual std::string Hex(const std::string& column) const = 0;
  // Turns the database into one of schema 1, which had a table of command ids, and returns the
  // schema's version.
  virtual void MakeSchema1() = 0;
  virtual std::string Schema() = 0;
  // Every byte of every file, after what the database keeps for a while has expired.
  virtual std::string AllBytes() = 0;
};

std::string BytesBelow(const std::string& folder) {
  std::string bytes;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder))
    if (file.is_regular_file()) bytes += ReadFile(file.path().string()).value_or("");
  return bytes;
}

class SqliteBackend : public Backend {
 public:
  explicit SqliteBackend(std::string folder) : folder_(std::move(folder)) {}
  absl::StatusOr<std::unique_ptr<EntryStore>> Open() override {
    return SqliteStore::Open(folder_ + "/entries.db");
  }
  std::string Run(const std::string& sql) override {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open((folder_ + "/entries.db").c_str(), &database), SQLITE_OK);
    std::string value;
    const auto keep = [](void* out, int, char** values, char**) {
      *static_cast<std::string*>(out) = values[0] == nullptr ? "" : values[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), keep, &value, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
    return value;
  }
  std::string Literal(const std::string& bytes) const override {
    return "x'" + crypto::HexEncode(bytes) + "'";
  }
  std::string Hex(const std::string& column) const override { return "hex(" + column + ")"; }
  void MakeSchema1() override {
    Run("CREATE TABLE command(id BLOB PRIMARY KEY, idx INTEGER NOT NULL REFERENCES entry(idx), "
        "digest BLOB NOT NULL) WITHOUT ROWID; INSERT INTO command SELECT salt, idx, leaf FROM "
        "entry; PRAGMA user_version = 1");
  }
  std::string Schema() override { return Run("PRAGMA user_version"); }
  std::string AllBytes() override { return BytesBelow(folder_); }

 private:
  const std::string folder_;
};

class PostgresBackend : public Backend {
 public:
  explicit PostgresBackend(testing::PostgresServer* server)
      : server_(*server), conninfo_(server->NewDatabase()) {}
  absl::StatusOr<std::unique_ptr<EntryStore>> Open() override {
    PostgresOptions options;
    options.conninfo = conninfo_;
    auto store = PostgresStore::Open(std::move(options));
    if (!store.ok()) return store.status();
    const auto leads = (*store)->TryToLead();
    if (!leads.ok()) return leads.status();
    EXPECT_TRUE(*leads) << "the one before did not let go";
    return std::move(store);
  }
  std::string Run(const std::string& sql) override {
    return testing::PostgresServer::Run(conninfo_, sql);
  }
  std::string Literal(const std::string& bytes) const override {
    return "'\\x" + crypto::HexEncode(bytes) + "'::bytea";
  }
  std::string Hex(const std::string& column) const override {
    return "encode(" + column + ", 'hex')";
  }
  void MakeSchema1() override {
    Run("CREATE TABLE command(id bytea PRIMARY KEY, idx bigint NOT NULL, digest bytea NOT NULL)");
    Run("INSERT INTO command SELECT salt, idx, leaf FROM entry");
    Run("UPDATE sequencer SET schema = 1");
  }
  std::string Schema() override { return Run("SELECT schema FROM sequencer"); }
  // Follows docs/operations-cluster.md.
  std::string AllBytes() override {
    Run("SELECT pg_switch_wal()");
    Run("CHECKPOINT");
    return BytesBelow(server_.data_folder());
  }

 private:
  testing::PostgresServer& server_;
  const std::string conninfo_;
};

enum class Kind { kSqlite, kPostgres };

class LedgerTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    folder_ = NewTestFolder("ledger");
    if (GetParam() == Kind::kSqlite) {
      backend_ = std::make_unique<SqliteBackend>(folder_);
      return;
    }
    testing::PostgresServer* const server = testing::PostgresServer::Shared();
    if (server == nullptr) GTEST_SKIP() << "PostgreSQL 15 is not installed";
    backend_ = std::make_unique<PostgresBackend>(server);
  }

  absl::StatusOr<std::unique_ptr<Ledger>> Open() {
    auto entries = backend_->Open();
    auto checkpoints = SqliteCheckpointStore::Open(folder_ + "/checkpoint.db");
    if (!entries.ok()) return entries.status();
    if (!checkpoints.ok()) return checkpoints.status();
    LedgerConfig config;
    config.clock = &clock_;
    config.fatal = [](const absl::Status& why) { FAIL() << why; };
    config.free_bytes = [this] { return free_bytes_.load(); };
    return Ledger::Open(*std::move(entries), *std::move(checkpoints), Signer(),
                        crypto::SecretBytes::CopyOf(std::string(32, 'k')), std::move(config));
  }

  static crypto::NoteSigner Signer() {
    const auto seed = crypto::SecretBytes::CopyOf(std::string(32, 's'));
    return *crypto::NoteSigner::Create(kOrigin, *crypto::PrivateKey::FromEd25519Seed(seed));
  }

  static common::v1::SignedCommand Command(const std::string& id = crypto::NewUuid(),
                                           const std::string& vote = "v") {
    meetings::v1::CastVote cast;
    cast.mutable_header()->set_command_id(id);
    cast.set_vote_event_id(vote);
    common::v1::SignedCommand command;
    command.set_payload_type("type");
    command.set_payload(cast.SerializeAsString());
    command.add_signatures()->set_key_id("key");
    return command;
  }

  static absl::StatusOr<common::v1::Receipt> Append(Ledger& ledger,
                                                    const common::v1::SignedCommand& command) {
    return ledger.Append(command, {"meetings"});
  }

  // The receipt proves its record against its own checkpoint.
  static void ExpectProves(const common::v1::Receipt& receipt) {
    const auto checkpoint =
        crypto::OpenCheckpoint(receipt.checkpoint(), Signer().verifier(), kOrigin);
    ASSERT_OK(checkpoint);
    std::vector<crypto::Digest> proof;
    for (const std::string& hash : receipt.inclusion_proof())
      proof.push_back(*crypto::DigestFromBytes(hash));
    const crypto::Digest leaf = crypto::Sha256({receipt.salt(), receipt.record()});
    EXPECT_OK(crypto::VerifyInclusion(crypto::HashLeaf(crypto::AsBytes(leaf)), receipt.index(),
                                      checkpoint->size, proof, checkpoint->root));
  }

  std::string folder_;
  std::unique_ptr<Backend> backend_;
  FakeClock clock_;
  std::atomic<uint64_t> free_bytes_ = kDiskReserve;
};

TEST_P(LedgerTest, ReceiptsProveAndSurviveReopening) {
  std::vector<common::v1::SignedCommand> commands;
  {
    const auto ledger = Open();
    ASSERT_OK(ledger);
    for (int i = 0; i < 20; ++i) {
      commands.push_back(Command());
      const auto receipt = Append(**ledger, commands.back());
      ASSERT_OK(receipt);
      EXPECT_EQ(receipt->index(), static_cast<uint64_t>(i));
      ExpectProves(*receipt);
    }
  }
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_EQ((*ledger)->size(), 20u);
  for (size_t i = 0; i < commands.size(); ++i) {
    const auto receipt = (*ledger)->GetReceipt(i);
    ASSERT_OK(receipt);
    ExpectProves(*receipt);
    common::v1::Record record;
    ASSERT_TRUE(record.ParseFromString(receipt->record()));
    EXPECT_EQ(record.payload(), commands[i].payload());
    EXPECT_EQ(record.service(), "meetings");
  }
  EXPECT_THAT((*ledger)->GetReceipt(20), IsRefused(Reason::kNoSuchRecord));
}

TEST_P(LedgerTest, ACommandIdCountsOnce) {
  const auto ledger = Open();
  const common::v1::SignedCommand command = Command("id-1");
  const auto first = Append(**ledger, command);
  const auto again = Append(**ledger, command);
  ASSERT_OK(again);
  EXPECT_EQ(first->record(), again->record());
  EXPECT_EQ((*ledger)->size(), 1u);
  EXPECT_THAT(Append(**ledger, Command("id-1", "other")), IsRefused(Reason::kCommandIdReused));
  common::v1::SignedCommand resigned = command;
  resigned.mutable_signatures(0)->set_signature("another");
  EXPECT_THAT(Append(**ledger, resigned), IsRefused(Reason::kCommandIdReused));
  resigned.clear_signatures();
  EXPECT_THAT(Append(**ledger, resigned), IsRefused(Reason::kCommandIdReused));
}

TEST_P(LedgerTest, TheLastSpaceOnTheDiskIsKeptForCommandsThatEndSomething) {
  const auto ledger = Open();
  const common::v1::SignedCommand recorded = Command("id-1");
  const auto first = Append(**ledger, recorded);
  ASSERT_OK(first);
  common::v1::SignedCommand close = Command("id-2");
  close.set_payload_type(PayloadType(meetings::v1::CloseVote::descriptor()));
  common::v1::SignedCommand open = Command("id-3");
  open.set_payload_type(PayloadType(meetings::v1::OpenVote::descriptor()));

  free_bytes_ = kDiskReserve - 1;
  EXPECT_THAT(Append(**ledger, open), IsRefused(Reason::kDiskReserve));
  EXPECT_THAT(Append(**ledger, Command("id-4")), IsRefused(Reason::kDiskReserve));
  EXPECT_OK(Append(**ledger, close));
  const auto again = Append(**ledger, recorded);
  ASSERT_OK(again) << "a recorded command gets its receipt";
  EXPECT_EQ(again->record(), first->record());
  const std::vector<common::v1::SignedCommand> both = {Command("id-5"), close};
  const auto answers = (*ledger)->AppendAll(both, {"meetings"});
  EXPECT_THAT(answers[0], IsRefused(Reason::kDiskReserve));
  EXPECT_OK(answers[1]);
  EXPECT_EQ((*ledger)->size(), 2u);

  free_bytes_ = kDiskReserve;
  EXPECT_OK(Append(**ledger, open)) << "it goes on as soon as there is room";
  EXPECT_EQ((*ledger)->size(), 3u);
}

TEST_P(LedgerTest, ACommandIdCountsOnceAlsoOverARestart) {
  std::vector<common::v1::SignedCommand> commands;
  std::vector<std::string> records;
  {
    const auto ledger = Open();
    for (int i = 0; i < 5; ++i) {
      commands.push_back(Command(absl::StrCat("id-", i)));
      records.push_back(Append(**ledger, commands.back())->record());
    }
  }
  const auto ledger = Open();
  ASSERT_OK(ledger);
  for (size_t i = 0; i < commands.size(); ++i) {
    const auto again = Append(**ledger, commands[i]);
    ASSERT_OK(again);
    EXPECT_EQ(again->record(), records[i]);
    ExpectProves(*again);
  }
  EXPECT_THAT(Append(**ledger, Command("id-3", "other")), IsRefused(Reason::kCommandIdReused));
  EXPECT_EQ((*ledger)->size(), 5u);
}

TEST_P(LedgerTest, ALogOfTheOlderSchemaGoesOn) {
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

TEST_P(LedgerTest, ADatabaseOfANewerSchemaIsLeftAlone) {
  ASSERT_OK(Open());
  backend_->Run(GetParam() == Kind::kSqlite ? "PRAGMA user_version = 99"
                                            : "UPDATE sequencer SET schema = 99");
  EXPECT_THAT(Open(), IsRefused(Reason::kNewerSchema));
  EXPECT_EQ(backend_->Schema(), "99");
}

TEST_P(LedgerTest, TakesNoCommandWhoseSignerHasSeenAnotherLog) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  const auto seeing = [](uint64_t size, const std::string& root) {
    meetings::v1::CastVote cast;
    cast.mutable_header()->set_command_id(crypto::NewUuid());
    cast.mutable_header()->set_seen_size(size);
    cast.mutable_header()->set_seen_root(root);
    common::v1::SignedCommand command = Command();
    command.set_payload(cast.SerializeAsString());
    return command;
  };
  crypto::MerkleTree tree;
  for (int i = 0; i < 5; ++i) {
    const auto receipt = Append(**ledger, Command());
    ASSERT_OK(receipt);
    const crypto::Digest leaf = crypto::Sha256({receipt->salt(), receipt->record()});
    tree.Append(crypto::AsBytes(leaf));
  }
  const auto root = [&tree](uint64_t size) {
    const crypto::Digest digest = *tree.RootAt(size);
    return std::string(crypto::AsBytes(digest));
  };
  EXPECT_OK(Append(**ledger, seeing(3, root(3))));
  EXPECT_OK(Append(**ledger, seeing(5, root(5))));
  EXPECT_THAT(Append(**ledger, seeing(3, root(4))), IsRefused(Reason::kViewForked));
  EXPECT_THAT(Append(**ledger, seeing(3, "")), IsRefused(Reason::kViewForked));
  EXPECT_THAT(Append(**ledger, seeing(100, root(5))), IsRefused(Reason::kViewForked));
  EXPECT_EQ((*ledger)->size(), 7u);
}

TEST_P(LedgerTest, ARecordSaysWhereItWasJudgedAndNotBeyondTheLog) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  ASSERT_OK(Append(**ledger, Command()));
  ASSERT_OK(Append(**ledger, Command()));
  const auto receipt = (*ledger)->Append(Command(), {"meetings", 1});
  ASSERT_OK(receipt);
  common::v1::Record record;
  ASSERT_TRUE(record.ParseFromString(receipt->record()));
  EXPECT_EQ(record.judged_at(), 1u);
  // Made in two parts, and yet the bytes of the message.
  EXPECT_EQ(record.SerializeAsString(), receipt->record());
  EXPECT_THAT((*ledger)->Append(Command(), {"meetings", 4}), IsRefused(Reason::kBadJudgedAt));
}

TEST_P(LedgerTest, SeveralAreAppendedInTheirOrderAndAnsweredEach) {
  const auto ledger = Open();
  std::vector<common::v1::SignedCommand> commands;
  for (int i = 0; i < 5; ++i) commands.push_back(Command(absl::StrCat("id-", i)));
  commands[1].set_payload("no header");
  commands[3] = commands[2];
  const auto receipts = (*ledger)->AppendAll(commands, {"meetings"});
  ASSERT_EQ(receipts.size(), commands.size());
  EXPECT_THAT(receipts[1], IsRefused(Reason::kBadCommand));
  std::vector<uint64_t> indexes;
  for (const size_t i : {0u, 2u, 3u, 4u}) {
    ASSERT_OK(receipts[i]);
    ExpectProves(*receipts[i]);
    indexes.push_back(receipts[i]->index());
  }
  EXPECT_THAT(indexes, ::testing::ElementsAre(0, 1, 1, 2));
  EXPECT_EQ((*ledger)->stats().batches, 1u);
}

TEST_P(LedgerTest, WhoDoesNotWaitIsCalledOnceWithTheAnswer) {
  const auto ledger = Open();
  std::vector<common::v1::SignedCommand> commands = {Command("id-1"), Command("id-2"),
                                                     Command("id-1"), Command("id-1", "other")};
  commands.emplace_back().set_payload("no header");
  std::vector<std::promise<absl::StatusOr<common::v1::Receipt>>> promises(commands.size());
  const auto append = [&](const common::v1::SignedCommand& command, auto& promise) {
    (*ledger)->AppendThen(command, {"meetings"},
                          [&promise](absl::StatusOr<common::v1::Receipt> receipt) {
                            promise.set_value(std::move(receipt));
                          });
  };
  for (size_t i = 0; i < commands.size(); ++i) append(commands[i], promises[i]);
  std::vector<absl::StatusOr<common::v1::Receipt>> answers;
  for (auto& promise : promises) answers.push_back(promise.get_future().get());
  for (const size_t i : {0u, 1u, 2u}) {
    ASSERT_OK(answers[i]);
    ExpectProves(*answers[i]);
    EXPECT_EQ(answers[i]->index(), i % 2);
  }
  EXPECT_THAT(answers[3], IsRefused(Reason::kCommandIdReused));
  EXPECT_THAT(answers[4], IsRefused(Reason::kBadCommand));
  EXPECT_EQ((*ledger)->size(), 2u);

  (*ledger)->Stop();
  std::promise<absl::StatusOr<common::v1::Receipt>> late;
  append(commands[0], late);
  EXPECT_THAT(late.get_future().get(), HasCode(absl::StatusCode::kUnavailable));
}

TEST_P(LedgerTest, ARecordIsTheBytesOfItsMessage) {
  const auto ledger = Open();
  common::v1::SignedCommand signed_by_two = Command();
  signed_by_two.mutable_signatures(0)->set_signature(std::string(300, 's'));
  *signed_by_two.add_signatures() = signed_by_two.signatures(0);
  common::v1::SignedCommand bare = Command();
  bare.clear_payload_type();
  bare.mutable_signatures(0)->Clear();
  for (const common::v1::SignedCommand& command : {Command(), signed_by_two, bare}) {
    for (const std::string service : {"meetings", ""}) {
      common::v1::SignedCommand other = command;
      meetings::v1::CastVote cast;
      ASSERT_TRUE(cast.ParseFromString(other.payload()));
      cast.mutable_header()->set_command_id(crypto::NewUuid());
      other.set_payload(cast.SerializeAsString());
      const auto receipt = ledger->get()->Append(other, {service});
      ASSERT_OK(receipt);
      common::v1::Record record;
      ASSERT_TRUE(record.ParseFromString(receipt->record()));
      EXPECT_EQ(record.SerializeAsString(), receipt->record());
      EXPECT_EQ(record.index(), receipt->index());
      EXPECT_EQ(FromTimestamp(record.time()), clock_.now);
      EXPECT_EQ(record.service(), service);
      EXPECT_EQ(record.payload_type(), other.payload_type());
      EXPECT_EQ(record.payload(), other.payload());
      ASSERT_EQ(record.signatures_size(), other.signatures_size());
      for (int i = 0; i < record.signatures_size(); ++i) {
        EXPECT_EQ(record.signatures(i).key_id(), other.signatures(i).key_id());
        EXPECT_EQ(record.signatures(i).signature(), other.signatures(i).signature());
      }
    }
  }
}

TEST_P(LedgerTest, ManyAtOnceKeepOneOrderAndShareTransactions) {
  const auto ledger = Open();
  constexpr int kThreads = 16;
  constexpr int kEach = 50;
  const common::v1::SignedCommand shared = Command("shared");
  std::vector<std::vector<uint64_t>> indexes(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto receipt = Append(**ledger, i == 7 ? shared : Command());
        ASSERT_OK(receipt);
        ExpectProves(*receipt);
        if (i != 7) indexes[t].push_back(receipt->index());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<uint64_t> all;
  for (const auto& list : indexes) all.insert(list.begin(), list.end());
  EXPECT_EQ(all.size(), static_cast<size_t>(kThreads * (kEach - 1)));
  EXPECT_EQ((*ledger)->size(), static_cast<uint64_t>(kThreads * (kEach - 1) + 1));
  EXPECT_LT((*ledger)->stats().batches, (*ledger)->stats().appends);
}

TEST_P(LedgerTest, TimeNeverGoesBackAlsoOverARestart) {
  {
    const auto ledger = Open();
    ASSERT_OK(Append(**ledger, Command()));
  }
  clock_.now -= absl::Hours(1);
  const auto ledger = Open();
  const auto receipt = Append(**ledger, Command());
  common::v1::Record record;
  record.ParseFromString(receipt->record());
  EXPECT_EQ(FromTimestamp(record.time()), clock_.now + absl::Hours(1));
}

TEST_P(LedgerTest, CheckpointsAreConsistent) {
  const auto ledger = Open();
  for (int i = 0; i < 9; ++i) ASSERT_OK(Append(**ledger, Command()));
  const auto old_checkpoint =
      crypto::OpenCheckpoint((*ledger)->GetCheckpoint(), Signer().verifier(), kOrigin);
  for (int i = 0; i < 5; ++i) ASSERT_OK(Append(**ledger, Command()));
  const auto new_checkpoint =
      crypto::OpenCheckpoint((*ledger)->GetCheckpoint(), Signer().verifier(), kOrigin);
  const auto proof = (*ledger)->ConsistencyProof(old_checkpoint->size, new_checkpoint->size);
  ASSERT_OK(proof);
  EXPECT_OK(crypto::VerifyConsistency(old_checkpoint->size, new_checkpoint->size, *proof,
                                      old_checkpoint->root, new_checkpoint->root));
  EXPECT_THAT((*ledger)->ConsistencyProof(0, 3), IsRefused(Reason::kBadSizes));
  EXPECT_THAT((*ledger)->ConsistencyProof(3, 99), IsRefused(Reason::kBadSizes));
}

TEST_P(LedgerTest, AFlippedBitIsFoundAtTheStartAndNamed) {
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

TEST_P(LedgerTest, AnOlderBackupIsNotSignedOn) {
  {
    const auto ledger = Open();
    for (int i = 0; i < 10; ++i) ASSERT_OK(Append(**ledger, Command()));
  }
  backend_->Run("DELETE FROM entry WHERE idx >= 7");
  EXPECT_THAT(Open(), IsRefused(Reason::kLogShorter));
}

TEST_P(LedgerTest, DurableEntriesBeyondTheCheckpointAreSignedAtTheStart) {
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

TEST_P(LedgerTest, TheCheckpointIsSwappedOnlyForTheOneExpected) {
  const auto store = SqliteCheckpointStore::Open(folder_ + "/checkpoint.db");
  ASSERT_OK((*store)->Replace("", "one"));
  EXPECT_THAT((*store)->Replace("", "two"), IsRefused(Reason::kCheckpointChanged));
  EXPECT_EQ(*(*store)->Load(), "one");
}

common::v1::Attachment Attachment(const std::string& subject, const std::string& content) {
  const crypto::Salt salt = crypto::NewSalt();
  const crypto::Digest commitment = crypto::Commit(salt, content);
  common::v1::Attachment attachment;
  attachment.set_commitment(std::string(crypto::AsBytes(commitment)));
  attachment.set_salt(std::string(salt.begin(), salt.end()));
  attachment.set_subject(subject);
  attachment.set_content(content);
  return attachment;
}

TEST_P(LedgerTest, AttachmentsAreSealedOnDiskAndOpenForServices) {
  const std::string secret = "Herr Beispiel, Musterweg 1";
  const common::v1::Attachment first = Attachment(std::string(16, 'a'), secret);
  const common::v1::Attachment second = Attachment(std::string(16, 'a'), "the same subject again");
  {
    const auto ledger = Open();
    common::v1::SignedCommand command = Command();
    *command.add_attachments() = first;
    ASSERT_OK(Append(**ledger, command));
    command = Command();
    *command.add_attachments() = second;
    ASSERT_OK(Append(**ledger, command));
  }
  EXPECT_THAT(backend_->AllBytes(), ::testing::Not(::testing::HasSubstr(secret)));
  const auto ledger = Open();
  EXPECT_EQ((*ledger)->GetAttachment(first.commitment())->content(), secret);
  EXPECT_EQ((*ledger)->GetAttachment(second.commitment())->content(), "the same subject again");
  EXPECT_THAT((*ledger)->GetAttachment(std::string(32, 'x')), IsRefused(Reason::kNoSuchAttachment));
}

TEST_P(LedgerTest, ErasedSubjectsLeaveNoByteBehind) {
  const std::string subject(16, 'a');
  const common::v1::Attachment erased = Attachment(subject, std::string(5000, 'e'));
  const common::v1::Attachment kept = Attachment(std::string(16, 'b'), "bleibt");
  const auto ledger = Open();
  for (const common::v1::Attachment& attachment : {erased, kept}) {
    common::v1::SignedCommand command = Command();
    *command.add_attachments() = attachment;
    ASSERT_OK(Append(**ledger, command));
  }
  const std::string box = *crypto::HexDecode(absl::AsciiStrToLower(
      backend_->Run("SELECT " + backend_->Hex("box") +
                    " FROM attachment WHERE subject = " + backend_->Literal(subject))));
  const std::string key = *crypto::HexDecode(absl::AsciiStrToLower(
      backend_->Run("SELECT " + backend_->Hex("box") +
                    " FROM subject_key WHERE subject = " + backend_->Literal(subject))));
  ASSERT_THAT(backend_->AllBytes(), ::testing::HasSubstr(key))
      << "the test looks at the right bytes";

  EXPECT_TRUE(*(*ledger)->EraseSubject(subject));
  EXPECT_FALSE(*(*ledger)->EraseSubject(subject)) << "nothing is left to do";
  const std::string bytes = backend_->AllBytes();
  EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr(key)));
  // A long box lies in several pages.
  for (size_t at = 0; at + 64 < box.size(); at += 64)
    EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr(box.substr(at, 64)))) << at;
  EXPECT_THAT((*ledger)->GetAttachment(erased.commitment()), IsRefused(Reason::kNoSuchAttachment));
  EXPECT_EQ((*ledger)->GetAttachment(kept.commitment())->content(), "bleibt");
  EXPECT_OK(Append(**ledger, Command()));
  ExpectProves(*(*ledger)->GetReceipt(0));
}

TEST_P(LedgerTest, NothingIsSealedOfAnErasedSubject) {
  const std::string subject(16, 'a');
  const auto ledger = Open();
  common::v1::SignedCommand before = Command();
  *before.add_attachments() = Attachment(subject, "davor");
  ASSERT_OK(Append(**ledger, before));
  EXPECT_TRUE(*(*ledger)->EraseSubject(subject));
  common::v1::SignedCommand after = Command();
  *after.add_attachments() = Attachment(subject, "danach");
  EXPECT_THAT(Append(**ledger, after), IsRefused(Reason::kSubjectErased));
  EXPECT_EQ((*ledger)->size(), 1u);
  const auto again = Append(**ledger, before);
  ASSERT_OK(again) << "what is recorded has its receipt";
  EXPECT_EQ(again->index(), 0u);
  EXPECT_THAT((*ledger)->GetAttachment(before.attachments(0).commitment()),
              IsRefused(Reason::kNoSuchAttachment));
}

// Attachments sent during an erasure are either refused or destroyed.
TEST_P(LedgerTest, NothingIsSealedInTheMomentOfErasing) {
  const auto ledger = Open();
  for (char round = 'a'; round < 'f'; ++round) {
    const std::string subject(16, round);
    std::atomic<bool> refused = false;
    std::thread sender([&] {
      while (!refused) {
        common::v1::SignedCommand command = Command();
        *command.add_attachments() = Attachment(subject, "währenddessen");
        refused = !Append(**ledger, command).ok();
      }
    });
    const uint64_t start = (*ledger)->size();
    while ((*ledger)->size() < start + 3) std::this_thread::yield();
    EXPECT_TRUE(*(*ledger)->EraseSubject(subject));
    sender.join();
    for (const char* table : {"attachment", "subject_key"}) {
      EXPECT_EQ(backend_->Run(absl::StrCat("SELECT count(*) FROM ", table,
                                           " WHERE subject = ", backend_->Literal(subject))),
                "0")
          << table;
    }
  }
}

TEST_P(LedgerTest, BadInputIsRefusedAndLeavesNothing) {
  const auto ledger = Open();
  common::v1::SignedCommand command = Command();
  *command.add_attachments() = Attachment(std::string(16, 'a'), "text");
  command.mutable_attachments(0)->set_content("another text");
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kBadAttachment));
  command = Command();
  *command.add_attachments() = Attachment("short", "text");
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kBadAttachment));
  command = Command();
  *command.add_attachments() =
      Attachment(std::string(16, 'a'), std::string(kMaxAttachmentBytes + 1, 'x'));
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kBadAttachment));
  command.set_payload(std::string(kMaxPayloadBytes + 1, 'x'));
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kTooLarge));
  command = Command("");
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kBadCommand));
  EXPECT_EQ((*ledger)->size(), 0u);
}

std::string NameOf(const ::testing::TestParamInfo<Kind>& info) {
  return info.param == Kind::kSqlite ? "Sqlite" : "Postgres";
}

INSTANTIATE_TEST_SUITE_P(Stores, LedgerTest, ::testing::Values(Kind::kSqlite, Kind::kPostgres),
                         NameOf);

}  // namespace
}  // namespace votum::ledger
