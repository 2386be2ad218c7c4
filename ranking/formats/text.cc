#include "ranking/formats/text.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::ranking {

absl::Status BadFormat(absl::string_view text, const char* at, absl::string_view what) {
  const absl::string_view before(text.data(), static_cast<size_t>(at - text.data()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t newline = before.rfind('\n');
  const size_t column = before.size() - (newline == absl::string_view::npos ? 0 : newline + 1) + 1;
  return Refuse(Reason::kBadFormat, absl::StrCat("line ", line, ", column ", column, ": ", what));
}

absl::string_view Cursor::Line() {
  const absl::string_view text = rest();
  const size_t newline = text.find('\n');
  if (newline == absl::string_view::npos) {
    at_ = end_;
    return absl::EndsWith(text, "\r") ? text.substr(0, text.size() - 1) : text;
  }
  at_ += newline + 1;
  const absl::string_view line = text.substr(0, newline);
  return absl::EndsWith(line, "\r") ? line.substr(0, line.size() - 1) : line;
}

bool Cursor::LineEnd() {
  const char* p = at_;
  if (p != end_ && *p == '\r') ++p;
  if (p == end_) {
    at_ = p;
    return true;
  }
  if (*p != '\n') return false;
  at_ = p + 1;
  return true;
}

absl::StatusOr<CsvRecord> ReadCsvRecord(Cursor& cursor, char separator) {
  absl::string_view rest = cursor.rest();
  CsvRecord record;
  const std::optional<CsvFault> fault = TakeCsvRecord(rest, separator, InnerQuotes::kText, record);
  if (fault.has_value()) return cursor.ErrorAt(fault->at, fault->what);
  cursor.MoveTo(rest.data());
  return record;
}

}  // namespace votum::ranking
