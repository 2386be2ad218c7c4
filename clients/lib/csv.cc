#include "clients/lib/csv.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/csv.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/utf8.h"

namespace votum::client {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

absl::Status BadCsv(const TextPosition& position, absl::string_view what) {
  return Refuse(Reason::kBadCsv, absl::StrCat(ToString(position), ": ", what));
}

// Says where in the text a place is; places are asked for from front to back.
class Locator {
 public:
  explicit Locator(absl::string_view text) : at_(text.data()) {}

  TextPosition Of(const char* place) {
    for (; at_ < place; ++at_) {
      if (*at_ == '\n') {
        position_ = {position_.line + 1, 1};
      } else if ((static_cast<unsigned char>(*at_) & 0xC0) != 0x80) {
        ++position_.column;
      }
    }
    return position_;
  }

 private:
  const char* at_;
  TextPosition position_;
};

// Refuses the text of a file that is not UTF-8, or has control characters other than tabs and line
// ends.
absl::Status CheckCharacters(absl::string_view text) {
  for (absl::string_view rest = text; !rest.empty();) {
    const char* at = rest.data();
    const std::optional<char32_t> code_point = crypto::TakeCodePoint(&rest);
    if (!code_point.has_value()) {
      return BadCsv(Locator(text).Of(at), "the file is not UTF-8; save it with the encoding UTF-8");
    }
    const bool line_end =
        *code_point == '\n' || (*code_point == '\r' && (rest.empty() || rest.front() == '\n'));
    if ((*code_point < 0x20 && *code_point != '\t' && !line_end) || *code_point == 0x7F)
      return BadCsv(Locator(text).Of(at), "a control character; remove it");
  }
  return absl::OkStatus();
}

}  // namespace

std::string ToString(const TextPosition& position) {
  return absl::StrCat("line ", position.line, ", column ", position.column);
}

absl::StatusOr<std::vector<CsvRow>> ParseCsv(absl::string_view text) {
  absl::ConsumePrefix(&text, kByteOrderMark);
  RETURN_IF_ERROR(CheckCharacters(text));
  Locator locator(text);
  absl::string_view rest = text;
  const char separator = TakeSeparator(rest);
  std::vector<CsvRow> rows;
  CsvRecord record;
  while (!rest.empty()) {
    const std::optional<CsvFault> fault =
        TakeCsvRecord(rest, separator, InnerQuotes::kFault, record);
    if (fault.has_value()) return BadCsv(Locator(text).Of(fault->at), fault->what);
    if (IsBlank(record)) continue;
    CsvRow row;
    for (size_t i = 0; i < record.fields.size(); ++i)
      row.push_back({std::move(record.fields[i]), locator.Of(record.places[i])});
    if (!rows.empty() && row.size() != rows[0].size()) {
      return BadCsv(row[0].begin, absl::StrCat("the row has ", row.size(),
                                               " fields, the first line has ", rows[0].size(),
                                               "; put fields with separators in quotation marks"));
    }
    rows.push_back(std::move(row));
  }
  if (rows.empty())
    return BadCsv(locator.Of(rest.data()), "the file has no line with column names");
  return rows;
}

}  // namespace votum::client
