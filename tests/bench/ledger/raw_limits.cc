#include "tests/bench/ledger/raw_limits.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/postgres/connection.h"
#include "platform/sqlite/sqlite.h"

namespace votum::bench {
namespace {

constexpr int kSyncs = 500;
constexpr size_t kRows = 20'480;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "ledger_bench: %s\n", what.c_str());
  std::exit(1);
}

void Must(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

std::string BigEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

// Calls `insert(first row)` for each batch. Returns the rows inserted per second.
template <typename Insert>
double RowRate(size_t batch, Insert insert) {
  size_t rows = 0;
  const absl::Time start = absl::Now();
  for (; rows < kRows; rows += batch) insert(static_cast<int64_t>(rows));
  return static_cast<double>(rows) / absl::ToDoubleSeconds(absl::Now() - start);
}

// A libpq connection with a new table raw(idx, hash, payload).
std::unique_ptr<PGconn, void (*)(PGconn*)> TableRaw(const std::string& conninfo) {
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(conninfo.c_str()), PQfinish);
  PGresult* const made = PQexec(connection.get(),
                                "SET client_min_messages = error; DROP TABLE IF EXISTS raw; CREATE "
                                "TABLE raw(idx bigint PRIMARY KEY, hash bytea, payload bytea)");
  if (PQresultStatus(made) != PGRES_COMMAND_OK) Die(PQerrorMessage(connection.get()));
  PQclear(made);
  return connection;
}

}  // namespace

double SyncRate(const std::string& folder) {
  const std::string path = folder + "/raw";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const std::string block(4096, 'x');
  const absl::Time start = absl::Now();
  for (int i = 0; i < kSyncs; ++i) {
    if (write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
        fdatasync(fd) != 0) {
      Die("cannot write " + path);
    }
  }
  close(fd);
  return kSyncs / absl::ToDoubleSeconds(absl::Now() - start);
}

double SqliteInsertRate(const std::string& folder, size_t batch) {
  const std::string path = folder + "/raw.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  auto database = sqlite::Database::Open(
      path, {"CREATE TABLE raw(idx INTEGER PRIMARY KEY, hash BLOB, payload BLOB)"});
  Must(database.status());
  auto insert = database->Prepare("INSERT INTO raw VALUES(?,?,?)");
  Must(insert.status());
  const std::string hash(32, 'h');
  const std::string payload(256, 'p');
  return RowRate(batch, [&](int64_t first) {
    Must(database->Execute("BEGIN IMMEDIATE"));
    for (size_t i = 0; i < batch; ++i) {
      insert->Bind(1, first + static_cast<int64_t>(i)).Bind(2, hash).Bind(3, payload);
      Must(insert->Run());
    }
    Must(database->Execute("COMMIT"));
  });
}

double PostgresInsertRate(const std::string& conninfo, size_t batch) {
  TableRaw(conninfo);
  const auto connection = postgres::Connection::Open(conninfo, "");
  Must(connection.status());
  const std::string hash(32, 'h');
  const std::string payload(256, 'p');
  const std::vector<absl::string_view> hashes(batch, hash);
  const std::vector<absl::string_view> payloads(batch, payload);
  return RowRate(batch, [&](int64_t first) {
    Must((*connection)
             ->Run("INSERT INTO raw SELECT $1 + one.at, one.hash, one.payload FROM unnest($2, $3) "
                   "WITH ORDINALITY AS one(hash, payload, at)",
                   postgres::Parameters().Add(first).Add(hashes).Add(payloads),
                   absl::Now() + absl::Minutes(1))
             .status());
  });
}

double PostgresCopyRate(const std::string& conninfo, size_t batch) {
  const auto connection = TableRaw(conninfo);
  PGconn* const raw = connection.get();
  return RowRate(batch, [&](int64_t first) {
    std::string bytes("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    for (size_t i = 0; i < batch; ++i) {
      absl::StrAppend(&bytes, BigEndian(3, 2), BigEndian(8, 4),
                      BigEndian(static_cast<uint64_t>(first) + i, 8), BigEndian(32, 4),
                      std::string(32, 'h'), BigEndian(256, 4), std::string(256, 'p'));
    }
    absl::StrAppend(&bytes, BigEndian(0xffff, 2));
    PQclear(PQexec(raw, "COPY raw FROM STDIN BINARY"));
    if (PQputCopyData(raw, bytes.data(), static_cast<int>(bytes.size())) != 1 ||
        PQputCopyEnd(raw, nullptr) != 1) {
      Die(PQerrorMessage(raw));
    }
    PGresult* const done = PQgetResult(raw);
    if (PQresultStatus(done) != PGRES_COMMAND_OK) Die(PQerrorMessage(raw));
    PQclear(done);
    PQclear(PQgetResult(raw));
  });
}

}  // namespace votum::bench
