// The one reader of tables: records of separated values by RFC 4180 ("a ""b"""), one at a time from
// the front of a text. Election files, imported ideas and recorded tallies are all read by it, and
// each of them says what it demands of a record.
#ifndef VOTUM_BASE_CSV_H_
#define VOTUM_BASE_CSV_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace votum {

struct CsvRecord {
  // Without their quotation marks; line ends within them are LF.
  std::vector<std::string> fields;
  // Where each field begins in the text.
  std::vector<const char*> places;
};

// Why a record cannot be read, and where in the text.
struct CsvFault {
  const char* at;
  absl::string_view what;
};

// The meaning of a quotation mark within a field that does not begin with one.
enum class InnerQuotes { kText, kFault };

// Takes the next record with its line end (LF or CRLF) from the front of `rest`, which is not empty.
// A fault is a quotation mark that is never closed, text after a closing one, or an inner one where
// `inner` says so.
std::optional<CsvFault> TakeCsvRecord(absl::string_view& rest, char separator, InnerQuotes inner,
                                      CsvRecord& record);

// The separator of a table's fields: the one that its first line "sep=;" names, which spreadsheets write
// and which is taken from `text`; otherwise the first comma, semicolon or tab of the first line that
// stands outside quotation marks; otherwise a comma.
char TakeSeparator(absl::string_view& text);

// Whether all fields are blank, as in the lines that spreadsheets append.
bool IsBlank(const CsvRecord& record);

// A text that people wrote, as a cell of a table for spreadsheets: in quotation marks, and if it
// would be a formula there ("=HYPERLINK(...)"), behind an apostrophe, which makes it a text.
std::string CellOfText(absl::string_view text);

// `field`, in quotation marks if it needs them.
std::string QuotedIfNeeded(absl::string_view field, char separator);

}  // namespace votum

#endif  // VOTUM_BASE_CSV_H_
