#include "base/csv.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace votum {
namespace {

// Takes a line end from the front of `rest`; true also at the end of the text.
bool TakeLineEnd(absl::string_view& rest) {
  if (rest == "\r") rest.remove_prefix(1);
  return rest.empty() || absl::ConsumePrefix(&rest, "\r\n") || absl::ConsumePrefix(&rest, "\n");
}

// A quoted field, from its opening quotation mark.
std::optional<CsvFault> TakeQuoted(absl::string_view& rest, std::string& field) {
  const char* opening = rest.data();
  rest.remove_prefix(1);
  while (!rest.empty()) {
    if (absl::ConsumePrefix(&rest, "\"\"")) {
      field.push_back('"');
    } else if (absl::ConsumePrefix(&rest, "\"")) {
      return std::nullopt;
    } else if (absl::ConsumePrefix(&rest, "\r\n")) {
      field.push_back('\n');
    } else {
      field.push_back(rest.front());
      rest.remove_prefix(1);
    }
  }
  return CsvFault{opening, "this quote is not closed; close it, or write it twice"};
}

std::optional<CsvFault> TakePlain(absl::string_view& rest, char separator, InnerQuotes inner,
                                  std::string& text) {
  const char ends[] = {separator, '\n'};
  absl::string_view field = rest.substr(0, rest.find_first_of(absl::string_view(ends, 2)));
  rest.remove_prefix(field.size());
  if (rest.empty() || rest.front() == '\n') {
    if (absl::ConsumeSuffix(&field, "\r")) rest = {rest.data() - 1, rest.size() + 1};
  }
  const size_t quote = field.find('"');
  if (inner == InnerQuotes::kFault && quote != absl::string_view::npos) {
    return CsvFault{field.data() + quote,
                    "a quotation mark within a field; put the field in quotation marks and double "
                    "those that belong to the text"};
  }
  text = std::string(field);
  return std::nullopt;
}

}  // namespace

std::optional<CsvFault> TakeCsvRecord(absl::string_view& rest, char separator, InnerQuotes inner,
                                      CsvRecord& record) {
  record.fields.clear();
  record.places.clear();
  while (true) {
    record.places.push_back(rest.data());
    std::string& field = record.fields.emplace_back();
    const std::optional<CsvFault> fault = absl::StartsWith(rest, "\"")
                                              ? TakeQuoted(rest, field)
                                              : TakePlain(rest, separator, inner, field);
    if (fault.has_value()) return fault;
    if (!rest.empty() && rest.front() == separator) {
      rest.remove_prefix(1);
    } else if (TakeLineEnd(rest)) {
      return std::nullopt;
    } else {
      return CsvFault{
          rest.data(),
          "text after a closing quotation mark; write those that belong to the text twice"};
    }
  }
}

char TakeSeparator(absl::string_view& text) {
  const absl::string_view line = text.substr(0, text.find('\n'));
  const absl::string_view said = absl::StripTrailingAsciiWhitespace(line);
  if (said.size() == 5 && absl::StartsWithIgnoreCase(said, "sep=")) {
    const char separator = said[4];
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return separator;
  }
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == ',' || c == ';' || c == '\t')) return c;
  }
  return ',';
}

bool IsBlank(const CsvRecord& record) {
  return std::all_of(record.fields.begin(), record.fields.end(), [](const std::string& field) {
    return absl::StripAsciiWhitespace(field).empty();
  });
}

std::string CellOfText(absl::string_view text) {
  static constexpr absl::string_view kFormulas = "=+-@\t\r";
  const bool is_formula = !text.empty() && kFormulas.find(text.front()) != absl::string_view::npos;
  return absl::StrCat("\"", is_formula ? "'" : "", absl::StrReplaceAll(text, {{"\"", "\"\""}}),
                      "\"");
}

std::string QuotedIfNeeded(absl::string_view field, char separator) {
  const char special[] = {separator, '"', '\n', '\r'};
  if (field.find_first_of(absl::string_view(special, 4)) == absl::string_view::npos)
    return std::string(field);
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace votum
