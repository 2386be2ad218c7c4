#include "tests/harness/postgres.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/harness/await.h"

namespace votum::testing {
namespace {

constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";

[[noreturn]] void Die(absl::string_view what) {
  std::cerr << "postgres: " << what << std::endl;
  std::abort();
}

// PostgreSQL does not run as root; Debian's package has made its user.
void BecomeItsUser() {
  if (geteuid() != 0) return;
  const passwd* const user = getpwnam("postgres");
  if (user == nullptr || initgroups("postgres", user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
      setuid(user->pw_uid) != 0) {
    _exit(126);
  }
}

pid_t Spawn(const std::vector<std::string>& arguments, const std::string& log) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  BecomeItsUser();
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // PostgreSQL's "immediate shutdown"
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

// The postmaster's children, by /proc; they are in sessions of their own.
std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::ifstream file(absl::StrCat("/proc/", parent, "/task/", parent, "/children"));
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  return children;
}

}  // namespace

std::unique_ptr<PostgresServer> PostgresServer::StartIn(const std::string& parent) {
  if (access(absl::StrCat(kPrograms, "initdb").c_str(), X_OK) != 0) return nullptr;
  std::string folder = parent + "/votum_postgres.XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) Die("mkdtemp failed");
  return std::unique_ptr<PostgresServer>(new PostgresServer(folder));
}

PostgresServer* PostgresServer::Shared() {
  // The files are kept in memory where possible, because PostgreSQL syncs a thousand files during
  // recovery.
  static const std::unique_ptr<PostgresServer> server =
      StartIn(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  return server.get();
}

PostgresServer::PostgresServer(std::string folder)
    : folder_(std::move(folder)), data_folder_(folder_ + "/data") {
  const passwd* const user = geteuid() == 0 ? getpwnam("postgres") : nullptr;
  if (user != nullptr && chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
    Die("chown failed");
  const pid_t initdb =
      Spawn({absl::StrCat(kPrograms, "initdb"), "--pgdata", data_folder_, "--username=postgres",
             "--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync"},
            folder_ + "/log");
  int status = 0;
  if (waitpid(initdb, &status, 0) != initdb || status != 0)
    Die(absl::StrCat("initdb failed, see ", folder_, "/log"));
  Start();
}

PostgresServer::~PostgresServer() {
  Thaw();
  Crash();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PostgresServer::Start() {
  // Old write-ahead log is removed, not kept for use again: docs/operations-cluster.md.
  postmaster_ = Spawn({absl::StrCat(kPrograms, "postgres"), "-D", data_folder_, "-c",
                       "listen_addresses=", "-c", absl::StrCat("unix_socket_directories=", folder_),
                       "-c", "shared_buffers=16MB", "-c", "wal_recycle=off", "-c",
                       "min_wal_size=2MB", "-c", "max_wal_size=64MB", "-c", "max_connections=50"},
                      folder_ + "/log");
  const std::string ping = absl::StrCat("host=", folder_, " dbname=postgres user=postgres");
  if (!Await([&] { return PQping(ping.c_str()) == PQPING_OK; }, absl::Minutes(1)))
    Die(absl::StrCat("no server after a minute, see ", folder_, "/log"));
}

void PostgresServer::Crash() {
  for (const pid_t child : ChildrenOf(postmaster_)) kill(child, SIGKILL);
  kill(postmaster_, SIGKILL);
  waitpid(postmaster_, nullptr, 0);
}

void PostgresServer::Freeze() const {
  kill(postmaster_, SIGSTOP);
  for (const pid_t child : ChildrenOf(postmaster_)) kill(child, SIGSTOP);
}

void PostgresServer::Thaw() const {
  for (const pid_t child : ChildrenOf(postmaster_)) kill(child, SIGCONT);
  kill(postmaster_, SIGCONT);
}

std::string PostgresServer::NewDatabase() {
  const std::string server = absl::StrCat("host=", folder_, " user=postgres dbname=");
  const std::string name = absl::StrCat("test", ++databases_);
  Run(server + "postgres", absl::StrCat("CREATE DATABASE ", name));
  return server + name;
}

std::string PostgresServer::Run(const std::string& conninfo, const std::string& sql) {
  PGconn* const connection = PQconnectdb(conninfo.c_str());
  PGresult* const result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Die(PQerrorMessage(connection));
  std::string value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  PQfinish(connection);
  return value;
}

}  // namespace votum::testing
