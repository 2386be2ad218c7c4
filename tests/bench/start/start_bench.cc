// How long a person waits for a program to start: `votum` beside belenios-tool and /bin/true, in
// turns, so that all meet the same load. Ratios of medians are to be read, not milliseconds.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"

namespace {

constexpr int kRounds = 200;

struct Started {
  std::vector<std::string> words;
  std::vector<double> wall_ms;
  std::vector<double> cpu_ms;
  long faults = 0;  // pages that the last run asked the kernel for
};

double Milliseconds(const timeval& time) {
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
}

// Runs the program once, its output thrown away; false if it fails.
bool Start(Started* program) {
  std::vector<char*> arguments;
  for (std::string& word : program->words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const auto begin = std::chrono::steady_clock::now();
  pid_t pid = 0;
  const bool spawned =
      posix_spawn(&pid, arguments[0], &quiet, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&quiet);
  int status = 0;
  rusage usage{};
  if (!spawned || wait4(pid, &status, 0, &usage) != pid || status != 0) return false;
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
  program->wall_ms.push_back(wall.count());
  program->cpu_ms.push_back(Milliseconds(usage.ru_utime) + Milliseconds(usage.ru_stime));
  program->faults = usage.ru_minflt + usage.ru_majflt;
  return true;
}

double MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main() {
  // The first is what all are compared with.
  std::vector<Started> programs = {{{"/usr/bin/belenios-tool", "--version"}},
                                   {{"/bin/true"}},
                                   {{VOTUM_PATH, "--version"}},
                                   {{VOTUM_PATH, "help", "receipts"}},
                                   {{VOTUM_PATH, "vote", "cast", "--help"}},
                                   {{VOTUM_PATH, "--help"}}};
  for (int round = 0; round < kRounds; ++round) {
    for (Started& program : programs) {
      if (Start(&program)) continue;
      std::fprintf(stderr, "start_bench: %s fails; script/setup installs what is needed\n",
                   absl::StrJoin(program.words, " ").c_str());
      return 1;
    }
  }
  const double unit = MedianOf(programs[0].wall_ms);
  std::printf(
      "start, medians of %d in turns: ms to the end, ms of the processor, page faults, "
      "ratio to belenios-tool\n",
      kRounds);
  for (const Started& program : programs) {
    const std::string name = program.words[0].substr(program.words[0].rfind('/') + 1);
    const std::vector<std::string> rest(program.words.begin() + 1, program.words.end());
    const double wall = MedianOf(program.wall_ms);
    std::printf("  %-32s %7.1f %7.1f %6ld %6.2f\n", (name + " " + absl::StrJoin(rest, " ")).c_str(),
                wall, MedianOf(program.cpu_ms), program.faults, wall / unit);
  }
  return 0;
}
