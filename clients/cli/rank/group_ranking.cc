#include "clients/cli/rank/group_ranking.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/rank/rank_inputs.h"
#include "ranking/formats/formats.h"
#include "ranking/formats/mapped_file.h"
#include "ranking/groups.h"
#include "ranking/pairwise.h"
#include "ranking/report.h"

namespace votum::cli {
namespace {

using ranking::Election;
using ranking::ElectorateGroup;
using ranking::Json;
using ranking::Option;
using ranking::OptionIndex;
using ranking::Ranking;

struct Group {
  std::string id;
  std::string file;
  uint64_t weight = 1;
  std::string sha256;
  uint64_t ballots = 0;
};

absl::Status BadGroup(absl::string_view what) { return Refuse(Reason::kBadGroup, what); }

// "citizens=citizens.soc" or "citizens=citizens.soc:2".
absl::StatusOr<Group> ParseGroup(const std::string& text) {
  const size_t equals = text.find('=');
  Group group;
  if (equals != std::string::npos) {
    group.id = text.substr(0, equals);
    group.file = text.substr(equals + 1);
  }
  const size_t colon = group.file.rfind(':');
  if (colon != std::string::npos) {
    const std::optional<uint64_t> weight = ParseDecimal(group.file.substr(colon + 1));
    if (!weight.has_value())
      return BadGroup(
          absl::StrCat("--group ", text, ": the weight after \":\" is not a whole number"));
    group.weight = *weight;
    group.file.resize(colon);
  }
  if (group.id.empty() || group.file.empty())
    return BadGroup(
        absl::StrCat("--group ", text, " is not of the form NAME=FILE or NAME=FILE:WEIGHT"));
  return group;
}

std::string IdsOf(const std::vector<Option>& options) {
  return absl::StrJoin(options, ",", [](std::string* out, const Option& option) {
    absl::StrAppend(out, option.id);
  });
}

// The ballots of `group`; the first file defines the options.
absl::Status ReadGroup(Group& group, Election& first, std::vector<ElectorateGroup>& electorate) {
  ASSIGN_OR_RETURN(const ranking::MappedFile file, ranking::MappedFile::Open(group.file));
  ASSIGN_OR_RETURN(const ranking::Format format, ranking::FormatOf(group.file, file.text()));
  auto election = ranking::ReadElection(format, file.text(), nullptr);
  if (!election.ok()) {
    return Reworded(election.status(), absl::StrCat(group.file, ": ", election.status().message()));
  }
  group.sha256 = file.Sha256Hex();
  group.ballots = ranking::BallotsOf(*election);
  if (electorate.empty()) {
    first = *election;
  } else if (IdsOf(first.options) != IdsOf(election->options)) {
    return BadGroup(absl::StrCat(group.file, " has other options than the first group's file"));
  }
  if (election->ranked.empty() && group.ballots > 0)
    return BadGroup(absl::StrCat(group.file, " has no ranked ballots; groups are for rankings"));
  electorate.push_back({group.id, group.weight, std::move(election->ranked)});
  return absl::OkStatus();
}

class Printer {
 public:
  explicit Printer(const Election& election) : election_(election) {}

  Json Id(OptionIndex option) const {
    const std::string& id = election_.options[option].id;
    int64_t number = 0;
    return election_.numeric_ids && absl::SimpleAtoi(id, &number) ? Json(number) : Json(id);
  }
  Json Ids(const std::vector<OptionIndex>& options) const {
    Json ids = Json::array();
    for (const OptionIndex option : options) ids.push_back(Id(option));
    return ids;
  }
  Json Tiers(const Ranking& ranking) const {
    Json tiers = Json::array();
    for (const ranking::Tier& tier : ranking.tiers)
      tiers.push_back(Ids(std::vector<OptionIndex>(tier.begin(), tier.end())));
    return tiers;
  }
  // "A > B = C"
  std::string Line(const Ranking& ranking) const {
    return absl::StrJoin(ranking.tiers, " > ", [&](std::string* out, const ranking::Tier& tier) {
      absl::StrAppend(out, absl::StrJoin(tier, " = ", [&](std::string* one, OptionIndex option) {
                        absl::StrAppend(one, election_.options[option].id);
                      }));
    });
  }

 private:
  const Election& election_;
};

std::optional<OptionIndex> FindOption(const Election& election, const std::string& id) {
  for (size_t i = 0; i < election.options.size(); ++i) {
    if (election.options[i].id == id) return static_cast<OptionIndex>(i);
  }
  return std::nullopt;
}

std::vector<OptionIndex> BeatenBy(const std::vector<ElectorateGroup>& electorate, size_t options,
                                  OptionIndex status_quo) {
  ranking::PairwiseCounts combined(options);
  for (const ElectorateGroup& group : electorate) {
    ranking::PairwiseCounts counts(options);
    counts.AddAll(group.ballots);
    combined.Merge(counts, group.weight);
  }
  return ranking::BeatStatusQuo(combined.Matrix(), status_quo);
}

Json JsonOf(const std::vector<Group>& groups, const Printer& printer,
            const ranking::GroupedRanking& result) {
  Json list = Json::array();
  uint64_t ballots = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    Json one = {{"id", groups[i].id},
                {"weight", groups[i].weight},
                {"input", {{"ballots", groups[i].ballots}, {"sha256", groups[i].sha256}}}};
    const std::optional<Ranking>& own = result.groups[i].second;
    one["ranking"] = own.has_value() ? printer.Tiers(*own) : Json::array();
    one["winners"] = own.has_value() ? printer.Ids(own->winners) : Json::array();
    list.push_back(std::move(one));
    ballots += groups[i].ballots * groups[i].weight;
  }
  Json ties = Json::array();
  for (const ranking::TieEvent& tie : result.combined.ties)
    ties.push_back({{"tied", printer.Ids(tie.tied)}, {"stage", tie.stage}, {"rule", tie.rule}});
  return {{"groups", list},
          {"combined",
           {{"ballots", ballots},
            {"ranking", printer.Tiers(result.combined)},
            {"winners", printer.Ids(result.combined.winners)},
            {"ties", ties}}}};
}

}  // namespace

absl::StatusOr<std::string> RunRankGroups(const RankArguments& arguments) {
  ASSIGN_OR_RETURN(const ranking::Method* method, MethodOf(arguments.method));
  ASSIGN_OR_RETURN(const ranking::Params params, ParamsOf(arguments, *method));
  std::vector<Group> groups;
  std::vector<ElectorateGroup> electorate;
  Election first;
  for (const std::string& text : arguments.groups) {
    ASSIGN_OR_RETURN(Group group, ParseGroup(text));
    RETURN_IF_ERROR(ReadGroup(group, first, electorate));
    groups.push_back(std::move(group));
  }
  ASSIGN_OR_RETURN(const ranking::GroupedRanking result,
                   ranking::RankGroups(method->id, params, first.options, electorate));
  const Printer printer(first);
  std::optional<OptionIndex> status_quo;
  std::vector<OptionIndex> beaten_by;
  if (!arguments.status_quo.empty()) {
    status_quo = FindOption(first, arguments.status_quo);
    if (!status_quo.has_value()) {
      return Refuse(Reason::kUnknownOption, absl::StrCat("--status-quo ", arguments.status_quo,
                                                         " is not an option of the files"));
    }
    beaten_by = BeatenBy(electorate, first.options.size(), *status_quo);
  }
  if (arguments.output == "json") {
    Json json = {{"method", method->id}};
    ASSIGN_OR_RETURN(const ranking::Params all, ranking::ResolveParams(*method, params));
    json["params"] = Json(all);
    json.update(JsonOf(groups, printer, result));
    if (status_quo.has_value())
      json["status_quo"] = {{"id", printer.Id(*status_quo)}, {"beaten_by", printer.Ids(beaten_by)}};
    return ranking::JsonText(json);
  }
  std::string text;
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::optional<Ranking>& own = result.groups[i].second;
    absl::StrAppend(&text, groups[i].id, " (", groups[i].ballots, " ballots, weight ",
                    groups[i].weight, "): ", own.has_value() ? printer.Line(*own) : "no ballots",
                    "\n");
  }
  absl::StrAppend(&text, "combined: ", printer.Line(result.combined), "\n");
  if (status_quo.has_value()) {
    absl::StrAppend(&text, "beat the status quo ", arguments.status_quo, ": ",
                    absl::StrJoin(beaten_by, ", ",
                                  [&](std::string* out, OptionIndex option) {
                                    absl::StrAppend(out, first.options[option].id);
                                  }),
                    "\n");
  }
  return text;
}

}  // namespace votum::cli
