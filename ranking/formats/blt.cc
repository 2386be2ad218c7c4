#include "ranking/formats/blt.h"

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

// A line "[tie 2 1]", as Droop and OpenSTV write behind the head. It changes no ballot, except that
// nicknames may stand for numbers.
absl::Status ReadBracket(Cursor& cursor, Election& election) {
  const char* at = cursor.at();
  const absl::string_view line = absl::StripAsciiWhitespace(cursor.Line());
  if (absl::StartsWith(line, "[nick"))
    return cursor.ErrorAt(at, "nicknames are not read; write the numbers of the options");
  if (line.find(']') == absl::string_view::npos)
    return cursor.ErrorAt(at, "this bracket is not closed on its line");
  election.remarks.push_back(
      absl::StrCat("the file's ", line.substr(0, line.find(']') + 1),
                   " is not used; give an order for ties with --param tie_order"));
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
  // Text behind the names, which only the title may have; null if there is none.
  const char* more = nullptr;
};

absl::StatusOr<std::vector<NameLine>> ReadNameLines(Cursor& cursor) {
  std::vector<NameLine> lines;
  for (SkipEmptyLines(cursor); !cursor.AtEnd(); SkipEmptyLines(cursor)) {
    cursor.SkipBlanks();
    NameLine line{{}, cursor.at()};
    const bool quoted = cursor.Peek() == '"';
    if (!quoted) line.names.emplace_back(absl::StripAsciiWhitespace(cursor.Line()));
    while (quoted) {
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

// "name (party)", where a line names both.
std::string FullName(const NameLine& line) {
  std::string name = line.names[0];
  for (size_t i = 1; i < line.names.size(); ++i)
    absl::StrAppend(&name, i == 1 ? " (" : ", ", line.names[i]);
  return line.names.size() > 1 ? name + ")" : name;
}

// Each name is on a line of its own, with the title on the next; or they are quoted, several to a
// line, and the last one is the title. As many names as options are refused, because one of them
// may be the title, and each option would then bear the name of the next.
absl::Status ReadNames(Cursor& cursor, Election& election) {
  ASSIGN_OR_RETURN(const std::vector<NameLine> lines, ReadNameLines(cursor));
  if (lines.empty()) return absl::OkStatus();
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i].more != nullptr)
      return cursor.ErrorAt(lines[i].more, "text behind a quoted name; begin a comment with #");
  }
  std::vector<std::string> names;
  for (const NameLine& line : lines)
    names.insert(names.end(), line.names.begin(), line.names.end());
  const size_t options = election.options.size();
  if (lines.size() == options + 1) {
    names.clear();
    for (const NameLine& line : lines) names.push_back(FullName(line));
  }
  if (names.size() != options + 1) {
    return cursor.ErrorAt(
        lines[0].place,
        absl::StrCat("there are ", names.size(), " names for ", options,
                     " options and the title; name each option, then the title (\"\" for none)"));
  }
  for (size_t i = 0; i < options; ++i) election.options[i].name = names[i];
  election.title = names[options];
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
