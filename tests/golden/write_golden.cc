// votum_write_golden --make FOLDER: makes the log of directory_log.h in FOLDER.
// votum_write_golden FOLDER: writes down beside the golden log in FOLDER what it comes to.
#include <filesystem>
#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "tests/golden/directory_log.h"
#include "tests/golden/golden_log.h"

namespace votum::testing {
namespace {

absl::Status Make(const std::string& folder) {
  const MadeLog made = MakeDirectoryLog();
  std::error_code error;
  std::filesystem::create_directories(folder + "/log", error);
  RETURN_IF_ERROR(WriteFile(folder + "/log.vkey", made.vkey));
  return WriteFile(folder + "/log/records.jsonl", made.records);
}

absl::Status Describe(const std::string& folder) {
  ASSIGN_OR_RETURN(const GoldenLog golden, FoldGoldenLog(folder));
  RETURN_IF_ERROR(WriteFile(OutcomesPath(folder), golden.outcomes));
  RETURN_IF_ERROR(WriteFile(DigestsPath(folder), golden.digests));
  std::cout << folder << ": " << golden.commands.size() << " command types in effect\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace votum::testing

int main(int argc, char** argv) {
  const bool make = argc == 3 && std::string(argv[1]) == "--make";
  if (!make && argc != 2) {
    std::cerr << "usage: votum_write_golden [--make] FOLDER\n";
    return 2;
  }
  const absl::Status done =
      make ? votum::testing::Make(argv[2]) : votum::testing::Describe(argv[1]);
  if (done.ok()) return 0;
  std::cerr << done << "\n";
  return 1;
}
