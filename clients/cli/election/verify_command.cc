#include "clients/cli/election/verify_command.h"

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/election/verify_archive.h"
#include "nlohmann/json.hpp"

namespace votum::cli {
namespace {

using election::ArchiveReport;
using election::Failure;

std::string JsonReport(const ArchiveReport& report) {
  nlohmann::ordered_json json = {
      {"ok", report.ok()},         {"failures", nlohmann::ordered_json::array()},
      {"uuid", report.uuid},       {"fingerprint", report.fingerprint},
      {"last_event", report.head}, {"voters", report.voters},
      {"ballots", report.ballots}, {"counted", report.counted}};
  for (const Failure& failure : report.failures) {
    json["failures"].push_back({{"code", std::string(ReasonText(failure.reason))},
                                {"where", failure.where},
                                {"message", failure.message}});
  }
  json["result"] = report.result ? nlohmann::ordered_json(*report.result) : nullptr;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string TableReport(const ArchiveReport& report) {
  std::string text;
  for (const Failure& failure : report.failures) {
    absl::StrAppend(&text, failure.where, ": ", ReasonText(failure.reason), ": ", failure.message,
                    "\n");
  }
  if (!report.uuid.empty()) {
    absl::StrAppend(&text, "Election:    ", report.uuid, " (", report.fingerprint, ")\n");
  }
  absl::StrAppend(&text, "Last event:  ", report.head, "\nVoters:      ", report.voters,
                  " on the list\nBallots:     ", report.ballots, " cast, ", report.counted,
                  " counted\n");
  for (size_t i = 0; report.result && i < report.result->size(); ++i) {
    absl::StrAppend(&text, "Question ", i + 1, ":  ", absl::StrJoin((*report.result)[i], " "),
                    "\n");
  }
  return absl::StrCat(text, report.ok() ? "Everything holds.\n" : "NOT VERIFIED.\n");
}

}  // namespace

absl::StatusOr<VerifyOutcome> RunVerify(const VerifyArguments& arguments) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(arguments.file));
  election::VerifyOptions options;
  options.threads =
      arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  options.known_event = arguments.known_event;
  options.known_ballots = arguments.known_ballots;
  options.known_voters = arguments.known_voters;
  const ArchiveReport report = election::VerifyArchive(bytes, options);
  return VerifyOutcome{report.ok(),
                       arguments.output == "json" ? JsonReport(report) : TableReport(report)};
}

}  // namespace votum::cli
