// votum_write_golden make GOLDEN [FOLDER...]: makes the logs of recipes.h in the folder GOLDEN, or
// only those that are named.
// votum_write_golden describe FOLDER...: writes the outcomes and digests of each golden log beside
// it.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "tests/golden/golden_log.h"
#include "tests/golden/recipes.h"

namespace votum::testing {
namespace {

absl::Status MakeAll(const std::string& golden, const std::vector<std::string>& only) {
  for (const Recipe& recipe : Recipes()) {
    if (!only.empty() && std::find(only.begin(), only.end(), recipe.folder) == only.end()) continue;
    ASSIGN_OR_RETURN(const MadeLog made, Make(recipe, golden));
    const std::string folder = golden + "/" + recipe.folder;
    std::error_code error;
    std::filesystem::create_directories(folder + "/log", error);
    RETURN_IF_ERROR(WriteFile(folder + "/log.vkey", made.vkey));
    RETURN_IF_ERROR(WriteFile(folder + "/log/records.jsonl", made.records));
  }
  return absl::OkStatus();
}

absl::Status Describe(const std::string& folder) {
  ASSIGN_OR_RETURN(const GoldenLog golden, FoldGoldenLog(folder));
  RETURN_IF_ERROR(WriteFile(OutcomesPath(folder), golden.outcomes));
  RETURN_IF_ERROR(WriteFile(DigestsPath(folder), golden.digests));
  std::cout << folder << ": " << golden.commands.size() << " command types in effect, "
            << golden.races.size() << " reasons of races, " << golden.faults.size()
            << " of faults\n";
  return absl::OkStatus();
}

absl::Status DescribeAll(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) RETURN_IF_ERROR(Describe(folder));
  return absl::OkStatus();
}

}  // namespace
}  // namespace votum::testing

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  absl::Status done;
  if (args.size() >= 2 && args[0] == "make") {
    done = votum::testing::MakeAll(args[1], {args.begin() + 2, args.end()});
  } else if (args.size() >= 2 && args[0] == "describe") {
    done = votum::testing::DescribeAll({args.begin() + 1, args.end()});
  } else {
    std::cerr << "usage: votum_write_golden make GOLDEN [FOLDER...] | describe FOLDER...\n";
    return 2;
  }
  if (done.ok()) return 0;
  std::cerr << done << "\n";
  return 1;
}
