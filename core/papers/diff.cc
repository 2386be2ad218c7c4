#include "core/papers/diff.h"

#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dtl/dtl.hpp"

namespace votum::papers {

std::string UnifiedDiff(absl::string_view old_name, absl::string_view old_text,
                        absl::string_view new_name, absl::string_view new_text) {
  const std::vector<std::string> old_lines = absl::StrSplit(old_text, '\n');
  const std::vector<std::string> new_lines = absl::StrSplit(new_text, '\n');
  dtl::Diff<std::string> diff(old_lines, new_lines);
  diff.compose();
  if (diff.getEditDistance() == 0) return "";
  diff.composeUnifiedHunks();
  std::ostringstream hunks;
  diff.printUnifiedFormat(hunks);
  return absl::StrCat("--- ", old_name, "\n+++ ", new_name, "\n", hunks.str());
}

}  // namespace votum::papers
