#include "clients/lib/csv.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/utf8.h"

namespace votum::client {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

absl::Status BadCsv(const TextPosition& position, absl::string_view what) {
  return Refuse(Reason::kBadCsv, absl::StrCat(ToString(position), ": ", what));
}

// Semicolons only where the first line has them and no comma.
char SeparatorOf(absl::string_view text) {
  const absl::string_view first_line = text.substr(0, text.find('\n'));
  const bool semicolons = first_line.find(';') != absl::string_view::npos &&
                          first_line.find(',') == absl::string_view::npos;
  return semicolons ? ';' : ',';
}

class CsvReader {
 public:
  explicit CsvReader(absl::string_view text) : rest_(text), separator_(SeparatorOf(text)) {}

  absl::StatusOr<std::vector<CsvRow>> Rows() {
    std::vector<CsvRow> rows;
    while (!rest_.empty()) {
      if (TakeLineEnd()) continue;
      const TextPosition begin = position_;
      ASSIGN_OR_RETURN(CsvRow row, Row());
      if (!rows.empty() && row.size() != rows[0].size()) {
        return BadCsv(
            begin, absl::StrCat("the row has ", row.size(), " fields, the first line has ",
                                rows[0].size(), "; put fields with separators in quotation marks"));
      }
      rows.push_back(std::move(row));
    }
    if (rows.empty()) return BadCsv(position_, "the file has no line with column names");
    return rows;
  }

 private:
  // A row and its line end.
  absl::StatusOr<CsvRow> Row() {
    CsvRow row;
    for (;;) {
      CsvField field;
      field.begin = position_;
      if (Next() == '"') {
        RETURN_IF_ERROR(Quoted(field.text));
      } else {
        RETURN_IF_ERROR(Plain(field.text));
      }
      row.push_back(std::move(field));
      if (rest_.empty() || TakeLineEnd()) return row;
      if (Next() != separator_)
        return BadCsv(position_,
                      "text after the closing quotation mark; double the marks that "
                      "belong to the text");
      Skip();
    }
  }

  absl::Status Plain(std::string& text) {
    while (!rest_.empty() && Next() != separator_ && !AtLineEnd()) {
      if (Next() == '"')
        return BadCsv(
            position_,
            "a quotation mark within a field; put the field in quotation marks and double "
            "those that belong to the text");
      RETURN_IF_ERROR(TakeCharacter(text));
    }
    return absl::OkStatus();
  }

  absl::Status Quoted(std::string& text) {
    const TextPosition begin = position_;
    Skip();
    while (!rest_.empty()) {
      if (TakeLineEnd()) {
        text += '\n';
      } else if (Next() != '"') {
        RETURN_IF_ERROR(TakeCharacter(text));
      } else {
        Skip();
        if (rest_.empty() || Next() != '"') return absl::OkStatus();
        text += '"';
        Skip();
      }
    }
    return BadCsv(begin, "the quotation mark here is never closed");
  }

  absl::Status TakeCharacter(std::string& text) {
    absl::string_view after = rest_;
    const std::optional<char32_t> code_point = crypto::TakeCodePoint(&after);
    if (!code_point.has_value())
      return BadCsv(position_, "the file is not UTF-8; save it with the encoding UTF-8");
    if ((*code_point < 0x20 && *code_point != '\t') || *code_point == 0x7F)
      return BadCsv(position_, "a control character; remove it");
    text.append(rest_.data(), rest_.size() - after.size());
    rest_ = after;
    ++position_.column;
    return absl::OkStatus();
  }

  // The next byte; '\0' at the end.
  char Next() const { return rest_.empty() ? '\0' : rest_[0]; }
  void Skip() {
    rest_.remove_prefix(1);
    ++position_.column;
  }
  bool AtLineEnd() const {
    return Next() == '\n' || (Next() == '\r' && rest_.size() > 1 && rest_[1] == '\n');
  }
  bool TakeLineEnd() {
    if (rest_.empty() || !AtLineEnd()) return false;
    rest_.remove_prefix(Next() == '\n' ? 1 : 2);
    position_ = {position_.line + 1, 1};
    return true;
  }

  absl::string_view rest_;
  const char separator_;
  TextPosition position_;
};

}  // namespace

std::string ToString(const TextPosition& position) {
  return absl::StrCat("line ", position.line, ", column ", position.column);
}

absl::StatusOr<std::vector<CsvRow>> ParseCsv(absl::string_view text) {
  absl::ConsumePrefix(&text, kByteOrderMark);
  return CsvReader(text).Rows();
}

}  // namespace votum::client
