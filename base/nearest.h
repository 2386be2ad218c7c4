// Guesses what somebody meant who mistyped a word.
#ifndef VOTUM_BASE_NEAREST_H_
#define VOTUM_BASE_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace votum {

// The one of `candidates` for which `word` is a likely typing error: at most a third of its letters
// (but always one) are added, left out, replaced or exchanged with their neighbour. Empty if there
// is none.
std::string NearestOf(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace votum

#endif  // VOTUM_BASE_NEAREST_H_
