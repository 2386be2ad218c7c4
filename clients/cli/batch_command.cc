// Many command lines in one process: keys are opened and connections made once.

#include <atomic>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/words.h"

namespace votum::cli {
namespace {

struct Options {
  std::string file;
  int jobs = 1;
  bool quiet = false;
};

struct Line {
  size_t number = 0;
  std::vector<std::string> words;
};

// Lines up to a line "---" or the end, which may run at the same time. Empty lines and comments are
// dropped.
absl::StatusOr<std::vector<Line>> NextStretch(std::istream& in, size_t& number) {
  std::vector<Line> stretch;
  std::string text;
  while (std::getline(in, text)) {
    ++number;
    if (text == "---") break;
    auto words = SplitWords(text);
    if (!words.ok())
      return Refuse(Reason::kUsage, absl::StrCat("line ", number, ": ", words.status().message()));
    if (words->empty()) continue;
    if (words->front() == "batch")
      return Refuse(Reason::kUsage, absl::StrCat("line ", number, ": a batch within a batch"));
    stretch.push_back({number, *std::move(words)});
  }
  return stretch;
}

// The options of `votum` itself that the batch was given, for one of its lines.
Run RunOfLine(const Run& batch, std::ostream* out, std::ostream* err) {
  Run run;
  run.context = batch.context;
  run.output = batch.output;
  run.passphrase_file = batch.passphrase_file;
  run.timeout_seconds = batch.timeout_seconds;
  run.assume_yes = batch.assume_yes;
  run.dry_run = batch.dry_run;
  run.of_batch = true;
  run.clients = batch.clients;
  run.out = out;
  run.err = err;
  return run;
}

// Runs `stretch` on several threads; the exit code of the first line that failed, 0 for none. No
// further line starts after a failure.
int RunStretch(const std::vector<Line>& stretch, const Options& options, const Run& run) {
  std::atomic<size_t> next{0};
  std::atomic<int> failed{kDone};
  std::mutex output;
  const auto work = [&] {
    for (size_t i; failed == kDone && (i = next++) < stretch.size();) {
      std::ostringstream out;
      std::ostringstream err;
      const int code = RunLine(stretch[i].words, RunOfLine(run, &out, &err));
      const std::lock_guard<std::mutex> lock(output);
      if (!options.quiet || code != kDone) *run.out << out.str();
      if (code == kDone) continue;
      *run.err << "line " << stretch[i].number << ": " << err.str();
      int none = kDone;
      failed.compare_exchange_strong(none, code);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < options.jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return failed;
}

absl::Status Batch(Run& run, const Options& options) {
  if (!run.receipt_file.empty()) {
    return Refuse(Reason::kUsage,
                  "--receipt of a batch would be one file for many receipts; give --receipt in the "
                  "lines whose receipts you keep");
  }
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file);
    if (!file) return Refuse(Reason::kBadFile, absl::StrCat("cannot open ", options.file));
  }
  std::istream& in = options.file == "-" ? std::cin : file;
  size_t number = 0;
  while (in && run.exit_code == kDone) {
    ASSIGN_OR_RETURN(const std::vector<Line> stretch, NextStretch(in, number));
    run.exit_code = RunStretch(stretch, options, run);
  }
  return absl::OkStatus();
}

}  // namespace

void AddBatchCommand(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command batch = root->add_subcommand(
      "batch",
      "Carry out a file of command lines, one a line, in one process, until one fails. Words are "
      "quoted as in a shell; options of votum itself, given to the batch, hold for each line that "
      "does not give its own.\n"
      "With --jobs lines run at the same time, but none before all lines above a line '---' are "
      "done.\n"
      "Example: printf '%s\\n' 'person add --name Erika' | votum batch -");
  batch->add_option("FILE", options->file, "The file, or - for standard input")->required();
  batch->add_option("--jobs", options->jobs, "The number of commands at the same time")
      ->capture_default_str()
      ->in_range(1, 256);
  batch->add_flag("--quiet", options->quiet, "Print only what fails");
  batch->callback([&run, options] { run.Report(Batch(run, *options)); });
}

}  // namespace votum::cli
