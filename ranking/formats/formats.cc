#include "ranking/formats/formats.h"

#include <map>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/utf8.h"
#include "ranking/formats/blt.h"
#include "ranking/formats/cef.h"
#include "ranking/formats/csv.h"
#include "ranking/formats/names.h"
#include "ranking/formats/pabulib.h"
#include "ranking/formats/preflib.h"
#include "ranking/formats/scottish_csv.h"
#include "ranking/formats/text.h"

namespace votum::ranking {
namespace {

struct FormatRow {
  Format format;
  absl::string_view extension;
  absl::StatusOr<Election> (*read)(absl::string_view, ReleaseText);
  absl::StatusOr<std::string> (*write)(const Election&);
  // May be null.
  absl::StatusOr<CountedElection> (*count)(absl::string_view, size_t, ReleaseText);
};

// The first row of a format is the one that reads and writes it; the others are further extensions.
constexpr FormatRow kFormats[] = {
    {Format::kPreflib, ".soc", ReadPreflib, WritePreflib, CountPreflib},
    {Format::kPreflib, ".soi", ReadPreflib, WritePreflib, CountPreflib},
    {Format::kPreflib, ".toc", ReadPreflib, WritePreflib, CountPreflib},
    {Format::kPreflib, ".toi", ReadPreflib, WritePreflib, CountPreflib},
    {Format::kPreflib, ".cat", ReadPreflib, WritePreflib, CountPreflib},
    {Format::kBlt, ".blt", ReadBlt, WriteBlt, CountBlt},
    {Format::kBlt, ".hil", ReadBlt, WriteBlt, CountBlt},
    {Format::kScottishCsv, ".csv", ReadScottishCsv, WriteScottishCsv, nullptr},
    {Format::kCef, ".cvotes", ReadCef, WriteCef, nullptr},
    {Format::kCef, ".cef", ReadCef, WriteCef, nullptr},
    {Format::kPabulib, ".pb", ReadPabulib, WritePabulib, nullptr},
    {Format::kCsv, ".csv", ReadCsv, WriteCsv, nullptr},
};

const FormatRow& RowOf(Format format) {
  const FormatRow* row = kFormats;
  while (row->format != format) ++row;
  return *row;
}

// Files from offices may begin with a byte order mark, whatever their format.
absl::string_view WithoutMark(absl::string_view text) {
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");
  return text;
}

// Whether the text begins with two numbers and commas, as Scottish CSV does.
bool LooksScottish(absl::string_view text) {
  Cursor cursor(text);
  uint64_t number;
  for (int i = 0; i < 2; ++i) {
    if (!cursor.Number(&number)) return false;
    if (i == 0 && cursor.Peek() != ',') return false;
    if (i == 0) cursor.Skip();
  }
  return cursor.Peek() == ',' || cursor.LineEnd();
}

// Refuses a text that is not in UTF-8 as a whole, as its first bytes show.
absl::Status CheckEncoding(absl::string_view text) {
  const bool marked = absl::StartsWith(text, "\xFF\xFE") || absl::StartsWith(text, "\xFE\xFF");
  const bool zeros = text.size() > 1 && (text[0] == '\0') != (text[1] == '\0');
  if (!marked && !zeros) return absl::OkStatus();
  return BadFormat(text, text.data(), "the file is in UTF-16; save it with the encoding UTF-8");
}

// Why `name` cannot be shown to people; empty if it can.
absl::string_view FaultOf(absl::string_view name) {
  const absl::string_view whole = name;
  while (!name.empty()) {
    const std::optional<char32_t> code = crypto::TakeCodePoint(&name);
    if (!code) return "is not in UTF-8; save the file with the encoding UTF-8";
    if (*code == '\n' || *code == '\r') return "has a line break; write it on one line";
    const bool control = *code < 0x20 || (*code >= 0x7f && *code < 0xa0);
    if (control && *code != '\t') return "has a control character; remove it";
    // They change the order in which the eye sees the characters behind them, of other names too.
    const bool turns = (*code >= 0x202a && *code <= 0x202e) || (*code >= 0x2066 && *code <= 0x2069);
    if (turns) return "has a character that changes the direction of writing; remove it";
  }
  return whole.empty() || !AsSeen(whole).empty() ? "" : "shows nothing; write letters or digits";
}

// Names are written and read by people, so they must be text. `text` is the file.
absl::Status CheckName(absl::string_view text, absl::string_view name, absl::string_view what) {
  const absl::string_view fault = FaultOf(name);
  if (fault.empty()) return absl::OkStatus();
  size_t at = text.find(name.substr(0, name.find('\n')));
  if (at == absl::string_view::npos) at = text.size();
  return BadFormat(text, text.data() + at,
                   absl::StrCat(what, " \"", absl::Utf8SafeCHexEscape(name), "\" ", fault));
}

// Refuses names that are no text, and ids that people cannot tell apart.
absl::Status CheckNames(absl::string_view text, const Election& election) {
  // A title may be left blank.
  RETURN_IF_ERROR(CheckName(text, WithoutBlanksAround(election.title), "the title"));
  std::map<std::string, absl::string_view> seen;
  for (const Option& option : election.options) {
    RETURN_IF_ERROR(CheckName(text, option.id, "the id"));
    RETURN_IF_ERROR(CheckName(text, option.name, "the name"));
    if (election.numeric_ids) continue;
    const auto [other, fresh] = seen.emplace(AsSeen(option.id), option.id);
    if (fresh) continue;
    const size_t at = text.find(option.id);
    return BadFormat(text, text.data() + (at == absl::string_view::npos ? text.size() : at),
                     absl::StrCat("\"", option.id, "\" looks like \"", other->second,
                                  "\", but is written with other characters; write them alike if "
                                  "they are one option, or differently"));
  }
  if (!election.graded) return absl::OkStatus();
  for (const std::string& grade : election.graded->grade_names)
    RETURN_IF_ERROR(CheckName(text, grade, "the grade"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Format> FormatOf(absl::string_view file_name, absl::string_view text) {
  const std::string name = absl::AsciiStrToLower(file_name);
  if (absl::EndsWith(name, ".csv"))
    return LooksScottish(WithoutMark(text)) ? Format::kScottishCsv : Format::kCsv;
  for (const FormatRow& row : kFormats) {
    if (absl::EndsWith(name, row.extension)) return row.format;
  }
  return Refuse(Reason::kUnknownFormat,
                absl::StrCat("the name of \"", file_name,
                             "\" does not end in .soc, .soi, .toc, .toi, .cat, .blt, "
                             ".hil, .cvotes, .cef, .pb or .csv; rename the file"));
}

absl::StatusOr<Election> ReadElection(Format format, absl::string_view text, ReleaseText release) {
  RETURN_IF_ERROR(CheckEncoding(text));
  ASSIGN_OR_RETURN(Election election, RowOf(format).read(WithoutMark(text), release));
  RETURN_IF_ERROR(CheckNames(text, election));
  return election;
}

absl::StatusOr<std::string> WriteElection(Format format, const Election& election) {
  RETURN_IF_ERROR(CheckElection(election));
  return RowOf(format).write(election);
}

bool CanCount(Format format) { return RowOf(format).count != nullptr; }

absl::StatusOr<CountedElection> CountElection(Format format, absl::string_view text, size_t threads,
                                              ReleaseText release) {
  RETURN_IF_ERROR(CheckEncoding(text));
  ASSIGN_OR_RETURN(CountedElection counted,
                   RowOf(format).count(WithoutMark(text), threads, release));
  RETURN_IF_ERROR(CheckNames(text, counted.election));
  return counted;
}

}  // namespace votum::ranking
