// The page for the council: the ranking, a bar chart, and the explanation's tables; pairwise
// matrices are coloured.
#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ranking/report.h"
#include "ranking/tables.h"

namespace votum::ranking {
namespace {

constexpr absl::string_view kStyle =
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #999;padding:.2rem "
    ".6rem;text-align:right}"
    "th:first-child,td:first-child{text-align:left}caption{text-align:left;font-weight:bold}"
    ".won{font-weight:bold}.wins{background:#d5ecd4}.loses{background:#f6d9d5}.scroll{overflow-x:"
    "auto}";

std::string Escape(absl::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// The values to draw: a number per option, by id.
struct Bars {
  std::string title;
  std::vector<std::pair<std::string, double>> values;
};

// A number, a decimal or a fraction "p/q".
std::optional<double> NumberOf(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  const size_t slash = text.find('/');
  double p, q = 1;
  if (!absl::SimpleAtod(text.substr(0, slash), &p)) return std::nullopt;
  if (slash != std::string::npos && (!absl::SimpleAtod(text.substr(slash + 1), &q) || q == 0))
    return std::nullopt;
  return p / q;
}

std::optional<Bars> BarsOf(const Report& report) {
  const Json* values = nullptr;
  Bars bars;
  for (const char* key : {"scores", "strengths", "votes"}) {
    if (!report.ranking.details.contains(key)) continue;
    values = &report.ranking.details[key];
    bars.title = key;
    break;
  }
  if (values == nullptr && report.ranking.extra.contains("stages") &&
      !report.ranking.extra["stages"].empty()) {
    values = &report.ranking.extra["stages"][0]["votes"];
    bars.title = "votes at the first stage";
  }
  if (values == nullptr || !values->is_object()) return std::nullopt;
  for (const Tier& tier : report.ranking.tiers) {
    for (OptionIndex option : tier) {
      const std::string& id = report.election->options[option].id;
      if (!values->contains(id)) continue;
      const std::optional<double> number = NumberOf((*values)[id]);
      if (number) bars.values.emplace_back(id, *number);
    }
  }
  return bars;
}

std::string Svg(const Bars& bars) {
  constexpr int kRow = 22, kLeft = 160, kWidth = 640, kMaxBars = 60;
  double low = 0, high = 0;
  for (const auto& [id, value] : bars.values) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  const double span = high > low ? high - low : 1;
  const size_t count = std::min<size_t>(bars.values.size(), kMaxBars);
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %d "
      "%d\" width=\"100%%\">\n",
      Escape(bars.title), kLeft + kWidth + 110, kRow * static_cast<int>(count) + 4);
  for (size_t i = 0; i < count; ++i) {
    const auto& [id, value] = bars.values[i];
    const double from = kLeft + kWidth * (std::min(value, 0.0) - low) / span;
    const double width = kWidth * std::abs(value) / span;
    const int y = kRow * static_cast<int>(i) + 2;
    absl::StrAppend(
        &svg,
        absl::StrFormat("<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-size=\"13\">%s</text>"
                        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#2b5c8a\"/>"
                        "<text x=\"%.1f\" y=\"%d\" font-size=\"13\">%.10g</text>\n",
                        kLeft - 8, y + 15, Escape(id), from, y, width, kRow - 6, from + width + 6,
                        y + 15, value));
  }
  return svg + "</svg>\n";
}

// "wins" or "loses" for a cell of a pairwise matrix.
std::string CellClass(const NamedTable& table, size_t row, size_t column) {
  if (!table.matrix || row == 0 || column == 0 || row == column) return "";
  const auto& rows = table.table.rows();
  double mine, other;
  if (!absl::SimpleAtod(rows[row][column], &mine) || !absl::SimpleAtod(rows[column][row], &other) ||
      mine == other) {
    return "";
  }
  return mine > other ? " class=\"wins\"" : " class=\"loses\"";
}

std::string HtmlTable(const NamedTable& table) {
  std::string html =
      absl::StrCat("<div class=\"scroll\"><table><caption>", Escape(table.name), "</caption>\n");
  const auto& rows = table.table.rows();
  for (size_t r = table.name.empty() ? 1 : 0; r < rows.size(); ++r) {
    html += "<tr>";
    for (size_t c = 0; c < rows[r].size(); ++c) {
      const absl::string_view tag = r == 0 || c == 0 ? "th" : "td";
      absl::StrAppend(&html, "<", tag, CellClass(table, r, c), ">", Escape(rows[r][c]), "</", tag,
                      ">");
    }
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string RankingTable(const Report& report) {
  std::string html =
      "<table><caption>Ranking</caption>\n<tr><th>Rank</th><th>Id</th><th>Name</th></tr>\n";
  size_t rank = 1;
  const std::vector<OptionIndex>& winners = report.ranking.winners;
  for (const Tier& tier : report.ranking.tiers) {
    for (OptionIndex option : tier) {
      const bool won = std::count(winners.begin(), winners.end(), option) > 0;
      const Option& row = report.election->options[option];
      absl::StrAppend(&html, won ? "<tr class=\"won\"><td>" : "<tr><td>", rank, "</td><td>",
                      Escape(row.id), "</td><td>", Escape(row.name), "</td></tr>\n");
    }
    rank += tier.size();
  }
  return html + "</table>\n";
}

}  // namespace

std::string ReportHtml(const Report& report) {
  const std::string title =
      Escape(report.election->title.empty() ? "Ranking" : report.election->title);
  std::string html = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", title,
      "</title><style>", kStyle, "</style></head><body>\n<h1>", title, "</h1>\n<p>",
      Escape(report.method->id), ": ", Escape(report.method->description),
      "<br>Source: ", Escape(report.method->source), "<br>", report.ballots, " ballots, ",
      report.election->options.size(), " options",
      report.sha256.empty() ? "" : absl::StrCat("<br>SHA-256 of the file: ", report.sha256),
      "</p>\n");
  for (const std::string& remark : report.election->remarks)
    absl::StrAppend(&html, "<p>Remark: ", Escape(remark), "</p>\n");
  html += RankingTable(report);
  const std::optional<Bars> bars = BarsOf(report);
  if (bars && !bars->values.empty())
    absl::StrAppend(&html, "<h2>", Escape(bars->title), "</h2>\n", Svg(*bars));
  const std::vector<std::string> ids = IdsForTables(*report.election);
  for (const Json* part : {&report.ranking.extra, &report.ranking.details}) {
    for (const NamedTable& table : TablesOf(*part, ids)) html += HtmlTable(table);
  }
  const Json json = ReportJson(report);
  for (const Json& tie : json["ties"]) {
    absl::StrAppend(
        &html, "<p>Tie (", Escape(CellText(tie["stage"])), "): ", Escape(CellText(tie["tied"])),
        ", by ", Escape(CellText(tie["rule"])),
        tie.contains("decided") ? absl::StrCat(": ", Escape(CellText(tie["decided"]))) : "",
        "</p>\n");
  }
  return html + "</body></html>\n";
}

}  // namespace votum::ranking
