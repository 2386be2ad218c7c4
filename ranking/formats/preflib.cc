#include "ranking/formats/preflib.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/formats/ballot_lines.h"
#include "ranking/formats/text.h"

namespace votum::ranking {
namespace {

// Contents of the "#" lines.
struct Head {
  std::string type;  // "soc", "soi", "toc", "toi", "cat"
  uint64_t voters = 0;
  bool ties = false;
  bool complete = false;
  uint64_t first = 1;    // the number of the first alternative: some .cat files count from 0
  char separator = ':';  // behind the number of voters; "," before 2022
  std::vector<std::string> categories;  // best first; .cat only
};

absl::StatusOr<uint64_t> HeadNumber(const Cursor& cursor, absl::string_view value,
                                    absl::string_view key) {
  const std::optional<uint64_t> number = ParseDecimal(value);
  if (number) return *number;
  return cursor.ErrorAt(value.data(), absl::StrCat(key, " must be a whole number"));
}

// The names "<prefix> 1: a", "<prefix> 2: b", .. in `numbered`, by number.
class NumberedNames {
 public:
  absl::Status Add(const Cursor& cursor, absl::string_view number, absl::string_view name) {
    const std::optional<uint64_t> n = ParseDecimal(number);
    if (!n || *n > kMaxOptions)
      return cursor.ErrorAt(number.data(), "expected a number from 1, or from 0 for all");
    if (!names_.emplace(*n, std::string(name)).second) {
      return cursor.ErrorAt(number.data(), absl::StrCat("number ", *n, " is named twice"));
    }
    return absl::OkStatus();
  }
  const std::map<uint64_t, std::string>& names() const { return names_; }
  // The number of the first: 0 if that is named, otherwise 1.
  uint64_t first() const { return names_.count(0) > 0 ? 0 : 1; }

 private:
  std::map<uint64_t, std::string> names_;
};

class HeadReader {
 public:
  HeadReader(Cursor& cursor, Election& election) : cursor_(cursor), election_(election) {}

  absl::StatusOr<Head> Read() {
    while (!cursor_.AtEnd()) {
      if (cursor_.LineEnd()) continue;
      if (cursor_.Peek() != '#') break;
      const absl::string_view line = cursor_.Line();
      RETURN_IF_ERROR(ReadLine(line));
    }
    RETURN_IF_ERROR(Finish());
    return head_;
  }

 private:
  absl::Status ReadLine(absl::string_view line) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) {
      // Remarks are ignored, but a key without its colon is an error.
      const absl::string_view remark = absl::StripAsciiWhitespace(line.substr(1));
      for (absl::string_view known :
           {"DATA TYPE", "NUMBER ", "ALTERNATIVE NAME", "CATEGORY NAME"}) {
        if (absl::StartsWith(remark, known))
          return cursor_.ErrorAt(line.data(), "expected \"# KEY: VALUE\"");
      }
      return absl::OkStatus();
    }
    absl::string_view key = absl::StripAsciiWhitespace(line.substr(1, colon - 1));
    const absl::string_view value = absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (key == "TITLE") election_.title = std::string(value);
    if (key == "DATA TYPE") head_.type = std::string(value);
    if (key == "NUMBER ALTERNATIVES") {
      ASSIGN_OR_RETURN(alternatives_, HeadNumber(cursor_, value, key));
    }
    if (key == "NUMBER CATEGORIES") {
      ASSIGN_OR_RETURN(categories_, HeadNumber(cursor_, value, key));
    }
    if (key == "NUMBER VOTERS") {
      ASSIGN_OR_RETURN(head_.voters, HeadNumber(cursor_, value, key));
      has_voters_ = true;
    }
    if (absl::ConsumePrefix(&key, "ALTERNATIVE NAME "))
      return option_names_.Add(cursor_, key, value);
    if (absl::ConsumePrefix(&key, "CATEGORY NAME "))
      return category_names_.Add(cursor_, key, value);
    return absl::OkStatus();
  }

  absl::Status Finish() {
    if (head_.type != "soc" && head_.type != "soi" && head_.type != "toc" && head_.type != "toi" &&
        head_.type != "cat") {
      return cursor_.Error("a line \"# DATA TYPE:\" must say soc, soi, toc, toi or cat");
    }
    head_.ties = head_.type[0] == 't';
    head_.complete = head_.type[2] == 'c';
    if (!has_voters_) return cursor_.Error("a line \"# NUMBER VOTERS:\" is missing");
    if (alternatives_ == 0 || alternatives_ > kMaxOptions) {
      return cursor_.Error(absl::StrCat("\"# NUMBER ALTERNATIVES:\" must say 1 to ", kMaxOptions));
    }
    head_.first = option_names_.first();
    for (uint64_t i = 0; i < alternatives_; ++i)
      election_.options.push_back({absl::StrCat(i + head_.first), ""});
    for (const auto& [number, name] : option_names_.names()) {
      if (number - head_.first >= alternatives_)
        return cursor_.Error(absl::StrCat("there is no alternative ", number));
      election_.options[number - head_.first].name = name;
    }
    if (head_.type != "cat") return absl::OkStatus();
    if (categories_ == 0 || categories_ > 1000)
      return cursor_.Error("\"# NUMBER CATEGORIES:\" must say 1 to 1000");
    head_.categories.resize(categories_);
    for (const auto& [number, name] : category_names_.names()) {
      const uint64_t index = number - category_names_.first();
      if (index >= categories_) return cursor_.Error(absl::StrCat("there is no category ", number));
      head_.categories[index] = name;
    }
    return absl::OkStatus();
  }

  Cursor& cursor_;
  Election& election_;
  Head head_;
  uint64_t alternatives_ = 0, categories_ = 0;
  bool has_voters_ = false;
  NumberedNames option_names_, category_names_;
};

// Orders ("2: 1,{2,3}") or categories of one file.
class LineReader {
 public:
  LineReader(const Head& head, size_t options) : head_(head), options_(options), seen_(options) {}

  // Reads the next line; `groups_` holds the end of each group within coded().
  absl::Status Read(Cursor& cursor) {
    seen_.NextBallot();
    coded_.clear();
    group_ends_.clear();
    const char* at = cursor.at();
    // PrefLib files may contain orders that no voter gave.
    if (!cursor.Number(&weight_)) {
      return cursor.ErrorAt(at, "expected how many voters gave this order, a whole number");
    }
    if (cursor.Peek() != head_.separator) {
      return cursor.Error(absl::StrCat("expected \"", absl::string_view(&head_.separator, 1),
                                       "\" behind the number of voters"));
    }
    cursor.Skip();
    cursor.SkipBlanks();
    while (!cursor.LineEnd()) {
      if (!group_ends_.empty()) {
        if (cursor.Peek() != ',') return cursor.Error("expected \",\" or the end of the line");
        cursor.Skip();
        cursor.SkipBlanks();
      }
      RETURN_IF_ERROR(ReadGroup(cursor));
      cursor.SkipBlanks();
    }
    if (head_.complete && head_.type != "cat" && coded_.size() != options_) {
      return cursor.ErrorAt(at, absl::StrCat("a ", head_.type, " file ranks all ", options_,
                                             " alternatives; this line ", coded_.size()));
    }
    return absl::OkStatus();
  }

  const std::vector<uint16_t>& coded() const { return coded_; }
  const std::vector<size_t>& group_ends() const { return group_ends_; }
  uint64_t weight() const { return weight_; }

 private:
  absl::Status ReadGroup(Cursor& cursor) {
    if (cursor.Peek() != '{') {
      RETURN_IF_ERROR(ReadOption(cursor, 0));
      group_ends_.push_back(coded_.size());
      return absl::OkStatus();
    }
    const char* brace = cursor.at();
    cursor.Skip();
    const size_t begin = coded_.size();
    cursor.SkipBlanks();
    while (cursor.Peek() != '}') {
      if (coded_.size() > begin) {
        if (cursor.Peek() != ',') return cursor.Error("expected \",\" or \"}\"");
        cursor.Skip();
        cursor.SkipBlanks();
      }
      RETURN_IF_ERROR(ReadOption(cursor, coded_.size() > begin ? kTiedWithPrevious : 0));
      cursor.SkipBlanks();
    }
    cursor.Skip();
    group_ends_.push_back(coded_.size());
    if (head_.type == "cat") return absl::OkStatus();
    if (coded_.size() == begin) return cursor.ErrorAt(brace, "empty braces");
    if (!head_.ties && coded_.size() - begin > 1) {
      return cursor.ErrorAt(brace, absl::StrCat("a ", head_.type, " file has no ties"));
    }
    return absl::OkStatus();
  }

  absl::Status ReadOption(Cursor& cursor, uint16_t tie) {
    const char* at = cursor.at();
    uint64_t option;
    if (!cursor.Number(&option)) return cursor.Error("expected the number of an alternative");
    // 0 wraps to a number above all where the numbers begin with 1.
    const uint64_t index = option - head_.first;
    if (index >= options_)
      return cursor.ErrorAt(at, absl::StrCat("there is no alternative ", option));
    if (!seen_.Add(index)) {
      return cursor.ErrorAt(at, absl::StrCat("alternative ", option, " stands twice on this line"));
    }
    coded_.push_back(static_cast<uint16_t>(index | tie));
    return absl::OkStatus();
  }

  const Head& head_;
  const size_t options_;
  SeenOptions seen_;
  std::vector<uint16_t> coded_;
  std::vector<size_t> group_ends_;
  uint64_t weight_ = 0;
};

absl::Status ReadOrders(Cursor cursor, const Head& head, size_t options, BallotSink sink) {
  LineReader line(head, options);
  while (!cursor.AtEnd()) {
    cursor.SkipBlanks();
    if (cursor.LineEnd()) continue;
    const char* at = cursor.at();
    RETURN_IF_ERROR(line.Read(cursor));
    const absl::Status taken = sink(line.coded(), line.weight());
    if (!taken.ok()) return cursor.ErrorAt(at, taken.message());
  }
  return absl::OkStatus();
}

absl::Status ReadCategories(Cursor cursor, const Head& head, Election& election) {
  GradedBallots& graded = election.graded.emplace();
  graded.max_grade = static_cast<int>(head.categories.size()) - 1;
  graded.grade_names.assign(head.categories.rbegin(), head.categories.rend());
  LineReader line(head, election.options.size());
  while (!cursor.AtEnd()) {
    cursor.SkipBlanks();
    if (cursor.LineEnd()) continue;
    const char* at = cursor.at();
    RETURN_IF_ERROR(line.Read(cursor));
    if (line.group_ends().size() > head.categories.size()) {
      return cursor.ErrorAt(at, absl::StrCat("more than ", head.categories.size(), " categories"));
    }
    std::vector<int16_t> grades(election.options.size(), GradedBallots::kNoGrade);
    for (size_t c = 0, i = 0; c < line.group_ends().size(); ++c) {
      for (; i < line.group_ends()[c]; ++i) {
        grades[line.coded()[i] & ~kTiedWithPrevious] =
            static_cast<int16_t>(graded.max_grade - static_cast<int>(c));
      }
    }
    if (line.weight() == 0) continue;
    graded.grades.insert(graded.grades.end(), grades.begin(), grades.end());
    graded.weights.push_back(line.weight());
    const absl::Status taken = election.ranked.AddChecked(line.coded(), line.weight());
    if (!taken.ok()) return cursor.ErrorAt(at, taken.message());
  }
  return absl::OkStatus();
}

absl::Status CheckVoters(const Cursor& end, const Head& head, uint64_t counted) {
  if (counted == head.voters) return absl::OkStatus();
  return end.Error(absl::StrCat("\"# NUMBER VOTERS:\" says ", head.voters,
                                ", but the lines add up to ", counted,
                                "; the file is cut off or wrong"));
}

// The head of files from before 2022:
//
//   3                the number of alternatives
//   1,Adam           each with its name
//   ..
//   20,20,5          voters, sum of the orders' counts, different orders
//
// It does not say whether all alternatives are ranked and whether there are ties: the file's ending
// does, and here the orders themselves.
absl::StatusOr<Head> ReadOldHead(Cursor& cursor, Election& election) {
  Head head;
  head.type = "toi";
  head.ties = true;
  head.separator = ',';
  uint64_t alternatives;
  const char* at = cursor.at();
  if (!cursor.Number(&alternatives) || alternatives == 0 || alternatives > kMaxOptions ||
      !cursor.LineEnd()) {
    return cursor.ErrorAt(at, absl::StrCat("expected a head of \"# KEY: VALUE\" lines or, as "
                                           "before 2022, the number of alternatives, 1 to ",
                                           kMaxOptions));
  }
  for (uint64_t i = 1; i <= alternatives; ++i) {
    uint64_t number;
    at = cursor.at();
    if (!cursor.Number(&number) || number != i || cursor.Peek() != ',')
      return cursor.ErrorAt(at, absl::StrCat("expected alternative ", i, " as \"", i, ",NAME\""));
    cursor.Skip();
    election.options.push_back(
        {absl::StrCat(i), std::string(absl::StripAsciiWhitespace(cursor.Line()))});
  }
  at = cursor.at();
  const std::vector<absl::string_view> sums = absl::StrSplit(cursor.Line(), ',');
  std::optional<uint64_t> voters;
  if (sums.size() == 3) voters = ParseDecimal(absl::StripAsciiWhitespace(sums[1]));
  if (!voters)
    return cursor.ErrorAt(at, "expected voters, sum of counts and different orders, as in 20,20,5");
  head.voters = *voters;
  return head;
}

absl::StatusOr<Head> ReadFrame(Cursor& cursor, Election& election) {
  const bool old = absl::ascii_isdigit(cursor.Peek());
  ASSIGN_OR_RETURN(Head head,
                   old ? ReadOldHead(cursor, election) : HeadReader(cursor, election).Read());
  election.numeric_ids = true;
  election.format = absl::StrCat("preflib ", head.type);
  election.ranked = RankedBallots(election.options.size());
  return head;
}

// ---- Writing

std::string WriteHead(const Election& election, absl::string_view type, uint64_t voters,
                      size_t orders) {
  std::string text =
      absl::StrCat("# TITLE: ", election.title, "\n# DATA TYPE: ", type,
                   "\n# NUMBER ALTERNATIVES: ", election.options.size(),
                   "\n# NUMBER VOTERS: ", voters, "\n# NUMBER UNIQUE ORDERS: ", orders, "\n");
  for (size_t i = 0; i < election.options.size(); ++i) {
    const Option& option = election.options[i];
    absl::StrAppend(&text, "# ALTERNATIVE NAME ", i + 1, ": ",
                    option.name.empty() ? option.id : option.name, "\n");
  }
  return text;
}

std::string WriteCategories(const Election& election) {
  const GradedBallots& graded = *election.graded;
  uint64_t voters = 0;
  for (uint64_t weight : graded.weights) voters += weight;
  std::string text = WriteHead(election, "cat", voters, graded.weights.size());
  absl::StrAppend(&text, "# NUMBER CATEGORIES: ", graded.max_grade + 1, "\n");
  for (int c = 0; c <= graded.max_grade; ++c) {
    const auto grade = static_cast<size_t>(graded.max_grade - c);
    absl::StrAppend(
        &text, "# CATEGORY NAME ", c + 1, ": ",
        grade < graded.grade_names.size() ? graded.grade_names[grade] : absl::StrCat(grade), "\n");
  }
  const size_t n = election.options.size();
  for (size_t b = 0; b < graded.weights.size(); ++b) {
    absl::StrAppend(&text, graded.weights[b], ": ");
    for (int grade = graded.max_grade; grade >= 0; --grade) {
      text += grade == graded.max_grade ? "{" : ",{";
      for (size_t i = 0; i < n; ++i) {
        if (graded.grades[b * n + i] != grade) continue;
        absl::StrAppend(&text, text.back() == '{' ? "" : ",", i + 1);
      }
      text += "}";
    }
    text += "\n";
  }
  return text;
}

}  // namespace

absl::StatusOr<Election> ReadPreflib(absl::string_view text, ReleaseText release) {
  Election election;
  Cursor cursor(text);
  ASSIGN_OR_RETURN(const Head head, ReadFrame(cursor, election));
  if (head.type == "cat") {
    RETURN_IF_ERROR(ReadCategories(cursor, head, election));
  } else {
    const size_t options = election.options.size();
    RETURN_IF_ERROR(ReadLines(
        text, cursor.rest(), release,
        [&](Cursor lines, BallotSink sink) { return ReadOrders(lines, head, options, sink); },
        [&](absl::Span<const uint16_t> coded, uint64_t weight) {
          return election.ranked.AddChecked(coded, weight);
        }));
  }
  cursor.MoveTo(text.data() + text.size());
  RETURN_IF_ERROR(CheckVoters(cursor, head, election.ranked.total_weight()));
  return election;
}

absl::StatusOr<CountedElection> CountPreflib(absl::string_view text, size_t threads,
                                             ReleaseText release) {
  Election election;
  Cursor cursor(text);
  ASSIGN_OR_RETURN(const Head head, ReadFrame(cursor, election));
  if (head.type == "cat") return cursor.Error("a cat file has no orders");
  const size_t options = election.options.size();
  RETURN_IF_ERROR(CheckCounted(options));
  CountedElection counted{std::move(election), PairwiseCounts(options)};
  RETURN_IF_ERROR(CountLines(
      text, cursor.rest(), threads, release,
      [&](Cursor lines, BallotSink sink) { return ReadOrders(lines, head, options, sink); },
      counted.counts));
  cursor.MoveTo(text.data() + text.size());
  RETURN_IF_ERROR(CheckVoters(cursor, head, counted.counts.total_weight()));
  return counted;
}

absl::StatusOr<std::string> WritePreflib(const Election& election) {
  if (election.graded) return WriteCategories(election);
  bool complete = true;
  election.ranked.ForEach(
      [&](BallotView ballot) { complete &= ballot.coded.size() == election.options.size(); });
  const std::string type =
      absl::StrCat(election.ranked.has_ties() ? "t" : "s", "o", complete ? "c" : "i");
  std::string text =
      WriteHead(election, type, election.ranked.total_weight(), election.ranked.size());
  election.ranked.ForEach([&](BallotView ballot) {
    absl::StrAppend(&text, ballot.weight, ": ");
    const std::vector<Tier> groups = Decode(ballot.coded);
    for (size_t g = 0; g < groups.size(); ++g) {
      if (g > 0) text += ",";
      if (groups[g].size() > 1) text += "{";
      for (size_t i = 0; i < groups[g].size(); ++i)
        absl::StrAppend(&text, i > 0 ? "," : "", groups[g][i] + 1);
      if (groups[g].size() > 1) text += "}";
    }
    text += "\n";
  });
  return text;
}

}  // namespace votum::ranking
