// votum: the command line of members, administrators and auditors.

#include <atomic>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/synchronization/mutex.h"
#include "clients/cli/cli.h"

namespace {

using votum::cli::Clients;

// Command lines until a line "---" or the end: these may run at the same time.
std::vector<std::pair<int, std::string>> NextStretch(std::istream& in, int* line_number) {
  std::vector<std::pair<int, std::string>> stretch;
  std::string line;
  while (std::getline(in, line)) {
    ++*line_number;
    if (line == "---") break;
    if (line.empty() || line[0] == '#') continue;
    stretch.emplace_back(*line_number, line);
  }
  return stretch;
}

// Carries out a file of command lines in one process; a client per context is kept. With more than
// one job, lines run at the same time, but none before all lines above the last "---" are done.
// Stops at the first that fails.
int Batch(std::istream& in, int jobs, bool quiet) {
  Clients clients;
  int line_number = 0;
  while (in) {
    const auto stretch = NextStretch(in, &line_number);
    std::atomic<size_t> next{0};
    std::atomic<int> failed{0};
    std::mutex output;
    const auto work = [&] {
      for (size_t i; failed == 0 && (i = next++) < stretch.size();) {
        std::ostringstream out;
        std::ostringstream err;
        const int code = votum::cli::RunCommandLine(CLI::detail::split_up(stretch[i].second),
                                                    &clients, out, err);
        const std::lock_guard<std::mutex> lock(output);
        if (!quiet || code != 0) std::cout << out.str();
        if (code != 0) {
          std::cerr << "line " << stretch[i].first << ": " << err.str();
          failed = code;
        }
      }
    };
    std::vector<std::thread> threads;
    for (int i = 1; i < jobs; ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    if (failed != 0) return failed;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Debian's Abseil looks for lock cycles inside gRPC at each lock; that is for debugging, and
  // costs a tenth.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments[0] == "batch") {
    CLI::App app(
        "Carry out a file of command lines, one a line, in one process. Lines parted by '---' run "
        "one after the other; "
        "with --jobs the lines between run at the same time. Stops at the first failure.",
        "votum batch");
    std::string file;
    int jobs = 1;
    bool quiet = false;
    app.add_option("FILE", file, "The file, or - for standard input")->required();
    app.add_option("--jobs", jobs, "How many at the same time")->check(CLI::Range(1, 256));
    app.add_flag("--quiet", quiet, "Print only what fails");
    CLI11_PARSE(app, argc - 1, argv + 1);
    if (file == "-") return Batch(std::cin, jobs, quiet);
    std::ifstream in(file);
    if (!in) {
      std::cerr << "votum: BAD_FILE: cannot open " << file << "\n";
      return votum::cli::kLocalProblem;
    }
    return Batch(in, jobs, quiet);
  }
  Clients clients;
  return votum::cli::RunCommandLine(arguments, &clients, std::cout, std::cerr);
}
