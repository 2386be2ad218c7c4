#include "tests/simulator/coverage.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "core/fold/command_table.h"

namespace votum::simulator {

absl::StatusOr<Unreachable> Unreachable::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  Unreachable read;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (line[0] == '#') continue;
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    const std::pair<std::string, std::string> rest =
        absl::StrSplit(parts.second, absl::MaxSplits(' ', 1));
    if ((parts.first != "command" && parts.first != "reason") || rest.second.empty())
      return absl::InvalidArgumentError(absl::StrCat(path, ": what is this? ", line));
    if (parts.first == "reason" && !ReasonNamed(rest.first).has_value())
      return absl::InvalidArgumentError(absl::StrCat(path, ": there is no reason ", rest.first));
    (parts.first == "command" ? read.commands : read.reasons)[rest.first] = rest.second;
  }
  return read;
}

void Coverage::Add(const Coverage& other) {
  for (const auto& [name, count] : other.commands_) {
    Count& own = commands_[name];
    own.sought += count.sought;
    own.tries += count.tries;
    own.accepted += count.accepted;
  }
  for (const auto& [reason, times] : other.reasons_) reasons_[reason] += times;
}

std::string Coverage::Print() const {
  std::string out =
      absl::StrFormat("%-28s %9s %9s %9s %8s\n", "command", "sought", "tries", "accepted", "share");
  for (const auto& [name, count] : commands_) {
    const uint64_t share = count.tries == 0 ? 0 : 100 * count.accepted / count.tries;
    absl::StrAppendFormat(&out, "%-28s %9d %9d %9d %7d%%\n", name, count.sought, count.tries,
                          count.accepted, share);
  }
  absl::StrAppend(&out, "\nreason                            times\n");
  for (const auto& [reason, times] : reasons_)
    absl::StrAppendFormat(&out, "%-30s %8d\n", ReasonText(reason), times);
  return out;
}

std::vector<std::string> Coverage::Gaps(const Unreachable& unreachable, bool all) const {
  std::vector<std::string> gaps;
  for (const CommandType& type : CommandTable()) {
    const auto found = commands_.find(type.name);
    const Count count = found == commands_.end() ? Count() : found->second;
    const bool listed = unreachable.commands.count(type.name) > 0;
    if (listed && count.accepted > 0)
      gaps.push_back(absl::StrCat(type.name, " is listed as unreachable, and was accepted"));
    if (listed || (!all && count.tries == 0)) continue;
    // A few tries say nothing about a share, unless the run is to reach everything.
    if (!all && count.tries < 20) continue;
    if (100 * count.accepted >= kLeastPercent * count.tries && count.accepted > 0) continue;
    gaps.push_back(absl::StrCat(type.name, " was accepted in ", count.accepted, " of ", count.tries,
                                " tries"));
  }
  for (const ReasonRow& row : AllReasons()) {
    const bool listed = unreachable.reasons.count(std::string(row.text)) > 0;
    const bool reached = Of(row.reason) > 0;
    if (listed && reached)
      gaps.push_back(absl::StrCat(row.text, " is listed as unreachable, and was reached"));
    if (all && !listed && !reached) gaps.push_back(absl::StrCat(row.text, " was not reached"));
  }
  return gaps;
}

}  // namespace votum::simulator
