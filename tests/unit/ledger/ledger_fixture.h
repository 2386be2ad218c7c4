// A ledger for tests, on each kind of store.
#ifndef VOTUM_TESTS_UNIT_LEDGER_LEDGER_FIXTURE_H_
#define VOTUM_TESTS_UNIT_LEDGER_LEDGER_FIXTURE_H_

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "ledger/ledger.h"
#include "ledger/postgres_store.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"
#include "tests/harness/postgres.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::ledger {

inline constexpr char kOrigin[] = "votum.test/log";

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

inline std::string BytesBelow(const std::string& folder) {
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
    config.uptime = uptime_;
    config.clock_check = clock_check_;
    config.batch_bytes = batch_bytes_;
    config.progress = [this](uint64_t read, uint64_t) { records_read_ = read; };
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
  size_t batch_bytes_ = kMaxBatchBytes;
  uint64_t records_read_ = 0;               // by the last start that read some
  std::function<absl::Duration()> uptime_;  // the clock may do anything without it
  // By default the sequencer reads the clocks only for batches: tests set them in between.
  absl::Duration clock_check_ = absl::Hours(24);
};

inline std::string NameOfKind(const ::testing::TestParamInfo<Kind>& info) {
  return info.param == Kind::kSqlite ? "Sqlite" : "Postgres";
}

}  // namespace votum::ledger

#endif  // VOTUM_TESTS_UNIT_LEDGER_LEDGER_FIXTURE_H_
