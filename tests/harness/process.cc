#include "tests/harness/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/harness/await.h"

namespace votum::testing {
namespace {

constexpr int kPortsOfADeployment = 41;
constexpr int kFirstPort = 20000;
constexpr int kDeployments = 240;

pid_t Spawn(const std::vector<std::string>& arguments, const std::string& output_path) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int fd = open(output_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

bool CanBind(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return free;
}

// Whether this process has range `number` from now until its end. Tests run in parallel, so another
// test may be about to use a port that is still free.
bool Reserve(int number) {
  const std::string path = absl::StrCat("/tmp/votum_test_ports_", getuid(), "_", number);
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return true;  // stays open, and with it the lock
  close(fd);
  return false;
}

}  // namespace

Process::Process(std::vector<std::string> arguments, std::string log_path)
    : arguments_(std::move(arguments)), log_path_(std::move(log_path)) {}

Process::~Process() { Kill(); }

void Process::Start() { pid_ = Spawn(arguments_, log_path_); }

void Process::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

int Process::Stop() {
  if (pid_ <= 0) return -1;
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int Process::AwaitEnd(absl::Duration limit) {
  if (pid_ <= 0) return -1;
  int status = 0;
  if (!Await([&] { return waitpid(pid_, &status, WNOHANG) == pid_; }, limit)) return -1;
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Process::Freeze() const { kill(pid_, SIGSTOP); }

void Process::Thaw() const { kill(pid_, SIGCONT); }

bool Process::Alive() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ > 0;
}

int Run(const std::vector<std::string>& arguments, const std::string& output_path) {
  int status = 0;
  waitpid(Spawn(arguments, output_path), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int FreeBasePort() {
  std::random_device random;
  for (;;) {
    const int number = static_cast<int>(random() % kDeployments);
    const int base = kFirstPort + number * kPortsOfADeployment;
    if (!Reserve(number)) continue;
    bool all_free = true;
    for (int i = 0; i < kPortsOfADeployment && all_free; ++i) all_free = CanBind(base + i);
    if (all_free) return base;
  }
}

}  // namespace votum::testing
