#include "ranking/formats/scottish_csv.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/formats/text.h"

namespace votum::ranking {
namespace {

// The line ""Ward 14 Forres"", that ends many of these files: a name in doubled quotation marks, made
// by quoting twice. False, without moving, if the next line is none.
bool TakeDoublyQuoted(Cursor& cursor, CsvRecord& record) {
  const char* at = cursor.at();
  absl::string_view line = cursor.Line();
  while (absl::EndsWith(line, ",")) line.remove_suffix(1);
  if (line.size() > 4 && absl::ConsumePrefix(&line, "\"\"") && line.find_first_of("\",") != 0 &&
      absl::ConsumeSuffix(&line, "\"\"") && !absl::StrContains(line, "\"\"")) {
    record = {{std::string(line)}, {at}};
    return true;
  }
  cursor.MoveTo(at);
  return false;
}

// A record without the empty fields at its end.
absl::StatusOr<CsvRecord> NextRecord(Cursor& cursor) {
  CsvRecord doubly_quoted;
  if (TakeDoublyQuoted(cursor, doubly_quoted)) return doubly_quoted;
  ASSIGN_OR_RETURN(CsvRecord record, ReadCsvRecord(cursor, ','));
  while (!record.fields.empty() && record.fields.back().empty()) {
    record.fields.pop_back();
    record.places.pop_back();
  }
  return record;
}

absl::Status ReadPaper(const Cursor& cursor, const CsvRecord& record, SeenOptions& seen,
                       Election& election) {
  const std::optional<uint64_t> papers = ParseDecimal(record.fields[0]);
  if (!papers || *papers == 0) {
    return cursor.ErrorAt(record.places[0],
                          "expected how many papers there are, or \"Candidate 1\"");
  }
  seen.NextBallot();
  std::vector<uint16_t> coded;
  for (size_t i = 1; i < record.fields.size(); ++i) {
    const std::optional<uint64_t> option = ParseDecimal(record.fields[i]);
    if (!option || *option == 0 || *option > election.options.size()) {
      return cursor.ErrorAt(record.places[i], absl::StrCat("expected a candidate number, 1 to ",
                                                           election.options.size()));
    }
    if (!seen.Add(*option - 1)) {
      return cursor.ErrorAt(record.places[i],
                            absl::StrCat("candidate ", *option, " stands twice on this paper"));
    }
    coded.push_back(static_cast<uint16_t>(*option - 1));
  }
  const absl::Status taken = election.ranked.AddChecked(coded, *papers);
  return taken.ok() ? taken : cursor.ErrorAt(record.places[0], taken.message());
}

absl::Status ReadHead(Cursor& cursor, Election& election) {
  ASSIGN_OR_RETURN(const CsvRecord head, NextRecord(cursor));
  const std::optional<uint64_t> options =
      head.fields.size() == 2 ? ParseDecimal(head.fields[0]) : std::nullopt;
  const std::optional<uint64_t> seats =
      head.fields.size() == 2 ? ParseDecimal(head.fields[1]) : std::nullopt;
  if (!options || !seats || *options == 0 || *options > kMaxOptions || *seats > kMaxOptions) {
    return cursor.ErrorAt(head.places.empty() ? cursor.at() : head.places[0],
                          "the first line must say candidates and seats, as in \"7,3,\"");
  }
  for (uint64_t i = 1; i <= *options; ++i) election.options.push_back({absl::StrCat(i), ""});
  election.seats = static_cast<int>(*seats);
  election.numeric_ids = true;
  election.format = "scottish csv";
  election.ranked = RankedBallots(*options);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Election> ReadScottishCsv(absl::string_view text, ReleaseText) {
  Election election;
  Cursor cursor(text);
  RETURN_IF_ERROR(ReadHead(cursor, election));
  SeenOptions seen(election.options.size());
  size_t named = 0;
  bool titled = false;
  while (!cursor.AtEnd()) {
    ASSIGN_OR_RETURN(const CsvRecord record, NextRecord(cursor));
    if (record.fields.empty()) continue;
    if (titled) return cursor.ErrorAt(record.places[0], "text behind the name of the ward");
    if (named == election.options.size()) {
      election.title = record.fields[0];
      titled = true;
    } else if (record.fields[0] == absl::StrCat("Candidate ", named + 1)) {
      Option& option = election.options[named++];
      if (record.fields.size() < 2)
        return cursor.ErrorAt(record.places[0], "the candidate has no name");
      option.name = record.fields[1];
      if (record.fields.size() > 2) absl::StrAppend(&option.name, " (", record.fields[2], ")");
    } else if (named > 0) {
      return cursor.ErrorAt(record.places[0],
                            absl::StrCat("expected \"Candidate ", named + 1, "\""));
    } else {
      RETURN_IF_ERROR(ReadPaper(cursor, record, seen, election));
    }
  }
  if (named < election.options.size()) {
    return cursor.Error(absl::StrCat("the file ends before \"Candidate ", named + 1, "\""));
  }
  return election;
}

absl::StatusOr<std::string> WriteScottishCsv(const Election& election) {
  if (election.ranked.has_ties()) {
    return Refuse(Reason::kFormatCannot, "Scottish CSV has no ties; write BLT or CEF");
  }
  for (const Option& option : election.options) {
    if (option.withdrawn)
      return Refuse(Reason::kFormatCannot, "Scottish CSV has no withdrawals; write BLT");
  }
  std::string text = absl::StrCat(election.options.size(), ",", election.seats, ",\n");
  election.ranked.ForEach([&](BallotView ballot) {
    absl::StrAppend(&text, ballot.weight, ",");
    for (uint16_t code : ballot.coded) absl::StrAppend(&text, code + 1, ",");
    text += "\n";
  });
  for (size_t i = 0; i < election.options.size(); ++i) {
    const Option& option = election.options[i];
    absl::StrAppend(&text, "Candidate ", i + 1, ",",
                    QuotedIfNeeded(option.name.empty() ? option.id : option.name, ','), ",\n");
  }
  if (!election.title.empty()) absl::StrAppend(&text, QuotedIfNeeded(election.title, ','), ",\n");
  return text;
}

}  // namespace votum::ranking
