#include "ranking/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ranking/tables.h"

namespace votum::ranking {
namespace {

Json IdsOf(const Election& election, const std::vector<OptionIndex>& options) {
  Json ids = Json::array();
  for (OptionIndex option : options) ids.push_back(IdOf(election, option));
  return ids;
}

Json TieJson(const Election& election, const TieEvent& tie) {
  Json json = {{"tied", IdsOf(election, tie.tied)}, {"stage", tie.stage}, {"rule", tie.rule}};
  if (!tie.decided.empty()) json["decided"] = IdsOf(election, tie.decided);
  if (!tie.seed.empty()) json["seed"] = tie.seed;
  if (tie.changes_outcome) json["changes_outcome"] = *tie.changes_outcome;
  return json;
}

std::string Names(const Election& election, const std::vector<OptionIndex>& options) {
  return absl::StrJoin(options, ", ", [&](std::string* out, OptionIndex option) {
    absl::StrAppend(out, election.options[option].id);
  });
}

}  // namespace

void DescribeElection(const Election& election, Json& json) {
  Json options = Json::array();
  for (size_t i = 0; i < election.options.size(); ++i) {
    const Option& option = election.options[i];
    Json row = {{"id", IdOf(election, static_cast<OptionIndex>(i))},
                {"name", option.name.empty() ? option.id : option.name}};
    if (option.withdrawn) row["withdrawn"] = true;
    options.push_back(std::move(row));
  }
  json["format"] = election.format;
  json["title"] = election.title;
  json["seats"] = election.seats;
  json["options"] = std::move(options);
  if (!election.remarks.empty()) json["remarks"] = election.remarks;
}

uint64_t BallotsOf(const Election& election) {
  uint64_t sum = 0;
  if (election.budget) return election.budget->voters();
  if (election.comparisons) {
    for (uint64_t wins : election.comparisons->wins) sum += wins;
    return sum;
  }
  if (!election.graded) return election.ranked.total_weight();
  for (uint64_t weight : election.graded->weights) sum += weight;
  return sum;
}

Json ReportJson(const Report& report) {
  const Election& election = *report.election;
  Json params = Json::object();
  for (const auto& [name, value] : report.params) params[name] = value;
  Json json = {{"method", report.method->id},
               {"params", std::move(params)},
               {"input",
                {{"ballots", report.ballots},
                 {"options", election.options.size()},
                 {"sha256", report.sha256.empty() ? Json() : Json(report.sha256)}}}};
  DescribeElection(election, json);
  Json ranking = Json::array();
  for (const Tier& tier : report.ranking.tiers) ranking.push_back(IdsOf(election, tier));
  json["ranking"] = std::move(ranking);
  json["winners"] = IdsOf(election, report.ranking.winners);
  json.update(report.ranking.extra);
  Json ties = Json::array();
  for (const TieEvent& tie : report.ranking.ties) ties.push_back(TieJson(election, tie));
  json["ties"] = std::move(ties);
  json["details"] = report.ranking.details;
  return json;
}

std::string JsonText(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ReportTables(const Report& report) {
  const Election& election = *report.election;
  std::string text =
      absl::StrCat(election.title.empty() ? "" : election.title + "\n", report.method->id, ": ",
                   report.method->description, "\nSource: ", report.method->source, "\n",
                   report.ballots, " ballots, ", election.options.size(), " options");
  for (const auto& [name, value] : report.params) {
    if (!value.empty()) absl::StrAppend(&text, ", ", name, "=", value);
  }
  for (const std::string& remark : election.remarks) absl::StrAppend(&text, "\nremark: ", remark);
  TextTable table({"rank", "id", "name"});
  size_t rank = 1;
  for (const Tier& tier : report.ranking.tiers) {
    for (OptionIndex option : tier) {
      const bool won =
          std::count(report.ranking.winners.begin(), report.ranking.winners.end(), option) > 0;
      table.AddRow({absl::StrCat(rank, won ? " *" : ""), election.options[option].id,
                    election.options[option].name});
    }
    rank += tier.size();
  }
  absl::StrAppend(&text, "\n\n", table.ToText());
  if (!report.ranking.ties.empty()) text += "\nTies\n";
  for (const TieEvent& tie : report.ranking.ties) {
    absl::StrAppend(&text, "  ", tie.stage, ": ", Names(election, tie.tied), " by ", tie.rule);
    if (!tie.decided.empty()) absl::StrAppend(&text, " -> ", Names(election, tie.decided));
    if (tie.changes_outcome) {
      absl::StrAppend(&text, *tie.changes_outcome ? "; another decision could change who wins"
                                                  : "; irrelevant to who wins");
    }
    text += "\n";
  }
  const std::vector<std::string> ids = IdsForTables(election);
  text += TablesText(report.ranking.extra, ids);
  text += TablesText(report.ranking.details, ids);
  return text;
}

}  // namespace votum::ranking
