// `votum rules check`: recomputes recorded tallies.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/profile_choice.h"
#include "clients/lib/csv.h"
#include "nlohmann/json.hpp"
#include "rules/profile.h"
#include "rules/replay.h"

namespace votum::cli {
namespace {

constexpr size_t kMaxFileBytes = size_t{256} << 20;

struct Options {
  std::string file;
  std::string rule = "ordinary";
  uint32_t statutory = 0;
  ProfileChoice choice;
};

using Columns = std::map<std::string, size_t, std::less<>>;

constexpr const char* kNumberColumns[] = {"yes",     "no",      "abstain",
                                          "invalid", "present", "statutory"};

absl::StatusOr<Columns> ColumnsOf(const client::CsvRow& header) {
  Columns columns;
  for (size_t i = 0; i < header.size(); ++i) {
    const std::string name = absl::AsciiStrToLower(absl::StripAsciiWhitespace(header[i].text));
    if (name.empty() || columns.emplace(name, i).second) continue;
    return Refuse(Reason::kBadCsv,
                  absl::StrCat(client::ToString(header[i].begin), ": the column ", name,
                               " stands twice; remove or rename one of them"));
  }
  for (const char* needed : {"yes", "no", "stated_result"}) {
    if (columns.count(needed) > 0) continue;
    return Refuse(Reason::kBadCsv,
                  absl::StrCat("the first line has no column ", needed,
                               "; it must name yes, no and stated_result, and may name id, ",
                               "abstain, invalid, present and statutory"));
  }
  return columns;
}

std::string CellOf(const Columns& columns, const client::CsvRow& row, absl::string_view name) {
  const auto found = columns.find(name);
  if (found == columns.end()) return "";
  return std::string(absl::StripAsciiWhitespace(row[found->second].text));
}

absl::StatusOr<std::optional<uint32_t>> CountOf(const Columns& columns, const client::CsvRow& row,
                                                absl::string_view name) {
  const std::string cell = CellOf(columns, row, name);
  if (cell.empty()) return std::optional<uint32_t>();
  const std::optional<uint64_t> number = ParseDecimal(cell);
  if (!number.has_value() || *number > 1'000'000'000) {
    return Refuse(Reason::kBadCsv,
                  absl::StrCat(client::ToString(row[columns.find(name)->second].begin), ": ", name,
                               " is \"", cell,
                               "\", not a whole number of people; leave the cell empty where the "
                               "record says nothing"));
  }
  return std::optional<uint32_t>(static_cast<uint32_t>(*number));
}

absl::StatusOr<rules::RecordedTally> TallyOf(const Columns& columns, const client::CsvRow& row,
                                             uint32_t statutory) {
  rules::RecordedTally tally;
  std::optional<uint32_t>* const fields[] = {&tally.yes,     &tally.no,      &tally.abstain,
                                             &tally.invalid, &tally.present, &tally.statutory};
  for (size_t i = 0; i < std::size(fields); ++i) {
    ASSIGN_OR_RETURN(*fields[i], CountOf(columns, row, kNumberColumns[i]));
  }
  if (!tally.statutory.has_value() && statutory > 0) tally.statutory = statutory;
  tally.stated = CellOf(columns, row, "stated_result");
  return tally;
}

// Findings of the check.
struct Report {
  size_t rows = 0;
  size_t checked = 0;
  nlohmann::ordered_json mismatches = nlohmann::ordered_json::array();
  nlohmann::ordered_json remarks = nlohmann::ordered_json::array();
  std::map<std::string, std::vector<size_t>> not_checked;  // lines, by reason
};

void Add(const std::string& id, size_t line, const std::string& stated, const rules::Replay& replay,
         Report* report) {
  ++report->rows;
  if (replay.verdict == rules::ReplayVerdict::kNotChecked) {
    report->not_checked[replay.reason].push_back(line);
  } else {
    ++report->checked;
  }
  if (replay.verdict == rules::ReplayVerdict::kMismatch) {
    report->mismatches.push_back({{"id", id},
                                  {"line", line},
                                  {"computed", replay.computed},
                                  {"stated", stated},
                                  {"reason", replay.reason}});
  }
  for (const std::string& remark : replay.remarks)
    report->remarks.push_back({{"id", id}, {"line", line}, {"remark", remark}});
}

void Print(const Run& run, const Report& report) {
  if (run.json()) {
    nlohmann::ordered_json object = {{"rows", report.rows},
                                     {"checked", report.checked},
                                     {"mismatches", report.mismatches},
                                     {"remarks", report.remarks}};
    nlohmann::ordered_json open = nlohmann::ordered_json::array();
    for (const auto& [reason, lines] : report.not_checked)
      open.push_back({{"reason", reason}, {"rows", lines.size()}, {"lines", lines}});
    object["not_checked"] = open;
    *run.out << object.dump(2) << "\n";
    return;
  }
  for (const auto& one : report.mismatches) {
    *run.out << "line " << one["line"] << " (" << one["id"].get<std::string>() << "): stated \""
             << one["stated"].get<std::string>() << "\", computed "
             << one["computed"].get<std::string>() << ". " << one["reason"].get<std::string>()
             << "\n";
  }
  for (const auto& one : report.remarks) {
    *run.out << "line " << one["line"] << " (" << one["id"].get<std::string>()
             << "), remark: " << one["remark"].get<std::string>() << "\n";
  }
  for (const auto& [reason, lines] : report.not_checked) {
    *run.out << lines.size() << " rows not checked: " << reason << " (line "
             << absl::StrJoin(lines, ", ") << ")\n";
  }
  *run.out << report.rows << " rows, " << report.checked << " checked, " << report.mismatches.size()
           << " mismatches\n";
}

absl::Status Check(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const rules::v1::RuleProfile profile, ProfileOf(options.choice));
  const rules::v1::MotionRule* rule = rules::FindMotionRule(profile, options.rule);
  if (rule == nullptr) {
    return Refuse(Reason::kUnknownRule,
                  absl::StrCat("profile ", profile.id(), " has no majority ", options.rule));
  }
  const auto text = ReadFile(options.file, kMaxFileBytes);
  if (!text.ok()) return Refuse(Reason::kBadFile, text.status().message());
  ASSIGN_OR_RETURN(const std::vector<client::CsvRow> rows, client::ParseCsv(*text));
  ASSIGN_OR_RETURN(const Columns columns, ColumnsOf(rows[0]));
  Report report;
  for (size_t i = 1; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(const rules::RecordedTally tally,
                     TallyOf(columns, rows[i], options.statutory));
    Add(CellOf(columns, rows[i], "id"), rows[i][0].begin.line, tally.stated,
        rules::ReplayTally(profile, *rule, tally), &report);
  }
  Print(run, report);
  if (!report.mismatches.empty()) run.exit_code = 1;
  return absl::OkStatus();
}

}  // namespace

void AddRulesCheckCommand(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command check = AddVerb(
      root, run, "rules", "check",
      "Compute recorded results again and report each that does not follow from its tally (exit "
      "1).\n"
      "Columns: id,yes,no,abstain,invalid,present,statutory,stated_result; cells may be empty.\n"
      "Example: votum rules check minutes-2019.csv --profile de-nw-rat",
      [&run, options] { return Check(run, *options); });
  check->add_option("FILE", options->file, "The tallies, CSV")->required();
  check->add_option("--rule", options->rule, "A majority rule of the profile")
      ->capture_default_str();
  check->add_option("--statutory", options->statutory,
                    "The statutory number, for rows that do not give one");
  AddProfileOptions(check, options->choice);
}

}  // namespace votum::cli
