// A private PostgreSQL server for a test: made by initdb in a new folder, reached by a Unix socket
// there, and removed with the test program.
#ifndef VOTUM_TESTS_HARNESS_POSTGRES_H_
#define VOTUM_TESTS_HARNESS_POSTGRES_H_

#include <sys/types.h>

#include <memory>
#include <string>

namespace votum::testing {

class PostgresServer {
 public:
  // The server that the tests of this program share, started by the first call. Null if PostgreSQL
  // 15 is not installed: skip the test. Aborts the program if it does not start.
  static PostgresServer* Shared();
  // A server of its own, with its files in a new folder below `parent`: measurements need files on
  // a disk, not in memory like those of the shared server. Null as above.
  static std::unique_ptr<PostgresServer> StartIn(const std::string& parent);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The conninfo of a new, empty database.
  std::string NewDatabase();
  // Runs SQL on the database of `conninfo`, as its owner and superuser; the first value of the
  // first row. Aborts the program on an error.
  static std::string Run(const std::string& conninfo, const std::string& sql);

  const std::string& data_folder() const { return data_folder_; }
  // The process that all others of the server are children of.
  pid_t postmaster() const { return postmaster_; }

  // Stops the server as if the machine had lost power, then starts it again.
  void Crash();
  void Start();
  // SIGSTOP and SIGCONT for all processes of the server.
  void Freeze() const;
  void Thaw() const;

 private:
  explicit PostgresServer(std::string folder);

  const std::string folder_;
  const std::string data_folder_;
  pid_t postmaster_ = 0;
  int databases_ = 0;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_POSTGRES_H_
