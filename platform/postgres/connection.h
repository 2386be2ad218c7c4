// The small part of PostgreSQL that stores need: a connection whose every call has a deadline,
// parameters and results in binary, errors as absl::Status.
//
// Two things that libpq leaves to its users, and that lose data if they are forgotten:
//  * A server that is frozen (SIGSTOP, a stalled disk) still acknowledges TCP, so neither
//    keepalives nor tcp_user_timeout end a blocking PQexec. Here each call waits no longer than
//    its deadline.
//  * A COMMIT that is cancelled while it waits for the synchronous standby returns OK, with a
//    WARNING: "committed locally, but might not have been replicated". Result::warned is set then.
#ifndef VOTUM_PLATFORM_POSTGRES_CONNECTION_H_
#define VOTUM_PLATFORM_POSTGRES_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct pg_conn;
struct pg_result;

namespace votum::postgres {

// The parameters $1, $2, ... of a statement, in order.
class Parameters {
 public:
  Parameters& Add(int64_t value);                                // bigint
  Parameters& Add(absl::string_view bytes);                      // bytea
  Parameters& Add(const std::vector<absl::string_view>& items);  // bytea[]

 private:
  friend class Connection;
  struct One {
    unsigned int type;  // PostgreSQL's object id of the type
    std::string bytes;
  };
  std::vector<One> all_;
};

// The rows that a statement returned. Rows and columns count from 0; a column must have the type of
// the accessor that reads it.
class Result {
 public:
  int rows() const;
  int64_t Integer(int row, int column) const;    // bigint
  std::string Bytes(int row, int column) const;  // bytea, text
  bool Boolean(int row, int column) const;       // boolean
  // Whether the server sent a WARNING with it; a committed change may then be lost.
  bool warned() const { return warned_; }

 private:
  friend class Connection;
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
  bool warned_ = false;
};

// Not thread-safe.
class Connection {
 public:
  // Connects to the first of the hosts of `conninfo` (libpq's URI or key=value form) that takes
  // writes and answers within some seconds. UNAVAILABLE if none does; FAILED_PRECONDITION/
  // UNSAFE_DATABASE if the server runs with fsync or full_page_writes off, and would lose what it
  // acknowledged.
  // `password_file` has the format of libpq's .pgpass; empty for libpq's own defaults.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& conninfo,
                                                          const std::string& password_file);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs one statement in its own transaction and waits until `deadline`.
  //   UNAVAILABLE        the connection broke, or the server stops, no longer leads or did not
  //                      answer in time: the outcome of a write is unknown, and the connection is
  //                      of no more use (open() is false)
  //   ALREADY_EXISTS     a unique key is taken
  //   PERMISSION_DENIED  the role may not do this
  //   INTERNAL           any other error of the server, with its words
  absl::StatusOr<Result> Run(const char* sql, const Parameters& parameters, absl::Time deadline);
  // Runs several statements without parameters in one transaction.
  absl::Status Execute(const char* sql, absl::Time deadline);

  bool open() const { return connection_ != nullptr; }

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  explicit Connection(pg_conn* connection);
  absl::Status Configure();
  absl::StatusOr<Result> Await(absl::Time deadline);
  absl::Status WaitForSocket(bool to_write, absl::Time deadline);
  absl::Status Broken(absl::string_view what);
  absl::Status ErrorOf(const Result& result);
  static void Notice(void* self, const pg_result* notice);

  std::unique_ptr<pg_conn, Finish> connection_;  // null once broken
  bool warned_ = false;                          // since the last statement was sent
};

// INVALID_ARGUMENT/BAD_LEDGER unless `conninfo` is libpq's URI or key=value form, names a database,
// and holds no password (which everybody could read in the configuration, and which belongs in a
// password file).
absl::Status CheckConninfo(const std::string& conninfo);

}  // namespace votum::postgres

#endif  // VOTUM_PLATFORM_POSTGRES_CONNECTION_H_
