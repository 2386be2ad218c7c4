#include "ranking/formats/pabulib.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
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
      for (const std::string& field : record_.fields) {
        if (!absl::StripAsciiWhitespace(field).empty()) return true;
      }
    }
    return false;
  }

  // Reads the header line; the place of each column.
  absl::Status Header(std::map<std::string, size_t>& columns) {
    ASSIGN_OR_RETURN(const bool there, Next());
    if (!there) return cursor_.Error("expected the names of the columns");
    for (size_t i = 0; i < record_.fields.size(); ++i) {
      const std::string name(absl::StripAsciiWhitespace(record_.fields[i]));
      if (name.empty()) continue;  // behind the last column
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
      ASSIGN_OR_RETURN(const absl::string_view vote, Field(vote_column));
      RETURN_IF_ERROR(ReadVote(vote, record_.places[vote_column]));
      if (pointed) {
        ASSIGN_OR_RETURN(const absl::string_view points, Field(points_column));
        RETURN_IF_ERROR(ReadPoints(points, record_.places[points_column]));
      }
    }
    cursor_.Line();
    if (!cursor_.AtEnd()) return cursor_.Error("text behind the votes");
    return absl::OkStatus();
  }

  absl::Status ReadVote(absl::string_view vote, const char* place) {
    const auto voter = static_cast<uint32_t>(budget_.voters() + 1);
    const size_t begin = budget_.projects.size();
    for (absl::string_view part : absl::StrSplit(vote, ',')) {
      const absl::string_view id = absl::StripAsciiWhitespace(part);
      if (id.empty() && vote.empty()) break;
      const auto found = index_.find(id);
      if (found == index_.end())
        return cursor_.ErrorAt(place, absl::StrCat("there is no project \"", id, "\""));
      if (std::exchange(seen_[found->second], voter) == voter) {
        return cursor_.ErrorAt(place,
                               absl::StrCat("project \"", id, "\" stands twice in this vote"));
      }
      budget_.projects.push_back(found->second);
    }
    budget_.ends.push_back(static_cast<uint32_t>(budget_.projects.size()));
    if (budget_.vote_type == "ordinal") {
      for (size_t i = begin; i < budget_.projects.size(); ++i) {
        budget_.points.push_back(static_cast<int64_t>(budget_.projects.size() - i));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadPoints(absl::string_view points, const char* place) {
    size_t given = 0;
    const size_t wanted = budget_.projects.size() - decimals_.size();
    for (absl::string_view part : absl::StrSplit(points, ',')) {
      if (part.empty() && points.empty()) break;
      const std::optional<Rational> value = ParseRational(absl::StripAsciiWhitespace(part));
      if (!value)
        return cursor_.ErrorAt(place, absl::StrCat("\"", part, "\" is not a number of points"));
      decimals_.push_back(*value);
      ++given;
    }
    if (given == wanted) return absl::OkStatus();
    return cursor_.ErrorAt(place,
                           absl::StrCat(given, " numbers of points for ", wanted, " projects"));
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

  Cursor cursor_;
  CsvRecord record_;
  Election election_;
  ProjectBudget budget_;
  std::map<std::string, std::string> meta_;
  absl::flat_hash_map<std::string, OptionIndex> index_;
  std::vector<uint32_t> seen_;
  std::vector<Rational> decimals_;
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
  std::string text = absl::StrCat("META\nkey;value\ndescription;", CsvField(election.title, ';'),
                                  "\nnum_projects;", election.options.size(), "\nnum_votes;",
                                  budget.voters(), "\nbudget;", ToDecimalText(budget.budget),
                                  "\nvote_type;", type, "\nPROJECTS\nproject_id;cost;name\n");
  for (size_t i = 0; i < election.options.size(); ++i) {
    absl::StrAppend(&text, CsvField(election.options[i].id, ';'), ";",
                    ToDecimalText(budget.costs[i]), ";", CsvField(election.options[i].name, ';'),
                    "\n");
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
    absl::StrAppend(&text, v + 1, ";", CsvField(vote, ';'), pointed ? ";" : "", points, "\n");
  }
  return text;
}

}  // namespace votum::ranking
