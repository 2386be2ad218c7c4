// CSV by RFC 4180, read strictly: the owner of a broken file learns where it is broken, instead of
// finding half an idea in the store.
//
// Beyond the RFC, because files from offices are like that: a byte order mark is passed over, lines
// may end with LF alone, fields may be separated by semicolons (as German spreadsheets write them)
// or tabs, as the first line shows or a line "sep=;" says, and rows without content are left out.
#ifndef VOTUM_CLIENTS_LIB_CSV_H_
#define VOTUM_CLIENTS_LIB_CSV_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::client {

// A place in a text file as editors show it: both from 1, columns in characters.
struct TextPosition {
  size_t line = 1;
  size_t column = 1;
};

// "line 3, column 17".
std::string ToString(const TextPosition& position);

struct CsvField {
  std::string text;  // unquoted; line ends within it are LF
  TextPosition begin;
};

using CsvRow = std::vector<CsvField>;

// The rows of `text`, the header among them; all as long as the first, blank ones left out.
// INVALID_ARGUMENT/BAD_CSV, with line and column: not UTF-8, a control character, a quotation mark
// within a field without quotation marks, text after a closing one, a missing one, a row of another
// length, no row.
absl::StatusOr<std::vector<CsvRow>> ParseCsv(absl::string_view text);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_CSV_H_
