#include "clients/cli/rank/rank_command.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/rank/group_ranking.h"
#include "clients/cli/rank/rank_inputs.h"
#include "ranking/formats/formats.h"
#include "ranking/formats/mapped_file.h"
#include "ranking/method.h"
#include "ranking/report.h"
#include "ranking/sensitivity.h"

namespace votum::cli {
namespace {

using ranking::Election;
using ranking::Method;
using ranking::Params;
using ranking::Ranking;
using ranking::RankOptions;

// Larger files of ranked ballots are counted without keeping the ballots.
constexpr size_t kCountBytes = 1 << 20;

bool AnyWithdrawn(const Election& election) {
  return std::any_of(election.options.begin(), election.options.end(),
                     [](const ranking::Option& option) { return option.withdrawn; });
}

// A file, read and ranked.
struct Outcome {
  Election election;
  uint64_t ballots = 0;
  Ranking ranking;
};

// The ballots of a large file are only counted, if neither the method nor its explanation (other
// methods, for the sensitivity) needs more. nullopt if they do.
absl::StatusOr<std::optional<Outcome>> RankByCounts(ranking::Format format, absl::string_view text,
                                                    const Method& method, const Params& params,
                                                    const RankOptions& options) {
  if (options.explain || method.needs != ranking::Needs::kPairwise || !ranking::CanCount(format) ||
      text.size() < kCountBytes) {
    return std::nullopt;
  }
  ASSIGN_OR_RETURN(
      ranking::CountedElection counted,
      ranking::CountElection(format, text, options.threads, ranking::MappedFile::Release));
  if (AnyWithdrawn(counted.election)) return std::nullopt;
  Outcome outcome{std::move(counted.election), counted.counts.total_weight(), {}};
  ASSIGN_OR_RETURN(outcome.ranking, ranking::RankPairwise(method.id, params, counted.counts,
                                                          outcome.election.options, options,
                                                          outcome.election.numeric_ids));
  return outcome;
}

absl::StatusOr<Outcome> RankFile(ranking::Format format, absl::string_view text,
                                 const Method& method, Params& params, const RankOptions& options) {
  ASSIGN_OR_RETURN(std::optional<Outcome> counted,
                   RankByCounts(format, text, method, params, options));
  if (counted) return *std::move(counted);
  Outcome outcome;
  ASSIGN_OR_RETURN(outcome.election,
                   ranking::ReadElection(format, text, ranking::MappedFile::Release));
  const Election& read = outcome.election;
  if (!read.graded && !read.comparisons && !read.budget)
    RETURN_IF_ERROR(CheckAnyPreference(method, read.ranked));
  params = ranking::DefaultsOf(outcome.election, method, params);
  outcome.ballots = ranking::BallotsOf(outcome.election);
  ASSIGN_OR_RETURN(outcome.ranking, ranking::Rank(method.id, params, outcome.election, options));
  if (options.explain) {
    outcome.ranking.details["sensitivity"] =
        ranking::Sensitivity(method, params, outcome.election, outcome.ranking);
  }
  return outcome;
}

}  // namespace

absl::StatusOr<const Method*> MethodOf(const std::string& id) {
  const Method* method = ranking::FindMethod(id);
  if (method != nullptr) return method;
  return Refuse(Reason::kUnknownMethod,
                absl::StrCat("there is no method \"", id, "\"; see votum rank --list"));
}

absl::Status CheckAnyPreference(const Method& method, const ranking::RankedBallots& ballots) {
  bool any = method.needs != ranking::Needs::kRanked;
  ballots.ForEach([&](ranking::BallotView ballot) { any |= !ballot.coded.empty(); });
  if (any) return absl::OkStatus();
  return Refuse(Reason::kBadBallots,
                "no ballot names anybody, so nobody can be elected; look at the file again");
}

absl::StatusOr<Params> ParamsOf(const RankArguments& arguments, const Method& method) {
  Params params;
  for (const std::string& param : arguments.params) {
    const size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Refuse(Reason::kBadParam,
                    absl::StrCat("--param ", param, " is not of the form name=value"));
    }
    if (!params.emplace(param.substr(0, equals), param.substr(equals + 1)).second) {
      return Refuse(Reason::kBadParam,
                    absl::StrCat("parameter ", param.substr(0, equals), " is given twice"));
    }
  }
  if (arguments.seats > 0 && !params.emplace("seats", absl::StrCat(arguments.seats)).second) {
    return Refuse(Reason::kBadParam, "seats are given twice; use --seats alone");
  }
  RETURN_IF_ERROR(ranking::ResolveParams(method, params).status());
  return params;
}

absl::StatusOr<std::string> RunRank(const RankArguments& arguments) {
  ASSIGN_OR_RETURN(const Method* method, MethodOf(arguments.method));
  ASSIGN_OR_RETURN(Params params, ParamsOf(arguments, *method));
  ASSIGN_OR_RETURN(const ranking::MappedFile file, ranking::MappedFile::Open(arguments.file));
  ASSIGN_OR_RETURN(const ranking::Format format, ranking::FormatOf(arguments.file, file.text()));
  RankOptions options;
  options.explain = arguments.explain || arguments.output == "html";
  options.threads =
      arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  absl::StatusOr<Outcome> outcome = RankFile(format, file.text(), *method, params, options);
  if (!outcome.ok()) {
    return Reworded(outcome.status(),
                    absl::StrCat(arguments.file, ": ", outcome.status().message()));
  }
  ranking::Report report{method,
                         {},
                         &outcome->election,
                         outcome->ballots,
                         file.Sha256Hex(),
                         std::move(outcome->ranking)};
  ASSIGN_OR_RETURN(report.params, ranking::ResolveParams(*method, params));
  if (arguments.output == "json") return ranking::JsonText(ranking::ReportJson(report));
  if (arguments.output == "html") return ranking::ReportHtml(report);
  return ranking::ReportTables(report);
}

std::string ListMethods() {
  std::string text;
  for (const Method& method : ranking::Methods()) {
    absl::StrAppend(&text, method.id, "  ", method.description, "\n    Source: ", method.source);
    for (const ranking::ParamSpec& spec : method.params) {
      absl::StrAppend(&text, text.back() == '.' ? " " : "; ", spec.name, "=", spec.domain);
      if (!spec.default_value.empty()) absl::StrAppend(&text, " (", spec.default_value, ")");
    }
    text += "\n";
  }
  return text;
}

namespace {

// Exit codes as in all of votum: a bad command line, or a problem with the file.
int ExitCodeOfRank(const absl::Status& error) {
  constexpr Reason kOfTheCommandLine[] = {
      Reason::kBadGroup,      Reason::kBadParam,      Reason::kMissingArgument, Reason::kNoSeats,
      Reason::kUnknownMethod, Reason::kUnknownOption, Reason::kUnknownParam};
  constexpr int kUsage = 2, kLocalProblem = 5;
  if (error.ok()) return 0;
  const auto* end = std::end(kOfTheCommandLine);
  return std::find(std::begin(kOfTheCommandLine), end, ReasonOf(error)) != end ? kUsage
                                                                               : kLocalProblem;
}

int ShowMethods() {
  std::cout << ListMethods();
  return 0;
}

// Ranks the ballots and prints the result; the exit code.
int Rank(const RankArguments& arguments, bool has_file, bool has_method) {
  absl::Status error;
  const bool grouped = !arguments.groups.empty();
  if (has_file == grouped || !has_method) {
    error = Refuse(Reason::kMissingArgument,
                   "give a FILE (or --group NAME=FILE) and --method ID; votum rank "
                   "--list shows the methods");
  } else {
    const absl::StatusOr<std::string> text =
        grouped ? RunRankGroups(arguments) : RunRank(arguments);
    if (text.ok()) std::cout << *text;
    error = text.status();
  }
  if (!error.ok()) {
    const std::string reason = ReasonTextOf(error);
    std::cerr << "votum rank: " << (reason.empty() ? "UNREADABLE" : reason) << ": "
              << error.message() << "\n";
  }
  return ExitCodeOfRank(error);
}

}  // namespace

void AddRankCommand(Command root, int* exit_code) {
  auto arguments = std::make_shared<RankArguments>();
  auto list = std::make_shared<bool>(false);
  const Command command =
      root->add_subcommand("rank", "Rank the ballots of a file by any method, offline");
  const CommandOption file = command->add_option(
      "FILE", arguments->file,
      "PrefLib .soc .soi .toc .toi .cat, BLT .blt .hil, CEF .cvotes .cef, Pabulib .pb, or .csv");
  const CommandOption method =
      command->add_option("-m,--method", arguments->method, "Method id; see --list");
  // One value each, so that a file name may follow.
  command
      ->add_option("-p,--param", arguments->params,
                   "Parameter of the method, name=value; may be repeated")
      ->expected(1)
      ->take_all();
  command
      ->add_option("--seats", arguments->seats, "Seats to fill (STV), where the file does not say")
      ->in_range(1, 1000);
  command->add_option("-o,--output", arguments->output, "table, json or html")
      ->one_of({"table", "json", "html"});
  command->add_flag("--explain", arguments->explain,
                    "Add the whole explanation: matrices, paths, rounds, sensitivity");
  command
      ->add_option("--threads", arguments->threads,
                   "Threads for counting; does not change the result")
      ->in_range(1, 256);
  command
      ->add_option("--group", arguments->groups,
                   "Instead of FILE: a group's ballots, NAME=FILE or NAME=FILE:WEIGHT; may be "
                   "repeated. Each group is ranked, and all together by weight")
      ->expected(1)
      ->take_all();
  command->add_option("--status-quo", arguments->status_quo,
                      "With --group: which options beat this one");
  command->add_flag("--list", *list, "Describe every method and its parameters, with its source");
  command->callback([arguments, list, file, method, exit_code] {
    *exit_code = *list ? ShowMethods() : Rank(*arguments, file->count() > 0, method->count() > 0);
  });
}

}  // namespace votum::cli
