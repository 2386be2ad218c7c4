// Tables as aligned text, and extraction of tables from an explanation (Ranking::details).
#ifndef VOTUM_RANKING_TABLES_H_
#define VOTUM_RANKING_TABLES_H_

#include <string>
#include <utility>
#include <vector>

#include "ranking/election.h"
#include "ranking/result.h"

namespace votum::ranking {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> head) { AddRow(std::move(head)); }
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }
  // Columns aligned by characters (not bytes), a rule under the head.
  std::string ToText() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// A part of an explanation prepared for display: a table, or a single value.
struct NamedTable {
  std::string name;
  TextTable table;
  bool matrix = false;  // options by options
};

// Ids of options that take part, in order.
std::vector<std::string> IdsForTables(const Election& election);

// The tables of `details`: square number tables become matrices with `ids` as head, {id: value}
// objects columns beside the ids, lists of objects rows; the remaining values form one table of
// names and values.
std::vector<NamedTable> TablesOf(const Json& details, const std::vector<std::string>& ids);

// All of them as text, each with its name.
std::string TablesText(const Json& details, const std::vector<std::string>& ids);

// A value on one line.
std::string CellText(const Json& value);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_TABLES_H_
