#include "ranking/formats/text.h"

#include <algorithm>

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

namespace {

// A quoted field, from its opening quote; the cursor ends behind the closing one.
absl::StatusOr<std::string> QuotedField(Cursor& cursor) {
  const char* opening = cursor.at();
  std::string field;
  for (cursor.Skip(); !cursor.AtEnd(); cursor.Skip()) {
    if (cursor.Peek() != '"') {
      field.push_back(cursor.Peek());
      continue;
    }
    cursor.Skip();
    if (cursor.Peek() != '"') return field;
    field.push_back('"');
  }
  return cursor.ErrorAt(opening, "this quote is not closed; close it, or write it twice");
}

}  // namespace

absl::StatusOr<CsvRecord> ReadCsvRecord(Cursor& cursor, char separator) {
  CsvRecord record;
  while (true) {
    record.places.push_back(cursor.at());
    if (cursor.Peek() == '"') {
      absl::StatusOr<std::string> field = QuotedField(cursor);
      if (!field.ok()) return field.status();
      record.fields.push_back(*std::move(field));
    } else {
      const absl::string_view text = cursor.rest();
      const char ends[] = {separator, '\n'};
      absl::string_view field = text.substr(0, text.find_first_of(absl::string_view(ends, 2)));
      cursor.MoveTo(field.data() + field.size());
      if (cursor.Peek() != separator && absl::EndsWith(field, "\r")) field.remove_suffix(1);
      record.fields.emplace_back(field);
    }
    if (!cursor.AtEnd() && cursor.Peek() == separator) {
      cursor.Skip();
      continue;
    }
    if (cursor.LineEnd()) return record;
    return cursor.Error("text behind a closing quote; write quotes inside a field twice");
  }
}

std::string CsvField(absl::string_view field, char separator) {
  const char special[] = {separator, '"', '\n', '\r'};
  if (field.find_first_of(absl::string_view(special, 4)) == absl::string_view::npos)
    return std::string(field);
  std::string quoted = "\"";
  for (char c : field) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace votum::ranking
