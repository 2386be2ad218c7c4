#include "clients/cli/verdict.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "clients/cli/safe_output.h"
#include "nlohmann/json.hpp"

namespace votum::cli {
namespace {

using Kind = audit::Finding::Kind;

std::string Counted(uint64_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

// How a finding begins in the output, and its kind in JSON.
struct Words {
  const char* text;
  const char* json;
};
Words WordsOf(Kind kind) {
  switch (kind) {
    case Kind::kChecked:
      return {"ok   ", "checked"};
    case Kind::kFault:
      return {"FAULT", "fault"};
    case Kind::kNotCheckable:
      return {"STOP ", "not_checkable"};
    case Kind::kStanding:
      return {"NOW  ", "standing"};
    case Kind::kOddity:
      return {"ODD  ", "oddity"};
    case Kind::kNote:
    case Kind::kNotThere:
      break;
  }
  return {"note ", "note"};
}

bool IsListedApart(Kind kind) {
  return kind == Kind::kStanding || kind == Kind::kOddity || kind == Kind::kNotThere;
}

}  // namespace

std::vector<std::string> Verdict::Of(Kind kind) const {
  std::vector<std::string> texts;
  for (const audit::Finding& finding : findings_) {
    if (finding.kind == kind) texts.push_back(finding.text);
  }
  return texts;
}

void Verdict::PrintText(Run& run) const {
  const auto print = [&run](const audit::Finding& finding) {
    *run.out << WordsOf(finding.kind).text << " " << OneLine(finding.text) << "\n";
  };
  for (const std::string& text : Of(Kind::kStanding)) print({Kind::kStanding, text});
  for (const audit::Finding& finding : findings_) {
    if (!IsListedApart(finding.kind)) print(finding);
  }
  for (const std::string& text : Of(Kind::kOddity)) print({Kind::kOddity, text});
}

void Verdict::PrintJson(Run& run, const audit::Summary& summary, bool passed) const {
  nlohmann::ordered_json findings = nlohmann::ordered_json::array();
  for (const audit::Finding& finding : findings_) {
    if (!IsListedApart(finding.kind))
      findings.push_back({{"kind", WordsOf(finding.kind).json}, {"text", finding.text}});
  }
  const nlohmann::ordered_json json = {{"passed", passed},
                                       {"records", summary.records},
                                       {"void", summary.voids},
                                       {"withheld", summary.withheld},
                                       {"not_shown", summary.not_shown},
                                       {"standing", Of(Kind::kStanding)},
                                       {"findings", findings},
                                       {"oddities", Of(Kind::kOddity)},
                                       {"not_there", Of(Kind::kNotThere)}};
  *run.out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

std::string Verdict::InNumbers(const audit::Summary& summary) const {
  std::string text = Counted(summary.records, "record", "records");
  absl::StrAppend(&text, ", ", summary.voids, " void");
  if (summary.withheld > 0)
    absl::StrAppend(&text, ", ", summary.withheld, " withheld while a vote is open");
  if (summary.not_shown > 0) absl::StrAppend(&text, ", ", summary.not_shown, " not shown to you");
  const size_t oddities = Of(Kind::kOddity).size();
  if (oddities > 0) absl::StrAppend(&text, ", ", Counted(oddities, "oddity", "oddities"));
  const std::vector<std::string> not_there = Of(Kind::kNotThere);
  if (!not_there.empty())
    absl::StrAppend(&text, "; not there to be checked: ", absl::StrJoin(not_there, "; "));
  return text;
}

absl::Status Verdict::Print(Run& run, const audit::Summary& summary) const {
  const std::vector<std::string> not_checkable = Of(Kind::kNotCheckable);
  const bool passed = summary.faults == 0 && not_checkable.empty();
  if (run.json()) {
    PrintJson(run, summary, passed);
  } else {
    PrintText(run);
    if (passed) *run.out << what_ << ": all checks passed (" << InNumbers(summary) << ")\n";
  }
  if (summary.faults > 0) {
    return Refuse(Reason::kFaultsFound,
                  absl::StrCat(what_, ": ", Counted(summary.faults, "fault", "faults"), " in ",
                               InNumbers(summary)));
  }
  if (!not_checkable.empty()) {
    return Refuse(Reason::kNotCheckable,
                  absl::StrCat(what_, ": no faults, but not all was checked: ",
                               absl::StrJoin(not_checkable, "; "), " (", InNumbers(summary), ")"));
  }
  if (summary.withheld > 0) run.exit_code = kStillOpen;
  return absl::OkStatus();
}

}  // namespace votum::cli
