// Differences between two texts, line by line.
#ifndef VOTUM_CORE_PAPERS_DIFF_H_
#define VOTUM_CORE_PAPERS_DIFF_H_

#include <string>

#include "absl/strings/string_view.h"

namespace votum::papers {

// The unified diff of `old_text` and `new_text`, under the given names; empty where they are equal.
std::string UnifiedDiff(absl::string_view old_name, absl::string_view old_text,
                        absl::string_view new_name, absl::string_view new_text);

}  // namespace votum::papers

#endif  // VOTUM_CORE_PAPERS_DIFF_H_
