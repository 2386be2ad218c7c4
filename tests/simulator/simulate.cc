// Runs simulated deployments and says what they reached:
//
//   simulate --seeds 40                 the seeds 1 to 40
//   simulate --seeds 8 --at-most 24     the seeds 1 to 8, and up to 24 while something is not reached
//   simulate --seed 17 [--records 1500]  one seed again
//   simulate --seconds 3600             new seeds until the time is over
//
// Ends with 1 if a property does not hold or something was not reached. With --all, every command and
// every reason must be reached that unreachable.txt does not list.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/stubs/logging.h"
#include "tests/simulator/coverage.h"
#include "tests/simulator/simulation.h"

namespace votum::simulator {
namespace {

struct Options {
  uint64_t first = 1;
  uint64_t seeds = 1;
  uint64_t at_most = 0;  // seeds, if something is not reached by those
  uint64_t seconds = 0;  // 0: as many seeds as are given
  uint64_t records = 1500;
  bool all = false;
};

constexpr char kUsage[] =
    "simulate [--seed N] [--seeds N] [--at-most N] [--seconds N] [--records N] [--all]\n"
    "tests/simulator/README.md says more.\n";

bool ReadOption(absl::string_view name, absl::string_view value, Options& options) {
  uint64_t* const number = name == "--seed"      ? &options.first
                           : name == "--seeds"   ? &options.seeds
                           : name == "--at-most" ? &options.at_most
                           : name == "--seconds" ? &options.seconds
                           : name == "--records" ? &options.records
                                                 : nullptr;
  return number != nullptr && absl::SimpleAtoi(value, number);
}

bool ReadOptions(const std::vector<absl::string_view>& arguments, Options& options) {
  bool seed_given = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--all") {
      options.all = true;
    } else if (i + 1 == arguments.size() || !ReadOption(arguments[i], arguments[i + 1], options)) {
      return false;
    } else {
      seed_given |= arguments[i++] == "--seed";
    }
  }
  // New seeds each time, but for those of a fixed list.
  if (options.seconds > 0 && !seed_given) options.first = uint64_t{std::random_device()()} << 20;
  return true;
}

// False if a property does not hold.
bool RunSeed(uint64_t seed, const Options& options, Coverage& coverage) {
  // A run knows nothing of those before it: what it does follows from its seed alone.
  Coverage own;
  Simulation simulation(seed, options.records, &own);
  const absl::Status holds = simulation.Run();
  coverage.Add(own);
  if (holds.ok()) return true;
  std::printf(
      "%s\n\nSeed %llu, after %llu records: %s\nAgain: simulate --seed %llu --records %llu\n",
      simulation.LastRecords().c_str(), static_cast<unsigned long long>(seed),
      static_cast<unsigned long long>(simulation.size()), std::string(holds.message()).c_str(),
      static_cast<unsigned long long>(seed), static_cast<unsigned long long>(options.records));
  return false;
}

int RunAll(const Options& options) {
  const auto unreachable = Unreachable::Read(UNREACHABLE_FILE);
  if (!unreachable.ok()) {
    std::printf("%s\n", std::string(unreachable.status().message()).c_str());
    return 2;
  }
  Coverage coverage;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  uint64_t runs = 0;
  const auto goes_on = [&] {
    if (options.seconds > 0) return std::chrono::steady_clock::now() < end;
    if (runs < options.seeds) return true;
    return runs < options.at_most && !coverage.Gaps(*unreachable, options.all).empty();
  };
  for (; goes_on(); ++runs) {
    if (!RunSeed(options.first + runs, options, coverage)) return 1;
  }
  std::printf("%s\n%llu runs of %llu records, from seed %llu\n", coverage.Print().c_str(),
              static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(options.records),
              static_cast<unsigned long long>(options.first));
  const std::vector<std::string> gaps = coverage.Gaps(*unreachable, options.all);
  for (const std::string& gap : gaps) std::printf("%s\n", gap.c_str());
  return gaps.empty() ? 0 : 1;
}

}  // namespace
}  // namespace votum::simulator

int main(int argc, char** argv) {
  // Torn snapshots make protobuf complain of their texts.
  google::protobuf::SetLogHandler(nullptr);
  votum::simulator::Options options;
  if (!votum::simulator::ReadOptions({argv + 1, argv + argc}, options)) {
    std::fputs(votum::simulator::kUsage, stderr);
    return 2;
  }
  return votum::simulator::RunAll(options);
}
