#include "clients/cli/rank/group_ranking.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/rank/rank_inputs.h"
#include "ranking/formats/formats.h"
#include "ranking/formats/mapped_file.h"
#include "ranking/formats/names.h"
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

// Options are joined by this: the name where ids are only numbers of the file, otherwise the id.
absl::string_view KeyOf(const Election& election, const Option& option) {
  return election.numeric_ids && !option.name.empty() ? option.name : option.id;
}

// Where each option of `election` stands in `first`: joined by what people call it, as people see
// it, because the number 1 can be another option in another file.
absl::StatusOr<std::vector<OptionIndex>> PlacesIn(const Election& first, const Election& election,
                                                  const std::string& file) {
  std::map<std::string, OptionIndex> places;
  for (size_t i = 0; i < first.options.size(); ++i) {
    const absl::string_view key = KeyOf(first, first.options[i]);
    if (places.emplace(ranking::AsSeen(key), static_cast<OptionIndex>(i)).second) continue;
    return BadGroup(absl::StrCat("two options of the first group's file are called \"", key,
                                 "\"; files of groups are joined by names, so name them apart"));
  }
  std::vector<OptionIndex> found;
  std::vector<bool> taken(first.options.size());
  for (const Option& option : election.options) {
    const absl::string_view key = KeyOf(election, option);
    const auto place = places.find(ranking::AsSeen(key));
    if (place == places.end() || taken[place->second]) {
      return BadGroup(absl::StrCat(file, " has option \"", key, "\", which the first group's file ",
                                   place == places.end() ? "does not name" : "names only once",
                                   "; name the same options in all files"));
    }
    taken[place->second] = true;
    found.push_back(place->second);
  }
  if (found.size() == first.options.size()) return found;
  const auto missing = std::find(taken.begin(), taken.end(), false) - taken.begin();
  return BadGroup(absl::StrCat(file, " lacks option \"",
                               KeyOf(first, first.options[static_cast<size_t>(missing)]),
                               "\" of the first group's file; name the same options in all files"));
}

// `ballots` with each option at its place in the first file.
absl::StatusOr<ranking::RankedBallots> Moved(const ranking::RankedBallots& ballots,
                                             const std::vector<OptionIndex>& places) {
  ranking::RankedBallots moved(places.size());
  std::vector<uint16_t> coded;
  absl::Status added;
  ballots.ForEach([&](ranking::BallotView ballot) {
    coded.clear();
    for (const uint16_t code : ballot.coded) {
      const uint16_t tie = code & ranking::kTiedWithPrevious;
      coded.push_back(static_cast<uint16_t>(places[code & ~ranking::kTiedWithPrevious] | tie));
    }
    if (added.ok()) added = moved.AddChecked(coded, ballot.weight);
  });
  RETURN_IF_ERROR(added);
  return moved;
}

// The election that all files together describe: the options of the first, and what any of them
// says. Only BLT can say that an option is withdrawn, and only CEF whether unranked options are
// compared; seats are 0 where a file does not say them.
struct Joined {
  Election election;
  bool says_withdrawn = false;
  bool says_unranked = false;
};

absl::Status JoinWithdrawn(const Election& election, const std::vector<OptionIndex>& places,
                           const std::string& file, Joined& joined) {
  if (election.format != "blt") return absl::OkStatus();
  const bool first = !std::exchange(joined.says_withdrawn, true);
  for (size_t i = 0; i < places.size(); ++i) {
    Option& other = joined.election.options[places[i]];
    if (first) other.withdrawn = election.options[i].withdrawn;
    if (election.options[i].withdrawn == other.withdrawn) continue;
    return BadGroup(absl::StrCat("option \"", KeyOf(joined.election, other), "\" is withdrawn in ",
                                 other.withdrawn ? "a file before, but not in " : "", file,
                                 other.withdrawn ? "" : ", but not in the files before",
                                 "; withdraw it in all files or in none"));
  }
  return absl::OkStatus();
}

// Adds what a file says of the election, and refuses it where a file before said otherwise: a
// combined ranking needs one answer.
absl::Status Join(const Election& election, const std::vector<OptionIndex>& places,
                  const std::string& file, Joined& joined) {
  RETURN_IF_ERROR(JoinWithdrawn(election, places, file, joined));
  bool& not_compared = joined.election.unranked_not_compared;
  if (election.format == "cef") {
    if (!std::exchange(joined.says_unranked, true)) not_compared = election.unranked_not_compared;
    if (election.unranked_not_compared != not_compared) {
      return BadGroup(absl::StrCat(file,
                                   " differs from a file before in whether options that a ballot "
                                   "leaves out are compared (Implicit Ranking); say the same in "
                                   "all files"));
    }
  }
  int& seats = joined.election.seats;
  if (seats == 0) seats = election.seats;
  if (election.seats > 0 && election.seats != seats) {
    return BadGroup(absl::StrCat(file, " has ", election.seats, " seats, a file before ", seats,
                                 "; say the same in all files"));
  }
  return absl::OkStatus();
}

// The ballots of `group`; the first file defines the options and their order.
absl::Status ReadGroup(Group& group, Joined& joined, std::vector<ElectorateGroup>& electorate) {
  ASSIGN_OR_RETURN(const ranking::MappedFile file, ranking::MappedFile::Open(group.file));
  ASSIGN_OR_RETURN(const ranking::Format format, ranking::FormatOf(group.file, file.text()));
  auto election = ranking::ReadElection(format, file.text(), nullptr);
  if (!election.ok()) {
    return Reworded(election.status(), absl::StrCat(group.file, ": ", election.status().message()));
  }
  group.sha256 = file.Sha256Hex();
  group.ballots = ranking::BallotsOf(*election);
  if (election->ranked.empty() && group.ballots > 0)
    return BadGroup(absl::StrCat(group.file, " has no ranked ballots; groups are for rankings"));
  std::vector<std::string> remarks = std::move(election->remarks);
  Election& first = joined.election;
  if (electorate.empty()) first = *election;
  ASSIGN_OR_RETURN(const std::vector<OptionIndex> places, PlacesIn(first, *election, group.file));
  RETURN_IF_ERROR(Join(*election, places, group.file, joined));
  for (const std::string& remark : remarks)
    first.remarks.push_back(absl::StrCat(group.file, ": ", remark));
  ASSIGN_OR_RETURN(ranking::RankedBallots ballots, Moved(election->ranked, places));
  electorate.push_back({group.id, group.weight, std::move(ballots)});
  return absl::OkStatus();
}

// `params` with what the files say, as for a single file.
ranking::Params WithFileSays(const ranking::Method& method, const Election& first,
                             ranking::Params params) {
  params = ranking::DefaultsOf(first, method, std::move(params));
  for (const ranking::ParamSpec& spec : method.params) {
    if (spec.name == "seats" && first.seats > 0) params.emplace("seats", absl::StrCat(first.seats));
  }
  return params;
}

class Printer {
 public:
  explicit Printer(const Election& election) : election_(election) {}

  Json Id(OptionIndex option) const { return ranking::IdOf(election_, option); }
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

// The option with this id, or else the only one with this name.
std::optional<OptionIndex> FindOption(const Election& election, const std::string& text) {
  std::vector<OptionIndex> named;
  for (size_t i = 0; i < election.options.size(); ++i) {
    if (election.options[i].id == text) return static_cast<OptionIndex>(i);
    if (election.options[i].name == text) named.push_back(static_cast<OptionIndex>(i));
  }
  return named.size() == 1 ? std::optional<OptionIndex>(named.front()) : std::nullopt;
}

std::vector<OptionIndex> BeatenBy(const std::vector<ElectorateGroup>& electorate,
                                  const Election& first, bool unranked_compared,
                                  OptionIndex status_quo) {
  const size_t options = first.options.size();
  ranking::PairwiseCounts combined(options);
  for (const ElectorateGroup& group : electorate) {
    ranking::PairwiseCounts counts(options);
    counts.AddAll(group.ballots);
    combined.Merge(counts, group.weight);
  }
  const ranking::Unranked unranked =
      unranked_compared ? ranking::Unranked::kBottom : ranking::Unranked::kNotCompared;
  std::vector<OptionIndex> beat = ranking::BeatStatusQuo(combined.Matrix(unranked), status_quo);
  std::erase_if(beat, [&](OptionIndex option) { return first.options[option].withdrawn; });
  return beat;
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

struct StatusQuo {
  OptionIndex option;
  std::vector<OptionIndex> beaten_by;
};

// nullopt if the arguments name none.
absl::StatusOr<std::optional<StatusQuo>> StatusQuoOf(
    const RankArguments& arguments, const Election& first, const ranking::Params& params,
    const std::vector<ElectorateGroup>& electorate) {
  if (arguments.status_quo.empty()) return std::nullopt;
  const std::optional<OptionIndex> option = FindOption(first, arguments.status_quo);
  if (!option.has_value()) {
    return Refuse(Reason::kUnknownOption, absl::StrCat("--status-quo ", arguments.status_quo,
                                                       " is not an option of the files"));
  }
  if (first.options[*option].withdrawn) {
    return Refuse(Reason::kUnknownOption,
                  absl::StrCat("--status-quo ", arguments.status_quo, " is withdrawn"));
  }
  const auto unranked = params.find("unranked");
  const bool compared =
      unranked == params.end() ? !first.unranked_not_compared : unranked->second == "bottom";
  return StatusQuo{*option, BeatenBy(electorate, first, compared, *option)};
}

std::string TextOf(const std::vector<Group>& groups, const Election& first,
                   const ranking::GroupedRanking& result,
                   const std::optional<StatusQuo>& status_quo) {
  const Printer printer(first);
  std::string text;
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::optional<Ranking>& own = result.groups[i].second;
    absl::StrAppend(&text, groups[i].id, " (", groups[i].ballots, " ballots, weight ",
                    groups[i].weight, "): ", own.has_value() ? printer.Line(*own) : "no ballots",
                    "\n");
  }
  absl::StrAppend(&text, "combined: ", printer.Line(result.combined), "\n");
  if (status_quo.has_value()) {
    absl::StrAppend(&text, "beat the status quo ", first.options[status_quo->option].id, ": ",
                    absl::StrJoin(status_quo->beaten_by, ", ",
                                  [&](std::string* out, OptionIndex option) {
                                    absl::StrAppend(out, first.options[option].id);
                                  }),
                    "\n");
  }
  for (const Option& option : first.options) {
    if (!option.name.empty()) absl::StrAppend(&text, option.id, ": ", option.name, "\n");
  }
  for (const std::string& remark : first.remarks) absl::StrAppend(&text, "remark: ", remark, "\n");
  return text;
}

}  // namespace

absl::StatusOr<std::string> RunRankGroups(const RankArguments& arguments) {
  ASSIGN_OR_RETURN(const ranking::Method* method, MethodOf(arguments.method));
  ASSIGN_OR_RETURN(ranking::Params params, ParamsOf(arguments, *method));
  std::vector<Group> groups;
  std::vector<ElectorateGroup> electorate;
  Joined joined;
  for (const std::string& text : arguments.groups) {
    ASSIGN_OR_RETURN(Group group, ParseGroup(text));
    RETURN_IF_ERROR(ReadGroup(group, joined, electorate));
    groups.push_back(std::move(group));
  }
  const Election& first = joined.election;
  params = WithFileSays(*method, first, std::move(params));
  bool any = false;
  for (const ElectorateGroup& group : electorate)
    any |= CheckAnyPreference(*method, group.ballots).ok();
  if (!any) RETURN_IF_ERROR(CheckAnyPreference(*method, electorate.front().ballots));
  ASSIGN_OR_RETURN(const ranking::GroupedRanking result,
                   ranking::RankGroups(method->id, params, first.options, electorate));
  ASSIGN_OR_RETURN(const std::optional<StatusQuo> status_quo,
                   StatusQuoOf(arguments, first, params, electorate));
  if (arguments.output != "json") return TextOf(groups, first, result, status_quo);
  const Printer printer(first);
  Json json = {{"method", method->id}};
  ASSIGN_OR_RETURN(const ranking::Params all, ranking::ResolveParams(*method, params));
  json["params"] = Json(all);
  ranking::DescribeElection(first, json);
  json.update(JsonOf(groups, printer, result));
  if (status_quo.has_value()) {
    json["status_quo"] = {{"id", printer.Id(status_quo->option)},
                          {"beaten_by", printer.Ids(status_quo->beaten_by)}};
  }
  return ranking::JsonText(json);
}

}  // namespace votum::cli
