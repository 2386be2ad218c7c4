#include "platform/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/big_endian.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::postgres {
namespace {

// src/include/catalog/pg_type.dat; they never change.
constexpr Oid kByteaType = 17;
constexpr Oid kBigintType = 20;
constexpr Oid kByteaArrayType = 1001;
constexpr int kBinary = 1;

// Timeout for each host; libpq takes whole seconds, and its minimum is 2.
constexpr char kConnectSeconds[] = "2";
constexpr absl::Duration kConfigureTime = absl::Seconds(3);

std::string Trimmed(const char* message) {
  return std::string(absl::StripSuffix(message == nullptr ? "" : message, "\n"));
}

// Errors after which another server, or the same one later, may succeed.
bool IsPassing(absl::string_view sqlstate) {
  // connection exceptions, transaction rollback, insufficient resources, operator intervention
  // (shutdown, timeout), system error (I/O), a transaction that may not write (a former primary).
  for (const char* const start : {"08", "40", "53", "57", "58", "25006"})
    if (absl::StartsWith(sqlstate, start)) return true;
  return false;
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Parameters and results

Parameters& Parameters::Add(int64_t value) {
  all_.push_back({kBigintType, BigEndian64(static_cast<uint64_t>(value))});
  return *this;
}

Parameters& Parameters::Add(absl::string_view bytes) {
  all_.push_back({kByteaType, std::string(bytes)});
  return *this;
}

// The format of array_recv (src/backend/utils/adt/arrayfuncs.c): dimensions, whether there are
// nulls, type; for each dimension its length and lower bound; then each item with its length.
Parameters& Parameters::Add(const std::vector<absl::string_view>& items) {
  std::string bytes;
  size_t size = 20 + 4 * items.size();
  for (const absl::string_view item : items) size += item.size();
  bytes.reserve(size);
  bytes += BigEndian32(items.empty() ? 0 : 1);
  bytes += BigEndian32(0);
  bytes += BigEndian32(kByteaType);
  if (!items.empty()) {
    bytes += BigEndian32(static_cast<uint32_t>(items.size()));
    bytes += BigEndian32(1);
  }
  for (const absl::string_view item : items) {
    bytes += BigEndian32(static_cast<uint32_t>(item.size()));
    bytes.append(item.data(), item.size());
  }
  all_.push_back({kByteaArrayType, std::move(bytes)});
  return *this;
}

void Result::Clear::operator()(pg_result* result) const { PQclear(result); }

int Result::rows() const { return PQntuples(result_.get()); }

int64_t Result::Integer(int row, int column) const {
  uint64_t value = 0;
  for (const char byte : Bytes(row, column)) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(value);
}

std::string Result::Bytes(int row, int column) const {
  return std::string(PQgetvalue(result_.get(), row, column),
                     static_cast<size_t>(PQgetlength(result_.get(), row, column)));
}

bool Result::Boolean(int row, int column) const { return Integer(row, column) != 0; }

// ---------------------------------------------------------------------------------------------------------------------
// The connection

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::Connection(pg_conn* connection) : connection_(connection) {
  PQsetNoticeReceiver(connection, &Connection::Notice, this);
}

Connection::~Connection() = default;

void Connection::Notice(void* self, const pg_result* notice) {
  const char* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && absl::string_view(severity) == "WARNING")
    static_cast<Connection*>(self)->warned_ = true;
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& conninfo,
                                                             const std::string& password_file) {
  // With expand_dbname, the conninfo is passed as the database's name; later keywords take
  // precedence. Only the blocking call respects connect_timeout and tries the hosts in turn.
  const char* const keywords[] = {"application_name",     "passfile", "dbname", "connect_timeout",
                                  "target_session_attrs", nullptr};
  const char* const values[] = {"votum-ledger",  password_file.c_str(), conninfo.c_str(),
                                kConnectSeconds, "read-write",          nullptr};
  std::unique_ptr<Connection> connection(
      new Connection(PQconnectdbParams(keywords, values, /*expand_dbname=*/1)));
  if (PQstatus(connection->connection_.get()) != CONNECTION_OK) {
    return absl::UnavailableError(
        absl::StrCat("PostgreSQL: ", Trimmed(PQerrorMessage(connection->connection_.get()))));
  }
  PQsetnonblocking(connection->connection_.get(), 1);
  RETURN_IF_ERROR(connection->Configure());
  return connection;
}

absl::Status Connection::Configure() {
  const absl::Time deadline = absl::Now() + kConfigureTime;
  // Overrides the defaults of the role and the database.
  RETURN_IF_ERROR(
      Execute("SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'",
              deadline));
  ASSIGN_OR_RETURN(const Result safe, Run("SELECT current_setting('fsync')::boolean AND "
                                          "current_setting('full_page_writes')::boolean",
                                          Parameters(), deadline));
  if (safe.rows() == 1 && safe.Boolean(0, 0)) return absl::OkStatus();
  return Refuse(Reason::kUnsafeDatabase,
                "PostgreSQL runs with fsync or full_page_writes off, and would lose "
                "records that were acknowledged; switch both on");
}

absl::StatusOr<Result> Connection::Run(const char* sql, const Parameters& parameters,
                                       absl::Time deadline) {
  if (!open()) return absl::UnavailableError("PostgreSQL: the connection is closed");
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const Parameters::One& one : parameters.all_) {
    types.push_back(one.type);
    values.push_back(one.bytes.data());
    lengths.push_back(static_cast<int>(one.bytes.size()));
  }
  const std::vector<int> formats(types.size(), kBinary);
  warned_ = false;
  if (PQsendQueryParams(connection_.get(), sql, static_cast<int>(types.size()), types.data(),
                        values.data(), lengths.data(), formats.data(), kBinary) != 1) {
    return Broken("sending");
  }
  return Await(deadline);
}

absl::Status Connection::Execute(const char* sql, absl::Time deadline) {
  if (!open()) return absl::UnavailableError("PostgreSQL: the connection is closed");
  warned_ = false;
  if (PQsendQuery(connection_.get(), sql) != 1) return Broken("sending");
  return Await(deadline).status();
}

// Waits until the server is ready for the next statement; returns the last result, or the first
// error.
absl::StatusOr<Result> Connection::Await(absl::Time deadline) {
  Result last;
  absl::Status error;
  for (;;) {
    for (;;) {
      const int unsent = PQflush(connection_.get());
      if (unsent < 0) return Broken("sending");
      if (unsent == 0 && PQisBusy(connection_.get()) == 0) break;
      RETURN_IF_ERROR(WaitForSocket(unsent > 0, deadline));
      if (PQconsumeInput(connection_.get()) != 1) return Broken("receiving");
    }
    Result next;
    next.result_.reset(PQgetResult(connection_.get()));
    if (next.result_ == nullptr) break;
    if (error.ok()) error = ErrorOf(next);
    last = std::move(next);
  }
  if (absl::IsUnavailable(error)) connection_ = nullptr;
  RETURN_IF_ERROR(error);
  last.warned_ = warned_;
  return last;
}

absl::Status Connection::WaitForSocket(bool to_write, absl::Time deadline) {
  pollfd socket = {PQsocket(connection_.get()),
                   static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)),  // NOLINT: poll's type
                   0};
  for (;;) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    const int ready =
        left <= 0 ? 0 : poll(&socket, 1, static_cast<int>(std::min<int64_t>(left + 1, 60'000)));
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return Broken("waiting");
    if (absl::Now() < deadline) continue;
    connection_ = nullptr;
    return absl::UnavailableError("PostgreSQL: no answer in time");
  }
}

absl::Status Connection::Broken(absl::string_view what) {
  const std::string message = Trimmed(PQerrorMessage(connection_.get()));
  connection_ = nullptr;
  return absl::UnavailableError(absl::StrCat("PostgreSQL: ", what, ": ", message));
}

// Only the server's primary message, because its details may quote rows.
absl::Status Connection::ErrorOf(const Result& result) {
  const ExecStatusType status = PQresultStatus(result.result_.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return absl::OkStatus();
  const char* const primary = PQresultErrorField(result.result_.get(), PG_DIAG_MESSAGE_PRIMARY);
  const char* const state = PQresultErrorField(result.result_.get(), PG_DIAG_SQLSTATE);
  // An error without SQLSTATE comes from libpq itself: the connection is lost.
  const absl::string_view sqlstate = state == nullptr ? "08000" : state;
  const std::string message = absl::StrCat(
      "PostgreSQL: ",
      primary == nullptr ? Trimmed(PQresultErrorMessage(result.result_.get())) : primary, " (",
      sqlstate, ")");
  if (IsPassing(sqlstate)) return absl::UnavailableError(message);
  if (sqlstate == "23505") return absl::AlreadyExistsError(message);
  if (sqlstate == "42501") return absl::PermissionDeniedError(message);
  return absl::InternalError(message);
}

absl::Status CheckConninfo(const std::string& conninfo) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(conninfo.c_str(), &error));
  const std::string why = Trimmed(error);
  if (error != nullptr) PQfreemem(error);
  if (options == nullptr)
    return Refuse(Reason::kBadLedger, absl::StrCat("not an address of PostgreSQL: ", why));
  bool names_database = false;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    const absl::string_view keyword = option->keyword;
    if (keyword == "password" || keyword == "sslpassword") {
      return Refuse(Reason::kBadLedger,
                    "the address of PostgreSQL holds a password; put it in the file "
                    "ledger/pgpass of the deployment's folder (mode 0600, a line "
                    "host:port:database:user:password)");
    }
    names_database = names_database || keyword == "dbname";
  }
  if (!names_database) {
    return Refuse(Reason::kBadLedger,
                  "the address of PostgreSQL names no database; as in "
                  "postgresql://votum@10.0.0.1,10.0.0.2,10.0.0.3/votum");
  }
  return absl::OkStatus();
}

}  // namespace votum::postgres
