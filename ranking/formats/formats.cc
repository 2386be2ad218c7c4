#include "ranking/formats/formats.h"

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

// Names are written and read by people, so they must be Unicode.
absl::Status CheckText(absl::string_view text, const std::string& name, absl::string_view what) {
  absl::string_view rest = name;
  while (!rest.empty()) {
    const std::optional<char32_t> code = crypto::TakeCodePoint(&rest);
    if (code && *code >= 0x20 && *code != 0x7f) continue;
    if (code && *code == '\t') continue;
    return BadFormat(text, text.data() + text.size(),
                     absl::StrCat(what, " \"", absl::CHexEscape(name),
                                  "\" is not clean UTF-8; convert the file"));
  }
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
  ASSIGN_OR_RETURN(Election election, RowOf(format).read(WithoutMark(text), release));
  for (const Option& option : election.options)
    RETURN_IF_ERROR(CheckText(text, option.id, "the id"));
  return election;
}

absl::StatusOr<std::string> WriteElection(Format format, const Election& election) {
  RETURN_IF_ERROR(CheckElection(election));
  return RowOf(format).write(election);
}

bool CanCount(Format format) { return RowOf(format).count != nullptr; }

absl::StatusOr<CountedElection> CountElection(Format format, absl::string_view text, size_t threads,
                                              ReleaseText release) {
  return RowOf(format).count(WithoutMark(text), threads, release);
}

}  // namespace votum::ranking
