// A votumd under test: started, killed, started again.
#ifndef VOTUM_TESTS_HARNESS_PROCESS_H_
#define VOTUM_TESTS_HARNESS_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace votum::testing {

// A child process; killed with SIGKILL when this object is destroyed.
class Process {
 public:
  // Runs `arguments[0]` with the rest; standard error goes to the end of `log_path`.
  Process(std::vector<std::string> arguments, std::string log_path);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Start();
  // SIGKILL, and waits for the end.
  void Kill();
  // SIGTERM, and waits for the end; the exit code.
  int Stop();
  // Waits for an end that nobody asked for; the exit code, or -1 if there is none before `limit`.
  int AwaitEnd(absl::Duration limit = absl::Seconds(30));
  // From its next start on it runs `program`, with the same arguments.
  void set_program(std::string program) { arguments_[0] = std::move(program); }
  // SIGSTOP and SIGCONT.
  void Freeze() const;
  void Thaw() const;
  // Whether it has been started and has not exited.
  bool Alive();
  bool running() const { return pid_ > 0; }
  // 0 unless running.
  pid_t pid() const { return pid_; }

 private:
  std::vector<std::string> arguments_;
  const std::string log_path_;
  pid_t pid_ = 0;
};

// Runs a program to its end; its exit code. Output goes to `output_path`.
int Run(const std::vector<std::string>& arguments, const std::string& output_path);

// A port below the ephemeral range. It and the 40 after it are free, and this function gives none
// of them to another process before this one ends.
int FreeBasePort();

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_PROCESS_H_
