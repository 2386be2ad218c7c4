#include "clients/cli/import.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"

namespace votum::cli {
namespace {

absl::Status Bad(size_t line, size_t column, absl::string_view what) {
  return RefuseArgument("BAD_FILE", absl::StrCat("line ", line, ", column ", column, ": ", what));
}

// A field with the place where it begins.
struct Cell {
  std::string text;
  size_t line = 0;
  size_t column = 0;
};

// Reads RFC 4180: fields parted by commas, records by LF or CRLF; quotes doubled within quotes.
class CsvReader {
 public:
  explicit CsvReader(absl::string_view text) : text_(text) {
    absl::ConsumePrefix(&text_, "\xEF\xBB\xBF");
  }

  bool done() const { return text_.empty(); }

  absl::StatusOr<std::vector<Cell>> NextRecord() {
    std::vector<Cell> cells;
    for (;;) {
      Cell cell{"", line_, column_};
      RETURN_IF_ERROR(ReadCell(&cell));
      cells.push_back(std::move(cell));
      if (text_.empty()) return cells;
      const char next = Take();
      if (next == ',') continue;
      if (next == '\r' && !text_.empty() && text_[0] == '\n') Take();
      return cells;
    }
  }

 private:
  absl::Status ReadCell(Cell* cell) {
    const bool quoted = !text_.empty() && text_[0] == '"';
    if (!quoted) {
      while (!text_.empty() && text_[0] != ',' && text_[0] != '\n' && text_[0] != '\r') {
        if (text_[0] == '"')
          return Bad(line_, column_, "a quote within a field that does not begin with one");
        cell->text.push_back(Take());
      }
      return absl::OkStatus();
    }
    Take();
    for (;;) {
      if (text_.empty()) return Bad(cell->line, cell->column, "this quoted field does not end");
      const char c = Take();
      if (c != '"') {
        cell->text.push_back(c);
      } else if (!text_.empty() && text_[0] == '"') {
        cell->text.push_back(Take());
      } else {
        break;
      }
    }
    if (!text_.empty() && text_[0] != ',' && text_[0] != '\n' && text_[0] != '\r') {
      return Bad(line_, column_, "something follows the closing quote");
    }
    return absl::OkStatus();
  }

  char Take() {
    const char c = text_[0];
    text_.remove_prefix(1);
    ++column_;
    if (c == '\n') {
      ++line_;
      column_ = 1;
    }
    return c;
  }

  absl::string_view text_;
  size_t line_ = 1;
  size_t column_ = 1;
};

const std::set<std::string>& KnownNames() {
  static const auto* const kNames = new std::set<std::string>{
      "id", "text", "title", "agrees", "disagrees", "channel", "group", "origin"};
  return *kNames;
}

constexpr std::pair<absl::string_view, ideas::v1::Channel> kChannels[] = {
    {"paper", ideas::v1::CHANNEL_PAPER},
    {"workshop", ideas::v1::CHANNEL_WORKSHOP},
    {"spoken", ideas::v1::CHANNEL_SPOKEN},
    {"import", ideas::v1::CHANNEL_IMPORT}};
constexpr std::pair<absl::string_view, ideas::v1::SubmitterGroup> kGroups[] = {
    {"citizens", ideas::v1::SUBMITTER_GROUP_CITIZENS},
    {"employees", ideas::v1::SUBMITTER_GROUP_EMPLOYEES},
    {"companies", ideas::v1::SUBMITTER_GROUP_COMPANIES},
    {"council", ideas::v1::SUBMITTER_GROUP_COUNCIL}};

template <typename Value, size_t N>
bool Choose(const std::pair<absl::string_view, Value> (&words)[N], absl::string_view word,
            Value* value) {
  for (const auto& [name, meaning] : words) {
    if (name == word) {
      *value = meaning;
      return true;
    }
  }
  return word.empty();
}

absl::StatusOr<ImportRow> MakeRow(const std::map<std::string, Cell>& cells, size_t line) {
  const auto text = [&](const char* name) {
    const auto found = cells.find(name);
    return found == cells.end() ? std::string() : found->second.text;
  };
  const auto place = [&](const char* name) {
    const auto found = cells.find(name);
    return found == cells.end() ? std::make_pair(line, size_t{1})
                                : std::make_pair(found->second.line, found->second.column);
  };
  ImportRow row;
  row.key = text("id");
  if (row.key.empty()) return Bad(line, place("id").second, "the id is empty");
  if (text("text").empty()) return Bad(line, place("text").second, "the text is empty");
  row.text = text("title").empty() ? text("text") : absl::StrCat(text("title"), "\n", text("text"));
  for (const auto& [name, field] :
       {std::make_pair("agrees", &row.agrees), std::make_pair("disagrees", &row.disagrees)}) {
    if (text(name).empty()) continue;
    const std::optional<uint64_t> number = ParseDecimal(text(name));
    if (!number.has_value())
      return Bad(place(name).first, place(name).second, absl::StrCat(name, " is not a number"));
    *field = *number;
  }
  if (!Choose(kChannels, text("channel"), &row.channel)) {
    return Bad(place("channel").first, place("channel").second,
               "channel is none of paper, workshop, spoken, import");
  }
  if (!Choose(kGroups, text("group"), &row.group)) {
    return Bad(place("group").first, place("group").second,
               "group is none of citizens, employees, companies, council");
  }
  row.origin = text("origin");
  return row;
}

}  // namespace

absl::StatusOr<std::vector<ImportRow>> ParseCsv(absl::string_view text) {
  CsvReader reader(text);
  if (reader.done()) return Bad(1, 1, "the file is empty");
  ASSIGN_OR_RETURN(const std::vector<Cell> header, reader.NextRecord());
  std::set<std::string> names;
  for (const Cell& cell : header) {
    if (KnownNames().count(cell.text) == 0)
      return Bad(1, cell.column, absl::StrCat("column \"", cell.text, "\" is not known"));
    if (!names.insert(cell.text).second)
      return Bad(1, cell.column, absl::StrCat("column \"", cell.text, "\" comes twice"));
  }
  if (names.count("id") == 0 || names.count("text") == 0)
    return Bad(1, 1, "columns id and text are needed");
  std::vector<ImportRow> rows;
  std::set<std::string> keys;
  while (!reader.done()) {
    ASSIGN_OR_RETURN(const std::vector<Cell> cells, reader.NextRecord());
    const size_t line = cells[0].line;
    if (cells.size() == 1 && cells[0].text.empty()) continue;  // an empty line
    if (cells.size() != header.size()) {
      return Bad(
          line, cells.back().column,
          absl::StrCat("the record has ", cells.size(), " fields, the header ", header.size()));
    }
    std::map<std::string, Cell> by_name;
    for (size_t i = 0; i < cells.size(); ++i) by_name[header[i].text] = cells[i];
    ASSIGN_OR_RETURN(ImportRow row, MakeRow(by_name, line));
    if (!keys.insert(row.key).second)
      return Bad(line, 1, absl::StrCat("id ", row.key, " comes twice"));
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::vector<ImportRow>> ParseJsonLines(absl::string_view text) {
  std::vector<ImportRow> rows;
  std::set<std::string> keys;
  size_t line = 0;
  for (const absl::string_view part : absl::StrSplit(text, '\n')) {
    ++line;
    if (part.empty()) continue;
    const auto json =
        nlohmann::json::parse(part.begin(), part.end(), nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return Bad(line, 1, "the line is not a JSON object");
    std::map<std::string, Cell> by_name;
    for (const auto& [name, value] : json.items()) {
      if (KnownNames().count(name) == 0)
        return Bad(line, 1, absl::StrCat("member \"", name, "\" is not known"));
      if (!value.is_string() && !value.is_number_unsigned()) {
        return Bad(line, 1, absl::StrCat("member \"", name, "\" must be a text or a number"));
      }
      by_name[name] = {value.is_string() ? value.get<std::string>() : value.dump(), line, 1};
    }
    ASSIGN_OR_RETURN(ImportRow row, MakeRow(by_name, line));
    if (!keys.insert(row.key).second)
      return Bad(line, 1, absl::StrCat("id ", row.key, " comes twice"));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace votum::cli
