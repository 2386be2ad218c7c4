#include "ranking/tables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace votum::ranking {
namespace {

// Wider tables appear only in JSON.
constexpr size_t kMaxMatrix = 60;

size_t Characters(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

// "strongest_paths" -> "strongest paths".
std::string Title(const std::string& key) {
  std::string title = key;
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

bool IsMatrix(const Json& value, size_t n) {
  return value.is_array() && n > 1 && value.size() == n &&
         std::all_of(value.begin(), value.end(),
                     [&](const Json& row) { return row.is_array() && row.size() == n; });
}

bool IsRows(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& row) { return row.is_object(); });
}

bool IsPerOption(const Json& value, const std::vector<std::string>& ids) {
  return value.is_object() && value.size() == ids.size() &&
         std::all_of(ids.begin(), ids.end(),
                     [&](const std::string& id) { return value.contains(id); });
}

TextTable Matrix(const Json& value, const std::vector<std::string>& ids) {
  std::vector<std::string> head = {""};
  head.insert(head.end(), ids.begin(), ids.end());
  TextTable table(head);
  for (size_t i = 0; i < ids.size(); ++i) {
    std::vector<std::string> row = {ids[i]};
    for (size_t j = 0; j < ids.size(); ++j) row.push_back(i == j ? "." : CellText(value[i][j]));
    table.AddRow(row);
  }
  return table;
}

// A list of objects: a column per member, of {id: value} members one per option.
TextTable Rows(const Json& value, const std::vector<std::string>& ids) {
  std::vector<std::pair<std::string, std::string>> columns;  // member, member of the member
  std::vector<std::string> head;
  for (const Json& row : value) {
    for (const auto& [key, cell] : row.items()) {
      const bool spread = IsPerOption(cell, ids);
      for (const std::string& id : spread ? ids : std::vector<std::string>{""}) {
        if (std::find(columns.begin(), columns.end(), std::make_pair(key, id)) != columns.end())
          continue;
        columns.emplace_back(key, id);
        head.push_back(spread ? id : Title(key));
      }
    }
  }
  TextTable table(head);
  for (const Json& row : value) {
    std::vector<std::string> cells;
    for (const auto& [key, id] : columns) {
      if (!row.contains(key)) {
        cells.emplace_back();
      } else if (id.empty()) {
        cells.push_back(CellText(row[key]));
      } else {
        cells.push_back(row[key].contains(id) ? CellText(row[key][id]) : "");
      }
    }
    table.AddRow(cells);
  }
  return table;
}

}  // namespace

std::string TextTable::ToText() const {
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Characters(row[i]));
  }
  std::string text;
  for (size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < rows_[r].size(); ++i) {
      absl::StrAppend(&line, rows_[r][i],
                      std::string(widths[i] - Characters(rows_[r][i]) + 2, ' '));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
    if (r > 0) continue;
    for (size_t i = 0; i < widths.size(); ++i)
      absl::StrAppend(&text, std::string(widths[i], '-'), "  ");
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

std::string CellText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_object()) {
    std::string text;
    for (const auto& [key, part] : value.items()) {
      absl::StrAppend(&text, text.empty() ? "" : ", ", Title(key), " ", CellText(part));
    }
    return text;
  }
  if (!value.is_array()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string text;
  for (const Json& part : value) absl::StrAppend(&text, text.empty() ? "" : ", ", CellText(part));
  return text;
}

std::vector<std::string> IdsForTables(const Election& election) {
  std::vector<std::string> ids;
  for (const Option& option : election.options) {
    if (!option.withdrawn) ids.push_back(option.id);
  }
  return ids;
}

std::vector<NamedTable> TablesOf(const Json& details, const std::vector<std::string>& ids) {
  std::vector<NamedTable> tables;
  NamedTable values{"", TextTable({"", ""})};
  std::vector<std::string> head = {"id"};
  std::vector<std::vector<std::string>> columns;
  for (const auto& [key, value] : details.items()) {
    if (IsPerOption(value, ids)) {
      head.push_back(Title(key));
      columns.emplace_back();
      for (const std::string& id : ids) columns.back().push_back(CellText(value[id]));
    } else if (IsMatrix(value, ids.size())) {
      if (ids.size() <= kMaxMatrix) tables.push_back({Title(key), Matrix(value, ids), true});
    } else if (IsRows(value)) {
      tables.push_back({Title(key), Rows(value, ids)});
    } else if (value.is_object() && std::any_of(value.begin(), value.end(), IsRows)) {
      for (NamedTable& part : TablesOf(value, ids)) {
        if (part.name.empty()) {
          for (size_t i = 1; i < part.table.rows().size(); ++i)
            values.table.AddRow(part.table.rows()[i]);
          continue;
        }
        part.name = absl::StrCat(Title(key), ": ", part.name);
        tables.push_back(std::move(part));
      }
    } else {
      values.table.AddRow({Title(key), CellText(value)});
    }
  }
  if (!columns.empty()) {
    NamedTable options{"by option", TextTable(head)};
    for (size_t i = 0; i < ids.size(); ++i) {
      std::vector<std::string> row = {ids[i]};
      for (const std::vector<std::string>& column : columns) row.push_back(column[i]);
      options.table.AddRow(row);
    }
    tables.insert(tables.begin(), std::move(options));
  }
  if (values.table.rows().size() > 1) tables.insert(tables.begin(), std::move(values));
  return tables;
}

std::string TablesText(const Json& details, const std::vector<std::string>& ids) {
  std::string text;
  for (const NamedTable& table : TablesOf(details, ids)) {
    if (table.name.empty()) {
      for (size_t i = 1; i < table.table.rows().size(); ++i) {
        absl::StrAppend(&text, "\n", table.table.rows()[i][0], ": ", table.table.rows()[i][1]);
      }
      text += "\n";
    } else {
      absl::StrAppend(&text, "\n", table.name, "\n", table.table.ToText());
    }
  }
  return text;
}

}  // namespace votum::ranking
