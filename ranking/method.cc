#include "ranking/method.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/families.h"

namespace votum::ranking {
namespace {

std::vector<Method> AllMethods() {
  std::vector<Method> all;
  for (auto family : {SchulzeMethods, RankedPairsMethods, PairwiseScoreMethods, KemenyMethods,
                      IrvMethods, StvMethods, GradeMethods, BradleyTerryMethods, BudgetMethods}) {
    for (Method& method : family()) all.push_back(std::move(method));
  }
  return all;
}

absl::Status BadParam(const ParamSpec& spec, absl::string_view value) {
  return Refuse(Reason::kBadParam, absl::StrCat("parameter ", spec.name, " cannot be \"", value,
                                                "\"; it takes ", spec.domain));
}

absl::Status CheckParam(const ParamSpec& spec, const std::string& value) {
  if (spec.domain == "text" || spec.domain == "ids") return absl::OkStatus();
  if (spec.domain == "fraction") {
    const std::vector<std::string> parts = absl::StrSplit(value, '/');
    if (parts.size() > 2) return BadParam(spec, value);
    for (const std::string& part : parts) {
      if (!ParseRational(part)) return BadParam(spec, value);
    }
    if (parts.size() == 2 && sgn(*ParseRational(parts[1])) == 0) return BadParam(spec, value);
    return absl::OkStatus();
  }
  if (absl::StartsWith(spec.domain, "int ")) {
    const std::vector<std::string> bounds = absl::StrSplit(spec.domain, ' ');
    int64_t low, high, number;
    const bool ok = absl::SimpleAtoi(bounds[1], &low) && absl::SimpleAtoi(bounds[2], &high) &&
                    absl::SimpleAtoi(value, &number) && absl::StrCat(number) == value &&
                    low <= number && number <= high;
    return ok ? absl::OkStatus() : BadParam(spec, value);
  }
  for (absl::string_view word : absl::StrSplit(spec.domain, '|')) {
    if (word == value) return absl::OkStatus();
  }
  return BadParam(spec, value);
}

// Whether `election` has the ballots that `method` reads.
absl::Status CheckNeeds(const Method& method, const Election& election) {
  const bool other_kind = election.graded || election.comparisons || election.budget;
  absl::string_view wants;
  switch (method.needs) {
    case Needs::kPairwise:
    case Needs::kRanked:
      if (!election.ranked.empty() || !other_kind) return absl::OkStatus();
      wants = "ranked ballots";
      break;
    case Needs::kGrades:
      if (election.graded) return absl::OkStatus();
      wants = "ballots with grades";
      break;
    case Needs::kApprovals:
      if (!election.comparisons) return absl::OkStatus();
      wants = "approvals, grades or rankings";
      break;
    case Needs::kComparisons:
      if (election.comparisons || !other_kind) return absl::OkStatus();
      wants = "pairwise comparisons or ranked ballots";
      break;
    case Needs::kBudget:
      if (election.budget) return absl::OkStatus();
      wants = "a budget with projects and votes";
      break;
  }
  return Refuse(Reason::kWrongBallots,
                absl::StrCat("method ", method.id, " reads ", wants,
                             ", which this election does not have; choose another method"));
}

// The most options of a method: those with other needs than ballots of grades or budgets take memory
// and time, and give pages of output, that grow with the square of the options or faster.
size_t MostOptions(Needs needs) {
  constexpr size_t kMostRanked = 2000, kMostFitted = 2000;
  if (needs == Needs::kPairwise) return kMaxComparedOptions;
  if (needs == Needs::kComparisons) return kMostFitted;
  return needs == Needs::kRanked ? kMostRanked : kMaxOptions;
}

// Before any memory is taken.
absl::Status CheckSize(const Method& method, size_t options) {
  const size_t most = MostOptions(method.needs);
  if (options <= most) return absl::OkStatus();
  return Refuse(Reason::kTooManyOptions,
                absl::StrCat(options, " options; ", method.id, " ranks at most ", most,
                             "; leave out those that no ballot names, or choose approval"));
}

void MapBack(const std::vector<OptionIndex>& kept, std::vector<OptionIndex>& options) {
  for (OptionIndex& option : options) option = kept[option];
}

absl::StatusOr<const Method*> MethodNamed(absl::string_view id) {
  const Method* method = FindMethod(id);
  if (method != nullptr) return method;
  return Refuse(Reason::kUnknownMethod,
                absl::StrCat("there is no method \"", id, "\"; there are ",
                             absl::StrJoin(Methods(), ", ", [](std::string* out, const Method& m) {
                               absl::StrAppend(out, m.id);
                             })));
}

// Names the deciding profile for later readers of the result.
void SignResult(const Method& method, Ranking& ranking) {
  Json details = {{"profile", absl::StrCat(method.id, ".v", method.version)}};
  details.update(ranking.details);
  ranking.details = std::move(details);
}

}  // namespace

Call::Call(const Election& election, const PairwiseCounts* counts, const Params& params,
           bool explain, size_t threads)
    : election_(election),
      params_(params),
      explain_(explain),
      threads_(threads),
      given_counts_(counts) {}

int64_t Call::int_param(const std::string& name) const {
  int64_t value = 0;
  // The table's domain admits nothing else.
  (void)absl::SimpleAtoi(param(name), &value);
  return value;
}

const PairwiseCounts& Call::counts() const {
  if (given_counts_ != nullptr) return *given_counts_;
  if (!counts_) {
    counts_.emplace(options());
    counts_->AddAll(election_.ranked, threads_);
  }
  return *counts_;
}

const PairwiseMatrix& Call::matrix() const {
  if (!matrix_) {
    matrix_ =
        counts().Matrix(param("unranked") == "bottom" ? Unranked::kBottom : Unranked::kNotCompared);
  }
  return *matrix_;
}

Json IdOf(const Election& election, OptionIndex option) {
  const std::string& id = election.options[option].id;
  int64_t number;
  if (election.numeric_ids && absl::SimpleAtoi(id, &number)) return number;
  return id;
}

Json Call::Ids(absl::Span<const OptionIndex> options) const {
  Json ids = Json::array();
  for (OptionIndex option : options) ids.push_back(Id(option));
  return ids;
}

Json Call::Tiers(absl::Span<const Tier> tiers) const {
  Json list = Json::array();
  for (const Tier& tier : tiers) list.push_back(Ids(tier));
  return list;
}

Ranking RankingOf(std::vector<Tier> tiers) {
  Ranking ranking;
  ranking.tiers = std::move(tiers);
  if (!ranking.tiers.empty()) ranking.winners = ranking.tiers.front();
  size_t rank = 1;
  for (const Tier& tier : ranking.tiers) {
    if (tier.size() > 1) {
      TieEvent event{tier, absl::StrCat("rank ", rank), "shared rank"};
      event.changes_outcome = rank == 1;
      ranking.ties.push_back(std::move(event));
    }
    rank += tier.size();
  }
  return ranking;
}

absl::Span<const Method> Methods() {
  static const auto* const methods = new std::vector<Method>(AllMethods());
  return *methods;
}

const Method* FindMethod(absl::string_view id) {
  for (const Method& method : Methods()) {
    absl::string_view rest = id;
    if (!absl::ConsumePrefix(&rest, method.id)) continue;
    if (rest.empty() || rest == absl::StrCat(".v", method.version)) return &method;
  }
  return nullptr;
}

std::string PinnedId(absl::string_view id) {
  const size_t dot = id.rfind('.');
  absl::string_view version = dot == absl::string_view::npos ? "" : id.substr(dot + 1);
  int number = 0;
  const bool has_version = absl::ConsumePrefix(&version, "v") && absl::SimpleAtoi(version, &number);
  return absl::StrCat(id, has_version ? "" : ".v1");
}

Params DefaultsOf(const Election& election, const Method& method, Params given) {
  if (!election.unranked_not_compared) return given;
  for (const ParamSpec& spec : method.params) {
    if (spec.name == "unranked") given.emplace("unranked", "not-compared");
  }
  return given;
}

absl::StatusOr<Params> ResolveParams(const Method& method, const Params& given) {
  Params resolved;
  for (const ParamSpec& spec : method.params) resolved[spec.name] = spec.default_value;
  for (const auto& [name, value] : given) {
    if (resolved.count(name) == 0) {
      std::vector<std::string> known;
      for (const ParamSpec& spec : method.params) known.push_back(spec.name);
      return Refuse(Reason::kUnknownParam,
                    absl::StrCat("method ", method.id, " has no parameter \"", name, "\"; it has: ",
                                 known.empty() ? "none" : absl::StrJoin(known, ", ")));
    }
    resolved[name] = value;
  }
  for (const ParamSpec& spec : method.params) {
    if (resolved[spec.name] != spec.default_value)
      RETURN_IF_ERROR(CheckParam(spec, resolved[spec.name]));
  }
  return resolved;
}

absl::StatusOr<Ranking> Rank(absl::string_view method_id, const Params& params,
                             const Election& election, const RankOptions& options) {
  ASSIGN_OR_RETURN(const Method* method, MethodNamed(method_id));
  ASSIGN_OR_RETURN(const Params resolved,
                   ResolveParams(*method, DefaultsOf(election, *method, params)));
  RETURN_IF_ERROR(CheckSize(*method, election.options.size()));
  RETURN_IF_ERROR(CheckElection(election));
  RETURN_IF_ERROR(CheckNeeds(*method, election));
  bool withdrawn = false;
  for (const Option& option : election.options) withdrawn |= option.withdrawn;
  if (!withdrawn) {
    ASSIGN_OR_RETURN(Ranking ranking, method->run(Call(election, nullptr, resolved, options.explain,
                                                       options.threads)));
    SignResult(*method, ranking);
    return ranking;
  }
  const Reduced reduced = WithoutWithdrawn(election);
  if (reduced.kept.empty()) {
    return Refuse(Reason::kNoOptions, "all options are withdrawn; there is nothing to rank");
  }
  Call call(reduced.election, nullptr, resolved, options.explain, options.threads);
  std::vector<std::string> gone;
  for (const Option& option : election.options) {
    if (option.withdrawn) gone.push_back(option.id);
  }
  call.set_withdrawn(std::move(gone));
  ASSIGN_OR_RETURN(Ranking ranking, method->run(call));
  for (Tier& tier : ranking.tiers) MapBack(reduced.kept, tier);
  MapBack(reduced.kept, ranking.winners);
  for (TieEvent& tie : ranking.ties) {
    MapBack(reduced.kept, tie.tied);
    MapBack(reduced.kept, tie.decided);
  }
  SignResult(*method, ranking);
  return ranking;
}

absl::StatusOr<Ranking> RankPairwise(absl::string_view method_id, const Params& params,
                                     const PairwiseCounts& counts,
                                     const std::vector<Option>& options,
                                     const RankOptions& rank_options, bool numeric_ids) {
  ASSIGN_OR_RETURN(const Method* method, MethodNamed(method_id));
  ASSIGN_OR_RETURN(const Params resolved, ResolveParams(*method, params));
  Election election;
  election.numeric_ids = numeric_ids;
  election.options = options;
  election.ranked = RankedBallots(options.size());
  RETURN_IF_ERROR(CheckElection(election));
  if (method->needs != Needs::kPairwise) {
    return Refuse(
        Reason::kWrongBallots,
        absl::StrCat("method ", method->id, " needs the ballots; pairwise counts do not suffice"));
  }
  if (counts.options() != options.size()) {
    return Refuse(Reason::kBadBallots,
                  absl::StrCat("counts of ", counts.options(), " options, but ", options.size(),
                               " options are named"));
  }
  ASSIGN_OR_RETURN(Ranking ranking, method->run(Call(election, &counts, resolved,
                                                     rank_options.explain, rank_options.threads)));
  SignResult(*method, ranking);
  return ranking;
}

}  // namespace votum::ranking
