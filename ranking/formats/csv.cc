#include "ranking/formats/csv.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/formats/names.h"
#include "ranking/formats/text.h"

namespace votum::ranking {
namespace {

class CsvReader {
 public:
  explicit CsvReader(absl::string_view text) : cursor_(text) {
    absl::string_view rest = text;
    separator_ = TakeSeparator(rest);
    cursor_.MoveTo(rest.data());
  }

  absl::StatusOr<Election> Read() {
    election_.format = "csv";
    ASSIGN_OR_RETURN(bool there, Next());
    TrimTo(1);
    if (there && Kind() == "options") {
      RETURN_IF_ERROR(OptionsFrom(1));
      closed_ = true;
      ASSIGN_OR_RETURN(there, Next());
      TrimTo(1);
    }
    if (!there) return cursor_.Error("expected a header line, e.g. \"ranks,A,B,C\"");
    RETURN_IF_ERROR(ReadBody());
    if (election_.options.empty()) return cursor_.Error("no option is named");
    election_.ranked = RankedBallots(election_.options.size());
    for (const auto& [groups, weight, place] : orders_) {
      const absl::Status taken = election_.ranked.AddChecked(Encode(groups), weight);
      if (!taken.ok()) return cursor_.ErrorAt(place, taken.message());
    }
    return std::move(election_);
  }

 private:
  struct Order {
    std::vector<Tier> groups;
    uint64_t weight;
    const char* place;
  };

  const std::string& Kind() const { return record_.fields[0]; }

  absl::Status ReadBody() {
    const std::string kind = Kind();
    if (kind == "weight") return EachLine(&CsvReader::OrderLine);
    if (kind == "winner") return ReadComparisons();
    if (closed_)
      return cursor_.ErrorAt(record_.places[0],
                             "behind an options line only orders (weight,1,2,..) can stand");
    if (kind == "ranks") {
      RETURN_IF_ERROR(OptionsFrom(1));
      return EachLine(&CsvReader::RanksLine);
    }
    absl::string_view grade = kind;
    if (absl::ConsumePrefix(&grade, "grades:")) {
      const std::optional<uint64_t> best = ParseDecimal(grade);
      if (!best || *best > 1000)
        return cursor_.ErrorAt(record_.places[0],
                               "expected the best grade, 0 to 1000, behind grades:");
      return ReadGrades(static_cast<int>(*best));
    }
    if (kind == "approvals") return ReadGrades(1);
    return cursor_.ErrorAt(
        record_.places[0],
        "the header must begin with weight, ranks, grades:BEST, approvals or winner");
  }

  // The next record that is not blank, its cells without blanks around them.
  absl::StatusOr<bool> Next() {
    while (!cursor_.AtEnd()) {
      ASSIGN_OR_RETURN(record_, ReadCsvRecord(cursor_, separator_));
      if (IsBlank(record_)) continue;
      for (std::string& cell : record_.fields) cell = std::string(WithoutBlanksAround(cell));
      return true;
    }
    return false;
  }

  // Removes the empty cells behind the first `kept` ones that spreadsheets append.
  void TrimTo(size_t kept) {
    while (record_.fields.size() > kept && record_.fields.back().empty()) {
      record_.fields.pop_back();
      record_.places.pop_back();
    }
  }

  absl::StatusOr<OptionIndex> NewOption(const std::string& id, const char* place) {
    if (id.empty()) return cursor_.ErrorAt(place, "an option has no name");
    if (election_.options.size() == kMaxOptions) return cursor_.ErrorAt(place, "too many options");
    const auto number = static_cast<OptionIndex>(election_.options.size());
    if (!index_.emplace(id, number).second) {
      return cursor_.ErrorAt(place, absl::StrCat("option \"", id, "\" stands twice"));
    }
    election_.options.push_back({id, ""});
    return number;
  }

  absl::Status OptionsFrom(size_t first) {
    for (size_t i = first; i < record_.fields.size(); ++i) {
      ASSIGN_OR_RETURN(const OptionIndex option, NewOption(record_.fields[i], record_.places[i]));
      (void)option;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<OptionIndex> OptionNamed(const std::string& id, const char* place) {
    const auto found = index_.find(id);
    if (found != index_.end()) return found->second;
    if (closed_) return cursor_.ErrorAt(place, absl::StrCat("there is no option \"", id, "\""));
    if (StandsForNoVote(id)) {
      return cursor_.ErrorAt(
          place, absl::StrCat("\"", id,
                              "\" is what counting machines write where nobody is named; leave the "
                              "cell empty, or name all options in a line options,A,B,.. before"));
    }
    return NewOption(id, place);
  }

  absl::StatusOr<uint64_t> NumberIn(size_t field, uint64_t low, uint64_t high) {
    const std::optional<uint64_t> number = ParseDecimal(record_.fields[field]);
    if (number && *number >= low && *number <= high) return *number;
    return cursor_.ErrorAt(record_.places[field],
                           absl::StrCat("expected a whole number from ", low, " to ", high));
  }

  absl::Status EachLine(absl::Status (CsvReader::*line)()) {
    const size_t columns = record_.fields.size();
    while (true) {
      ASSIGN_OR_RETURN(const bool there, Next());
      if (!there) return absl::OkStatus();
      TrimTo(columns);
      const bool may_be_shorter = line == &CsvReader::OrderLine;
      if (record_.fields.size() > columns || (record_.fields.size() < columns && !may_be_shorter)) {
        return cursor_.ErrorAt(
            record_.places[0],
            absl::StrCat("this line has ", record_.fields.size(), " cells, the header ", columns));
      }
      RETURN_IF_ERROR((this->*line)());
    }
  }

  absl::Status OrderLine() {
    ASSIGN_OR_RETURN(const uint64_t weight, NumberIn(0, 0, kMaxTotalWeight));
    Order order{{}, weight, record_.places[0]};
    TrimTo(1);
    std::map<OptionIndex, bool> seen;
    for (size_t i = 1; i < record_.fields.size(); ++i) {
      order.groups.emplace_back();
      for (absl::string_view part : absl::StrSplit(record_.fields[i], '=')) {
        const absl::string_view id = WithoutBlanksAround(part);
        if (id.empty())
          return cursor_.ErrorAt(record_.places[i], "an empty cell before a filled one");
        ASSIGN_OR_RETURN(const OptionIndex option, OptionNamed(std::string(id), record_.places[i]));
        if (!seen.emplace(option, true).second) {
          return cursor_.ErrorAt(record_.places[i],
                                 absl::StrCat("\"", id, "\" stands twice on this ballot"));
        }
        order.groups.back().push_back(option);
      }
    }
    if (weight > 0) orders_.push_back(std::move(order));
    return absl::OkStatus();
  }

  absl::Status RanksLine() {
    ASSIGN_OR_RETURN(const uint64_t weight, NumberIn(0, 0, kMaxTotalWeight));
    std::map<uint64_t, Tier> by_rank;
    for (size_t i = 1; i < record_.fields.size(); ++i) {
      if (record_.fields[i].empty()) continue;
      ASSIGN_OR_RETURN(const uint64_t rank, NumberIn(i, 1, kMaxOptions));
      by_rank[rank].push_back(static_cast<OptionIndex>(i - 1));
    }
    Order order{{}, weight, record_.places[0]};
    for (auto& [rank, tier] : by_rank) order.groups.push_back(std::move(tier));
    if (weight > 0) orders_.push_back(std::move(order));
    return absl::OkStatus();
  }

  absl::Status ReadGrades(int best) {
    RETURN_IF_ERROR(OptionsFrom(1));
    election_.graded.emplace().max_grade = best;
    return EachLine(&CsvReader::GradesLine);
  }

  absl::Status GradesLine() {
    ASSIGN_OR_RETURN(const uint64_t weight, NumberIn(0, 0, kMaxTotalWeight));
    if (weight == 0) return absl::OkStatus();
    if ((graded_weight_ += weight) > kMaxTotalWeight) {
      return cursor_.ErrorAt(record_.places[0],
                             "the weights of all ballots together are too large");
    }
    GradedBallots& graded = *election_.graded;
    for (size_t i = 1; i < record_.fields.size(); ++i) {
      if (record_.fields[i].empty()) {
        graded.grades.push_back(GradedBallots::kNoGrade);
        continue;
      }
      ASSIGN_OR_RETURN(const uint64_t grade,
                       NumberIn(i, 0, static_cast<uint64_t>(graded.max_grade)));
      graded.grades.push_back(static_cast<int16_t>(grade));
    }
    graded.weights.push_back(weight);
    return absl::OkStatus();
  }

  absl::Status ReadComparisons() {
    if (record_.fields != std::vector<std::string>{"winner", "loser", "count"}) {
      return cursor_.ErrorAt(record_.places[0], "the header of comparisons is winner,loser,count");
    }
    std::map<std::pair<OptionIndex, OptionIndex>, uint64_t> wins;
    while (true) {
      ASSIGN_OR_RETURN(const bool there, Next());
      if (!there) break;
      TrimTo(3);
      if (record_.fields.size() != 3)
        return cursor_.ErrorAt(record_.places[0], "expected three cells");
      ASSIGN_OR_RETURN(const OptionIndex winner, OptionNamed(record_.fields[0], record_.places[0]));
      ASSIGN_OR_RETURN(const OptionIndex loser, OptionNamed(record_.fields[1], record_.places[1]));
      ASSIGN_OR_RETURN(const uint64_t count, NumberIn(2, 0, kMaxTotalWeight));
      if (winner == loser)
        return cursor_.ErrorAt(record_.places[1], "an option cannot be compared with itself");
      uint64_t& sum = wins[{winner, loser}];
      if ((sum += count) > kMaxTotalWeight)
        return cursor_.ErrorAt(record_.places[2], "too many comparisons");
    }
    const size_t n = election_.options.size();
    if (n > kMaxComparedOptions)
      return cursor_.Error(
          absl::StrCat("more than ", kMaxComparedOptions, " options are compared"));
    election_.comparisons.emplace().wins.resize(n * n);
    for (const auto& [pair, count] : wins)
      election_.comparisons->wins[pair.first * n + pair.second] = count;
    return absl::OkStatus();
  }

  Cursor cursor_;
  char separator_ = ',';
  CsvRecord record_;
  Election election_;
  bool closed_ = false;  // all options are named already
  uint64_t graded_weight_ = 0;
  std::map<std::string, OptionIndex> index_;
  std::vector<Order> orders_;
};

std::string HeaderOf(absl::string_view first, const Election& election) {
  std::string line(first);
  for (const Option& option : election.options)
    absl::StrAppend(&line, ",", QuotedIfNeeded(option.id, ','));
  return line + "\n";
}

std::string WriteComparisons(const Election& election) {
  std::string text = "winner,loser,count\n";
  const size_t n = election.options.size();
  // Every option must be named, in its order; its own comparisons may come later.
  for (size_t i = 1; i < n; ++i) {
    absl::StrAppend(&text, QuotedIfNeeded(election.options[i - 1].id, ','), ",",
                    QuotedIfNeeded(election.options[i].id, ','), ",0\n");
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      if (election.comparisons->wins[i * n + j] == 0) continue;
      absl::StrAppend(&text, QuotedIfNeeded(election.options[i].id, ','), ",",
                      QuotedIfNeeded(election.options[j].id, ','), ",",
                      election.comparisons->wins[i * n + j], "\n");
    }
  }
  return text;
}

std::string WriteGrades(const Election& election) {
  const GradedBallots& graded = *election.graded;
  std::string text = HeaderOf(absl::StrCat("grades:", graded.max_grade), election);
  const size_t n = election.options.size();
  for (size_t b = 0; b < graded.weights.size(); ++b) {
    absl::StrAppend(&text, graded.weights[b]);
    for (size_t i = 0; i < n; ++i) {
      const int16_t grade = graded.grades[b * n + i];
      text += ",";
      if (grade != GradedBallots::kNoGrade) absl::StrAppend(&text, grade);
    }
    text += "\n";
  }
  return text;
}

}  // namespace

absl::StatusOr<Election> ReadCsv(absl::string_view text, ReleaseText) {
  return CsvReader(text).Read();
}

absl::StatusOr<std::string> WriteCsv(const Election& election) {
  if (election.comparisons) return WriteComparisons(election);
  if (election.graded) return WriteGrades(election);
  if (election.budget) return Refuse(Reason::kFormatCannot, "CSV has no budgets; write Pabulib");
  std::string text = HeaderOf("options", election);
  size_t longest = 0;
  for (const Option& option : election.options) {
    if (option.id.find('=') != std::string::npos) {
      return Refuse(Reason::kFormatCannot,
                    absl::StrCat("CSV cannot name \"", option.id, "\" (= means a tie)"));
    }
  }
  election.ranked.ForEach(
      [&](BallotView ballot) { longest = std::max(longest, ballot.coded.size()); });
  text += "weight";
  for (size_t i = 1; i <= longest; ++i) absl::StrAppend(&text, ",", i);
  text += "\n";
  election.ranked.ForEach([&](BallotView ballot) {
    absl::StrAppend(&text, ballot.weight);
    for (const Tier& tier : Decode(ballot.coded)) {
      std::string cell;
      for (OptionIndex option : tier)
        absl::StrAppend(&cell, cell.empty() ? "" : "=", election.options[option].id);
      absl::StrAppend(&text, ",", QuotedIfNeeded(cell, ','));
    }
    text += "\n";
  });
  return text;
}

}  // namespace votum::ranking
