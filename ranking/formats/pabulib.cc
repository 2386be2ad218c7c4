#include "ranking/formats/pabulib.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/formats/text.h"

namespace votum::ranking {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The name of a section, alone on its line; spreadsheets append separators.
absl::string_view SectionName(absl::string_view line) {
  while (absl::EndsWith(line, ";")) line.remove_suffix(1);
  return absl::StripAsciiWhitespace(line);
}

class PabulibReader {
 public:
  explicit PabulibReader(absl::string_view text) : cursor_(text) {}

  absl::StatusOr<Election> Read() {
    if (absl::StartsWith(cursor_.rest(), kByteOrderMark)) {
      cursor_.MoveTo(cursor_.at() + kByteOrderMark.size());
    }
    budget_.vote_type = "approval";
    RETURN_IF_ERROR(Section("META"));
    RETURN_IF_ERROR(ReadMeta());
    RETURN_IF_ERROR(Section("PROJECTS"));
    RETURN_IF_ERROR(ReadProjects());
    RETURN_IF_ERROR(Section("VOTES"));
    RETURN_IF_ERROR(ReadVotes());
    RETURN_IF_ERROR(ScalePoints());
    RETURN_IF_ERROR(CheckDeclared("num_projects", election_.options.size()));
    RETURN_IF_ERROR(CheckDeclared("num_votes", budget_.voters()));
    CheckVotesColumn();
    Remark(named_twice_, "a vote names a project twice, which counts once");
    Remark(voted_twice_, "a voter_id stands on several lines, each of which counts");
    Remark(too_short_, "a vote names fewer projects than min_length of META");
    Remark(too_long_, "a vote names more projects than max_length of META, and counts");
    election_.ranked = RankedBallots(election_.options.size());
    election_.budget = std::move(budget_);
    election_.format = "pabulib";
    return std::move(election_);
  }

 private:
  absl::Status Section(absl::string_view name) {
    while (!cursor_.AtEnd()) {
      const char* at = cursor_.at();
      const absl::string_view line = SectionName(absl::StripAsciiWhitespace(cursor_.Line()));
      if (line.empty()) continue;
      if (line == name) return absl::OkStatus();
      return cursor_.ErrorAt(at, absl::StrCat("expected section ", name));
    }
    return cursor_.Error(absl::StrCat("the file ends before section ", name));
  }

  // Whether the next line ends this section.
  bool SectionEnds() const {
    Cursor ahead = cursor_;
    const absl::string_view line = SectionName(absl::StripAsciiWhitespace(ahead.Line()));
    return cursor_.AtEnd() || line == "PROJECTS" || line == "VOTES";
  }

  // The next record of this section into record_; false at its end. Lines without content are
  // skipped.
  absl::StatusOr<bool> Next() {
    while (!SectionEnds()) {
      ASSIGN_OR_RETURN(record_, ReadCsvRecord(cursor_, ';'));
      if (IsBlank(record_)) continue;
      for (size_t i = width_; i < record_.fields.size(); ++i) {
        if (absl::StripAsciiWhitespace(record_.fields[i]).empty()) continue;
        return cursor_.ErrorAt(record_.places[i],
                               absl::StrCat("this line has more than the ", width_,
                                            " fields of the header; put a text with semicolons in "
                                            "quotation marks"));
      }
      return true;
    }
    return false;
  }

  // Reads the header line; the place of each column.
  absl::Status Header(std::map<std::string, size_t>& columns) {
    width_ = SIZE_MAX;
    ASSIGN_OR_RETURN(const bool there, Next());
    if (!there) return cursor_.Error("expected the names of the columns");
    width_ = 0;
    for (size_t i = 0; i < record_.fields.size(); ++i) {
      const std::string name(absl::StripAsciiWhitespace(record_.fields[i]));
      if (name.empty()) continue;  // behind the last column
      width_ = i + 1;
      if (!columns.emplace(name, i).second) {
        return cursor_.ErrorAt(record_.places[i],
                               absl::StrCat("column \"", name, "\" stands twice"));
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> Column(const std::map<std::string, size_t>& columns,
                                const std::string& name) {
    const auto found = columns.find(name);
    if (found != columns.end()) return found->second;
    return cursor_.ErrorAt(record_.places[0], absl::StrCat("column \"", name, "\" is missing"));
  }

  // A field of the current record, trimmed.
  absl::StatusOr<absl::string_view> Field(size_t column) {
    if (column < record_.fields.size()) return absl::StripAsciiWhitespace(record_.fields[column]);
    return cursor_.ErrorAt(record_.places[0],
                           absl::StrCat("this line has only ", record_.fields.size(), " fields"));
  }

  absl::Status ReadMeta() {
    std::map<std::string, size_t> columns;
    RETURN_IF_ERROR(Header(columns));
    ASSIGN_OR_RETURN(const size_t key_column, Column(columns, "key"));
    ASSIGN_OR_RETURN(const size_t value_column, Column(columns, "value"));
    while (true) {
      ASSIGN_OR_RETURN(const bool there, Next());
      if (!there) break;
      ASSIGN_OR_RETURN(const absl::string_view key, Field(key_column));
      ASSIGN_OR_RETURN(const absl::string_view value, Field(value_column));
      if (!meta_.emplace(std::string(key), std::string(value)).second) {
        return cursor_.ErrorAt(record_.places[0], absl::StrCat("key \"", key, "\" stands twice"));
      }
      if (key == "budget") {
        ASSIGN_OR_RETURN(budget_.budget, Money(value, record_.places[value_column]));
      }
      if (key == "vote_type") RETURN_IF_ERROR(VoteType(value, record_.places[value_column]));
    }
    if (meta_.count("budget") == 0) return cursor_.Error("META must name the budget");
    if (meta_.count("description") > 0) election_.title = meta_["description"];
    return absl::OkStatus();
  }

  absl::Status VoteType(absl::string_view value, const char* place) {
    constexpr absl::string_view kKnown[] = {"approval", "choose-1", "cumulative", "scoring",
                                            "ordinal"};
    budget_.vote_type = absl::AsciiStrToLower(value);
    if (std::count(std::begin(kKnown), std::end(kKnown), budget_.vote_type) > 0)
      return absl::OkStatus();
    return cursor_.ErrorAt(
        place, absl::StrCat("vote_type \"", value,
                            "\" is not approval, choose-1, cumulative, scoring or ordinal"));
  }

  absl::StatusOr<Rational> Money(absl::string_view value, const char* place) {
    // "600.000" and "0600.000" may be 600 or 600,000; only a number below 1 can have three decimals
    // here.
    const size_t point = value.find('.');
    const bool below_one = value.substr(0, point).find_first_not_of('0') == absl::string_view::npos;
    if (point != absl::string_view::npos && value.size() - point == 4 && !below_one) {
      return cursor_.ErrorAt(
          place, absl::StrCat("\"", value,
                              "\" can be read in two ways; write money without separators of "
                              "thousands, and with two decimals or none"));
    }
    const std::optional<Rational> amount = ParseRational(value);
    if (amount) return *amount;
    return cursor_.ErrorAt(
        place, absl::StrCat("\"", value, "\" is not an amount of money; write digits and a point"));
  }

  absl::Status ReadProjects() {
    std::map<std::string, size_t> columns;
    RETURN_IF_ERROR(Header(columns));
    ASSIGN_OR_RETURN(const size_t id_column, Column(columns, "project_id"));
    ASSIGN_OR_RETURN(const size_t cost_column, Column(columns, "cost"));
    while (true) {
      ASSIGN_OR_RETURN(const bool there, Next());
      if (!there) break;
      ASSIGN_OR_RETURN(const absl::string_view id, Field(id_column));
      ASSIGN_OR_RETURN(const absl::string_view cost, Field(cost_column));
      const auto number = static_cast<OptionIndex>(election_.options.size());
      if (number == kMaxOptions) return cursor_.ErrorAt(record_.places[0], "too many projects");
      if (id.empty() || !index_.emplace(std::string(id), number).second) {
        return cursor_.ErrorAt(record_.places[id_column], id.empty()
                                                              ? "this project has no id"
                                                              : "this project id stands twice");
      }
      Option option{std::string(id), ""};
      const auto votes = columns.find("votes");
      if (votes != columns.end() && votes->second < record_.fields.size()) {
        const absl::string_view said = absl::StripAsciiWhitespace(record_.fields[votes->second]);
        if (!said.empty()) said_votes_.emplace_back(number, said);
      }
      const auto name = columns.find("name");
      if (name != columns.end() && name->second < record_.fields.size())
        option.name = record_.fields[name->second];
      election_.options.push_back(std::move(option));
      budget_.costs.emplace_back();
      ASSIGN_OR_RETURN(budget_.costs.back(), Money(cost, record_.places[cost_column]));
    }
    if (election_.options.empty()) return cursor_.Error("there are no projects");
    seen_.resize(election_.options.size());
    return absl::OkStatus();
  }

  absl::Status ReadVotes() {
    std::map<std::string, size_t> columns;
    RETURN_IF_ERROR(Header(columns));
    ASSIGN_OR_RETURN(const size_t vote_column, Column(columns, "vote"));
    const bool pointed = budget_.vote_type == "cumulative" || budget_.vote_type == "scoring";
    size_t points_column = 0;
    if (pointed) {
      ASSIGN_OR_RETURN(points_column, Column(columns, "points"));
    }
    while (true) {
      ASSIGN_OR_RETURN(const bool there, Next());
      if (!there) break;
      CheckVoter(columns);
      ASSIGN_OR_RETURN(const absl::string_view vote, Field(vote_column));
      ASSIGN_OR_RETURN(std::vector<OptionIndex> named, Named(vote, record_.places[vote_column]));
      CheckLength(named.size());
      if (pointed) {
        ASSIGN_OR_RETURN(const absl::string_view points, Field(points_column));
        RETURN_IF_ERROR(ReadPoints(points, record_.places[points_column], named));
      } else {
        AddVote(named);
      }
      budget_.ends.push_back(static_cast<uint32_t>(budget_.projects.size()));
    }
    cursor_.Line();
    if (!cursor_.AtEnd()) return cursor_.Error("text behind the votes");
    return absl::OkStatus();
  }

  void CheckVoter(const std::map<std::string, size_t>& columns) {
    voter_ = absl::StrCat("on line ", budget_.voters() + 1, " of the votes");
    const auto id = columns.find("voter_id");
    if (id == columns.end() || id->second >= record_.fields.size()) return;
    const absl::string_view voter = absl::StripAsciiWhitespace(record_.fields[id->second]);
    if (voter.empty()) return;
    voter_ = std::string(voter);
    if (!voters_.insert(voter_).second) voted_twice_.Add(voter_);
  }

  void CheckLength(size_t length) {
    const auto limit = [&](const char* key) -> std::optional<uint64_t> {
      const auto found = meta_.find(key);
      return found == meta_.end() ? std::nullopt : ParseDecimal(found->second);
    };
    if (const auto least = limit("min_length"); least && length < *least) too_short_.Add(voter_);
    if (const auto most = limit("max_length"); most && length > *most) too_long_.Add(voter_);
  }

  // The projects of a vote as it names them.
  absl::StatusOr<std::vector<OptionIndex>> Named(absl::string_view vote, const char* place) {
    std::vector<OptionIndex> named;
    if (vote.empty()) return named;
    for (absl::string_view part : absl::StrSplit(vote, ',')) {
      const absl::string_view id = absl::StripAsciiWhitespace(part);
      const auto found = index_.find(id);
      if (found == index_.end())
        return cursor_.ErrorAt(place, absl::StrCat("there is no project \"", id, "\""));
      named.push_back(found->second);
    }
    return named;
  }

  // Whether `project` is named for the first time by the current voter; counts the others.
  bool IsFirst(OptionIndex project) {
    const auto voter = static_cast<uint32_t>(budget_.voters() + 1);
    if (std::exchange(seen_[project], voter) != voter) return true;
    named_twice_.Add(voter_);
    return false;
  }

  void AddVote(const std::vector<OptionIndex>& named) {
    const size_t begin = budget_.projects.size();
    for (const OptionIndex project : named) {
      if (IsFirst(project)) budget_.projects.push_back(project);
    }
    if (budget_.vote_type != "ordinal") return;
    for (size_t i = begin; i < budget_.projects.size(); ++i)
      budget_.points.push_back(static_cast<int64_t>(budget_.projects.size() - i));
  }

  // A project that is named twice keeps its points if they are the same both times.
  absl::Status ReadPoints(absl::string_view points, const char* place,
                          const std::vector<OptionIndex>& named) {
    std::vector<Rational> given;
    for (absl::string_view part : absl::StrSplit(points, ',')) {
      if (part.empty() && points.empty()) break;
      const std::optional<Rational> value = ParseRational(absl::StripAsciiWhitespace(part));
      if (!value)
        return cursor_.ErrorAt(place, absl::StrCat("\"", part, "\" is not a number of points"));
      given.push_back(*value);
    }
    if (given.size() != named.size()) {
      return cursor_.ErrorAt(
          place, absl::StrCat(given.size(), " numbers of points for ", named.size(), " projects"));
    }
    for (size_t i = 0; i < named.size(); ++i) {
      if (IsFirst(named[i])) {
        budget_.projects.push_back(named[i]);
        decimals_.push_back(given[i]);
        continue;
      }
      const auto first = std::find(named.begin(), named.end(), named[i]) - named.begin();
      if (given[static_cast<size_t>(first)] == given[i]) continue;
      return cursor_.ErrorAt(place, absl::StrCat("project \"", election_.options[named[i]].id,
                                                 "\" stands twice in this vote, with other "
                                                 "points; name it once"));
    }
    return absl::OkStatus();
  }

  // Converts decimal points of a file to whole units.
  absl::Status ScalePoints() {
    mpz_class scale = 1;
    for (const Rational& value : decimals_)
      mpz_lcm(scale.get_mpz_t(), scale.get_mpz_t(), value.get_den_mpz_t());
    if (scale > 1000000) return cursor_.Error("points with more than six decimals");
    budget_.points_scale = scale.get_si();
    for (const Rational& value : decimals_) {
      const mpz_class whole = value.get_num() * (scale / value.get_den());
      if (whole > 1000000000) return cursor_.Error("points above 1,000,000,000");
      budget_.points.push_back(whole.get_si());
    }
    return absl::OkStatus();
  }

  absl::Status CheckDeclared(const std::string& key, size_t found) {
    if (meta_.count(key) == 0 || ParseDecimal(meta_[key]) == found) return absl::OkStatus();
    return cursor_.Error(absl::StrCat("META says ", key, " ", meta_[key], ", but the file has ",
                                      found, "; it is cut off or wrong"));
  }

  // Remarks on numbers that the file says of itself and that are not so. They decide nothing, and
  // published files have such faults, so they refuse nothing.
  void CheckVotesColumn() {
    // Files of points differ in what they count here.
    if (budget_.vote_type != "approval" && budget_.vote_type != "choose-1") return;
    std::vector<uint64_t> votes(election_.options.size());
    for (const OptionIndex project : budget_.projects) ++votes[project];
    for (const auto& [project, said] : said_votes_) {
      if (ParseDecimal(said) == votes[project]) continue;
      election_.remarks.push_back(absl::StrCat("project \"", election_.options[project].id,
                                               "\" has ", votes[project],
                                               " votes, but its column votes says ", said));
    }
  }

  // How many voters have a fault, and the first of them: a file of a city may have thousands.
  struct Faults {
    uint64_t count = 0;
    std::string first;
    void Add(absl::string_view voter) {
      if (count++ == 0) first = std::string(voter);
    }
  };
  void Remark(const Faults& faults, absl::string_view what) {
    if (faults.count == 0) return;
    election_.remarks.push_back(
        absl::StrCat(what, ": ", faults.count, " times, the first is voter ", faults.first));
  }

  Cursor cursor_;
  CsvRecord record_;
  size_t width_ = SIZE_MAX;  // the columns of this section
  Election election_;
  ProjectBudget budget_;
  std::map<std::string, std::string> meta_;
  absl::flat_hash_map<std::string, OptionIndex> index_;
  std::vector<uint32_t> seen_;  // of each project, the last voter who named it, from 1
  std::vector<Rational> decimals_;
  std::string voter_;  // of the current line, as remarks name it
  absl::flat_hash_set<std::string> voters_;
  std::vector<std::pair<OptionIndex, std::string>> said_votes_;  // column "votes" of the projects
  Faults named_twice_, voted_twice_, too_short_, too_long_;
};

// A decimal fraction without rounding: scale is a product of 2 and 5 only, since it was read from
// decimals.
std::string ToDecimalText(const Rational& value) {
  Rational rest = value;
  int digits = 0;
  while (rest.get_den() != 1 && digits < 40) {
    rest *= 10;
    ++digits;
  }
  std::string text = rest.get_num().get_str();
  if (digits == 0) return text;
  if (text.size() <= static_cast<size_t>(digits))
    text.insert(0, static_cast<size_t>(digits) + 1 - text.size(), '0');
  text.insert(text.size() - static_cast<size_t>(digits), ".");
  return text;
}

}  // namespace

absl::StatusOr<Election> ReadPabulib(absl::string_view text, ReleaseText) {
  return PabulibReader(text).Read();
}

absl::StatusOr<std::string> WritePabulib(const Election& election) {
  if (!election.budget)
    return Refuse(Reason::kFormatCannot, "a Pabulib file needs a budget; write BLT, CEF or CSV");
  const ProjectBudget& budget = *election.budget;
  const std::string type = budget.vote_type.empty() ? "approval" : budget.vote_type;
  std::string text = absl::StrCat(
      "META\nkey;value\ndescription;", QuotedIfNeeded(election.title, ';'), "\nnum_projects;",
      election.options.size(), "\nnum_votes;", budget.voters(), "\nbudget;",
      ToDecimalText(budget.budget), "\nvote_type;", type, "\nPROJECTS\nproject_id;cost;name\n");
  for (size_t i = 0; i < election.options.size(); ++i) {
    absl::StrAppend(&text, QuotedIfNeeded(election.options[i].id, ';'), ";",
                    ToDecimalText(budget.costs[i]), ";",
                    QuotedIfNeeded(election.options[i].name, ';'), "\n");
  }
  const bool pointed = type == "cumulative" || type == "scoring";
  text += pointed ? "VOTES\nvoter_id;vote;points\n" : "VOTES\nvoter_id;vote\n";
  for (size_t v = 0, i = 0; v < budget.voters(); ++v) {
    std::string vote, points;
    for (; i < budget.ends[v]; ++i) {
      absl::StrAppend(&vote, vote.empty() ? "" : ",", election.options[budget.projects[i]].id);
      if (pointed) {
        absl::StrAppend(&points, points.empty() ? "" : ",",
                        ToDecimalText(Fraction(budget.points[i], budget.points_scale)));
      }
    }
    absl::StrAppend(&text, v + 1, ";", QuotedIfNeeded(vote, ';'), pointed ? ";" : "", points, "\n");
  }
  return text;
}

}  // namespace votum::ranking
