#include "ranking/formats/blt.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/formats/ballot_lines.h"
#include "ranking/formats/text.h"

namespace votum::ranking {
namespace {

// Reads the end of a line, with blanks and a comment before it.
bool EndOfBltLine(Cursor& cursor) {
  cursor.SkipBlanks();
  if (cursor.Peek() == '#') {
    cursor.Line();
    return true;
  }
  return cursor.LineEnd();
}

// Skips lines without content.
void SkipEmptyLines(Cursor& cursor) {
  while (!cursor.AtEnd()) {
    const char* line = cursor.at();
    if (!EndOfBltLine(cursor)) {
      cursor.MoveTo(line);
      return;
    }
  }
}

absl::Status ReadHead(Cursor& cursor, Election& election) {
  SkipEmptyLines(cursor);
  cursor.SkipBlanks();
  uint64_t options, seats;
  const char* at = cursor.at();
  if (!cursor.Number(&options) || options == 0 || options > kMaxOptions) {
    return cursor.ErrorAt(at, absl::StrCat("expected the number of options, 1 to ", kMaxOptions));
  }
  cursor.SkipBlanks();
  at = cursor.at();
  if (!cursor.Number(&seats) || seats > kMaxOptions) {
    return cursor.ErrorAt(at, absl::StrCat("expected the number of seats, 0 to ", kMaxOptions));
  }
  if (!EndOfBltLine(cursor))
    return cursor.Error("expected the end of the line behind options and seats");
  for (uint64_t i = 1; i <= options; ++i) election.options.push_back({absl::StrCat(i), ""});
  election.seats = static_cast<int>(seats);
  election.numeric_ids = true;
  election.format = "blt";
  election.ranked = RankedBallots(options);
  return absl::OkStatus();
}

// A line in brackets behind the head, as Droop and OpenSTV write it, which is passed over.
struct BracketRow {
  absl::string_view word;
  absl::string_view way_out;
};
constexpr BracketRow kBrackets[] = {{"tie", "give an order for ties with --param tie_order"},
                                    {"droop",
                                     "it has options of the program Droop; give those of "
                                     "this count with --method and --param"}};

// A line "[tie 2 1]". It changes no ballot; others may, and are refused.
absl::Status ReadBracket(Cursor& cursor, Election& election) {
  const char* at = cursor.at();
  const absl::string_view line = cursor.rest().substr(0, cursor.rest().find('\n'));
  const size_t end = line.find(']');
  if (end == absl::string_view::npos)
    return cursor.ErrorAt(at, "this bracket is not closed on its line");
  const absl::string_view bracket = line.substr(0, end + 1);
  const std::string word =
      absl::AsciiStrToLower(bracket.substr(1, bracket.find_first_of(" \t]") - 1));
  if (word == "nick")
    return cursor.ErrorAt(at, "nicknames are not read; write the numbers of the options");
  const auto* row = std::find_if(std::begin(kBrackets), std::end(kBrackets),
                                 [&](const BracketRow& known) { return known.word == word; });
  if (row == std::end(kBrackets)) {
    return cursor.ErrorAt(
        at, absl::StrCat(bracket,
                         " is not known here; write withdrawn options as a line \"-2\", "
                         "and begin a comment with #"));
  }
  cursor.MoveTo(at + bracket.size());
  if (!EndOfBltLine(cursor)) return cursor.Error("expected the end of the line behind the bracket");
  election.remarks.push_back(absl::StrCat("the file's ", bracket, " is not used; ", row->way_out));
  return absl::OkStatus();
}

// Lines of withdrawn options: "-2" or "-2 -5", and those in brackets.
absl::Status ReadWithdrawals(Cursor& cursor, Election& election) {
  for (SkipEmptyLines(cursor); !cursor.AtEnd();) {
    cursor.SkipBlanks();
    if (cursor.Peek() == '[') {
      RETURN_IF_ERROR(ReadBracket(cursor, election));
      SkipEmptyLines(cursor);
      continue;
    }
    if (cursor.Peek() != '-') return absl::OkStatus();
    while (cursor.Peek() == '-') {
      const char* at = cursor.at();
      cursor.Skip();
      uint64_t option;
      if (!cursor.Number(&option) || option == 0 || option > election.options.size()) {
        return cursor.ErrorAt(at, "expected the number of a withdrawn option behind \"-\"");
      }
      if (std::exchange(election.options[option - 1].withdrawn, true)) {
        return cursor.ErrorAt(at, "this option is already withdrawn");
      }
      cursor.SkipBlanks();
    }
    if (!EndOfBltLine(cursor))
      return cursor.Error("expected the end of the line behind withdrawn options");
    SkipEmptyLines(cursor);
  }
  return absl::OkStatus();
}

// The preferences of a line, up to and with their "0".
absl::Status ReadPreferences(Cursor& cursor, size_t options, SeenOptions& seen,
                             std::vector<uint16_t>& coded) {
  seen.NextBallot();
  coded.clear();
  uint16_t tie = 0;
  while (true) {
    const char* at = cursor.at();
    uint64_t option;
    if (tie == 0 && cursor.Peek() == '-') {  // a rank that the voter left out
      cursor.Skip();
      at = cursor.at();
      cursor.SkipBlanks();
      if (cursor.at() == at) return cursor.Error("expected a blank behind \"-\", a skipped rank");
      continue;
    }
    if (!cursor.Number(&option))
      return cursor.Error("expected an option number, or 0 at the end of the ballot");
    if (option == 0) {
      if (tie != 0) return cursor.ErrorAt(at, "\"=\" must stand between two options");
      return absl::OkStatus();
    }
    if (option > options) return cursor.ErrorAt(at, absl::StrCat("there is no option ", option));
    if (!seen.Add(option - 1))
      return cursor.ErrorAt(at, absl::StrCat("option ", option, " stands twice on this ballot"));
    coded.push_back(static_cast<uint16_t>((option - 1) | tie));
    tie = 0;
    if (cursor.Peek() == '=') {
      tie = kTiedWithPrevious;
      cursor.Skip();
      continue;
    }
    at = cursor.at();
    cursor.SkipBlanks();
    if (cursor.at() == at)
      return cursor.Error("expected a blank or \"=\" behind the option; a ballot ends with 0");
  }
}

// How many ballots a line stands for: a number, or 1 where the ballot's id is named instead, "(a-17)".
absl::Status ReadWeight(Cursor& cursor, uint64_t& weight) {
  const char* at = cursor.at();
  if (cursor.Peek() == '(') {
    const absl::string_view rest = cursor.rest();
    const size_t end = rest.find_first_of(")\n");
    if (end == absl::string_view::npos || rest[end] != ')')
      return cursor.Error("the id of this ballot is not closed; write \")\"");
    cursor.MoveTo(at + end + 1);
    weight = 1;
    return absl::OkStatus();
  }
  if (cursor.Number(&weight) && weight > 0) return absl::OkStatus();
  return cursor.ErrorAt(at, "expected how many ballots there are, a whole number from 1");
}

// Ballot lines to the end of the cursor.
absl::Status ReadBallots(Cursor cursor, size_t options, BallotSink sink) {
  SeenOptions seen(options);
  std::vector<uint16_t> coded;
  for (SkipEmptyLines(cursor); !cursor.AtEnd(); SkipEmptyLines(cursor)) {
    cursor.SkipBlanks();
    const char* at = cursor.at();
    uint64_t weight;
    RETURN_IF_ERROR(ReadWeight(cursor, weight));
    const char* behind = cursor.at();
    cursor.SkipBlanks();
    if (cursor.at() == behind) return cursor.Error("expected a blank behind the number of ballots");
    RETURN_IF_ERROR(ReadPreferences(cursor, options, seen, coded));
    if (!EndOfBltLine(cursor))
      return cursor.Error("expected the end of the line behind the ballot's 0");
    const absl::Status taken = sink(coded, weight);
    if (!taken.ok()) return cursor.ErrorAt(at, taken.message());
  }
  return absl::OkStatus();
}

// Whether the line that begins at `line` is the "0" that ends the ballots.
bool IsLastLine(absl::string_view text, const char* line) {
  Cursor cursor(text, {line, static_cast<size_t>(text.data() + text.size() - line)});
  cursor.SkipBlanks();
  uint64_t number;
  return cursor.Number(&number) && number == 0 && EndOfBltLine(cursor);
}

// The ballot lines; the cursor moves behind the "0" line that ends them. Searches from the end of
// the text, which holds only the names, so that a large file is not read twice.
absl::StatusOr<absl::string_view> BallotPart(absl::string_view text, Cursor& cursor) {
  const absl::string_view rest = cursor.rest();
  for (size_t end = rest.size();;) {
    const size_t newline = end == 0 ? absl::string_view::npos : rest.rfind('\n', end - 1);
    const size_t begin = newline == absl::string_view::npos ? 0 : newline + 1;
    if (IsLastLine(text, rest.data() + begin)) {
      cursor.MoveTo(rest.data() + begin);
      cursor.Line();
      return rest.substr(0, begin);
    }
    if (newline == absl::string_view::npos) break;
    end = newline;
  }
  // Some files leave it out; a quoted name cannot be a ballot, so it ends the ballots too.
  const size_t quote = rest.find("\n\"");
  if (quote != absl::string_view::npos) {
    cursor.MoveTo(rest.data() + quote + 1);
    return rest.substr(0, quote + 1);
  }
  cursor.MoveTo(rest.data() + rest.size());
  return cursor.Error("the file ends before the line \"0\" that must end the ballots");
}

// Whether a quote that stands before `rest` ends a name: nothing, a comment or another name follows
// on its line.
bool EndsName(absl::string_view rest) {
  rest = absl::StripLeadingAsciiWhitespace(rest.substr(0, rest.find('\n')));
  return rest.empty() || rest.front() == '#' || rest.front() == '"';
}

// Whether only punctuation stands between a quote before `rest` and the next one, as in
// "Anna","CDU": two names, but not as BLT writes them.
bool SeparatesNames(absl::string_view rest) {
  const absl::string_view between = rest.substr(0, rest.find_first_of("\"\n"));
  return between.size() < rest.size() && rest[between.size()] == '"' && !between.empty() &&
         std::all_of(between.begin(), between.end(), [](char c) {
           return absl::ascii_ispunct(static_cast<unsigned char>(c)) || c == ' ' || c == '\t';
         });
}

// A quoted name. Quotes inside are written twice, or are any that cannot end the name, as in
// "Hans "Hansi" Muster". Where none can, the first one does, and text stands behind the name.
absl::StatusOr<std::string> QuotedName(Cursor& cursor) {
  const char* opening = cursor.at();
  std::string name, shortest;
  const char* behind_shortest = nullptr;
  for (cursor.Skip(); !cursor.AtEnd() && cursor.Peek() != '\n'; cursor.Skip()) {
    if (cursor.Peek() != '"') {
      name.push_back(cursor.Peek());
      continue;
    }
    const absl::string_view rest = cursor.rest().substr(1);
    if (absl::StartsWith(rest, "\"")) {
      cursor.Skip();
    } else if (EndsName(rest)) {
      cursor.Skip();
      return name;
    } else if (SeparatesNames(rest)) {
      return cursor.Error(
          "quoted names are separated by blanks alone; write quotes within a name twice");
    } else if (behind_shortest == nullptr) {
      shortest = name;
      behind_shortest = rest.data();
    }
    name.push_back('"');
  }
  if (behind_shortest == nullptr)
    return cursor.ErrorAt(opening, "this quote is not closed on its line");
  cursor.MoveTo(behind_shortest);
  return shortest;
}

// One line of names: quoted ones, or the whole line.
struct NameLine {
  std::vector<std::string> names;
  const char* place;
  bool quoted = false;
  // Text behind the names, which only the title may have; null if there is none.
  const char* more = nullptr;
};

// A name without quotes: its line, without a comment behind a blank.
std::string PlainName(absl::string_view line) {
  for (size_t at = line.find('#'); at != absl::string_view::npos; at = line.find('#', at + 1)) {
    if (at > 0 && absl::ascii_isblank(static_cast<unsigned char>(line[at - 1])))
      line = line.substr(0, at);
  }
  return std::string(absl::StripAsciiWhitespace(line));
}

absl::StatusOr<std::vector<NameLine>> ReadNameLines(Cursor& cursor) {
  std::vector<NameLine> lines;
  for (SkipEmptyLines(cursor); !cursor.AtEnd(); SkipEmptyLines(cursor)) {
    cursor.SkipBlanks();
    NameLine line{{}, cursor.at(), cursor.Peek() == '"'};
    if (cursor.Peek() == '[')
      return cursor.Error("brackets must stand behind the line of options and seats");
    if (!line.quoted) line.names.push_back(PlainName(cursor.Line()));
    while (line.quoted) {
      ASSIGN_OR_RETURN(std::string name, QuotedName(cursor));
      line.names.push_back(std::move(name));
      if (EndOfBltLine(cursor)) break;
      if (cursor.Peek() == '"') continue;
      line.more = cursor.at();
      cursor.Line();
      break;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

// Whether a line says whence the file comes.
bool SaysSource(const NameLine& line) {
  constexpr absl::string_view kWords[] = {"source", "quelle", "comment", "kommentar"};
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line.names[0]);
  return std::any_of(std::begin(kWords), std::end(kWords), [&](absl::string_view word) {
    return absl::StartsWithIgnoreCase(text, word);
  });
}

// How many of the lines hold the names and the title; 0 if they are not as they should be. A name
// that is lacking must not give each option the name of the next, so only these are read: all on
// one line; the options on one and the title on the next; a line for each. Names all have quotes or
// none, except that published Scottish files have none around the title. Lines behind the title are
// passed over if they say a source, or have no quotes where the names have.
size_t LinesOfNames(const std::vector<NameLine>& lines, size_t options) {
  const bool quoted = lines[0].quoted;
  const auto fits = [&](size_t count) {
    for (size_t i = 0; i < lines.size(); ++i) {
      const bool alike = lines[i].quoted == quoted;
      const bool is_title = i + 1 == count && i > 0 && !SaysSource(lines[i]);
      const bool is_behind = SaysSource(lines[i]) || (quoted && !lines[i].quoted);
      if (i < count ? !alike && !is_title : !is_behind) return false;
    }
    return lines.size() >= count;
  };
  const size_t on_first = lines[0].names.size();
  if (options > 1 && on_first == options + 1 && fits(1)) return 1;
  // With two options, the second name may be the party of the first.
  if (options > 2 && on_first == options && fits(2) && lines[1].names.size() == 1) return 2;
  if (fits(options + 1)) return options + 1;
  return options == 1 && on_first == 2 && fits(1) ? 1 : 0;
}

// "name (party)", where a line names both.
std::string FullName(const NameLine& line) {
  std::string name = line.names[0];
  for (size_t i = 1; i < line.names.size(); ++i)
    absl::StrAppend(&name, i == 1 ? " (" : ", ", line.names[i]);
  return line.names.size() > 1 ? name + ")" : name;
}

absl::Status NamesDoNotFit(const Cursor& cursor, const std::vector<NameLine>& lines,
                           size_t options) {
  size_t names = 0;
  for (const NameLine& line : lines) names += line.names.size();
  const std::string on_lines =
      names == lines.size() ? "" : absl::StrCat(" on ", lines.size(), " lines");
  return cursor.ErrorAt(
      lines[0].place,
      absl::StrCat("there are ", names, " names", on_lines, " for ", options,
                   " options and the title; name each option, then the title (\"\" for none), each "
                   "on a line of its own"));
}

absl::Status ReadNames(Cursor& cursor, Election& election) {
  ASSIGN_OR_RETURN(const std::vector<NameLine> lines, ReadNameLines(cursor));
  if (lines.empty()) return absl::OkStatus();
  const size_t options = election.options.size();
  const size_t count = LinesOfNames(lines, options);
  if (count == 0) return NamesDoNotFit(cursor, lines, options);
  for (size_t i = 0; i + 1 < count; ++i) {
    if (lines[i].more != nullptr)
      return cursor.ErrorAt(lines[i].more, "text behind a quoted name; begin a comment with #");
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    if (count == options + 1) {
      names.push_back(FullName(lines[i]));
    } else {
      names.insert(names.end(), lines[i].names.begin(), lines[i].names.end());
    }
  }
  for (size_t i = 0; i < options; ++i) election.options[i].name = names[i];
  election.title = names[options];
  if (lines.size() > count) {
    election.remarks.push_back(
        absl::StrCat("text behind the title is not used: \"", lines[count].names[0], "\""));
  }
  return absl::OkStatus();
}

// Reads everything but the ballots and returns the part of the text that holds them.
absl::StatusOr<absl::string_view> ReadFrame(absl::string_view text, Election& election) {
  // Files of the 1980s end with a DOS end-of-file mark.
  Cursor cursor(text, absl::StripSuffix(text, "\x1a"));
  RETURN_IF_ERROR(ReadHead(cursor, election));
  RETURN_IF_ERROR(ReadWithdrawals(cursor, election));
  ASSIGN_OR_RETURN(const absl::string_view ballots, BallotPart(text, cursor));
  RETURN_IF_ERROR(ReadNames(cursor, election));
  return ballots;
}

std::string QuotedForBlt(absl::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c == '\n' || c == '\r' ? ' ' : c);
  }
  return quoted + "\"\n";
}

}  // namespace

absl::StatusOr<Election> ReadBlt(absl::string_view text, ReleaseText release) {
  Election election;
  ASSIGN_OR_RETURN(const absl::string_view ballots, ReadFrame(text, election));
  const size_t options = election.options.size();
  RETURN_IF_ERROR(ReadLines(
      text, ballots, release,
      [&](Cursor cursor, BallotSink sink) { return ReadBallots(cursor, options, sink); },
      [&](absl::Span<const uint16_t> coded, uint64_t weight) {
        return election.ranked.AddChecked(coded, weight);
      }));
  return election;
}

absl::StatusOr<CountedElection> CountBlt(absl::string_view text, size_t threads,
                                         ReleaseText release) {
  Election election;
  ASSIGN_OR_RETURN(const absl::string_view ballots, ReadFrame(text, election));
  const size_t options = election.options.size();
  RETURN_IF_ERROR(CheckCounted(options));
  CountedElection counted{std::move(election), PairwiseCounts(options)};
  RETURN_IF_ERROR(CountLines(
      text, ballots, threads, release,
      [&](Cursor cursor, BallotSink sink) { return ReadBallots(cursor, options, sink); },
      counted.counts));
  return counted;
}

absl::StatusOr<std::string> WriteBlt(const Election& election) {
  std::string text = absl::StrCat(election.options.size(), " ", election.seats, "\n");
  for (size_t i = 0; i < election.options.size(); ++i) {
    if (election.options[i].withdrawn) absl::StrAppend(&text, "-", i + 1, "\n");
  }
  election.ranked.ForEach([&](BallotView ballot) {
    absl::StrAppend(&text, ballot.weight);
    for (uint16_t code : ballot.coded) {
      absl::StrAppend(&text, (code & kTiedWithPrevious) != 0 ? "=" : " ",
                      (code & ~kTiedWithPrevious) + 1);
    }
    text += " 0\n";
  });
  text += "0\n";
  for (const Option& option : election.options) {
    text += QuotedForBlt(option.name.empty() ? option.id : option.name);
  }
  return text + QuotedForBlt(election.title);
}

}  // namespace votum::ranking
