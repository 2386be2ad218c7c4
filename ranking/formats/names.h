// Names in election files: what people see of them, and words that are no names.
#ifndef VOTUM_RANKING_FORMATS_NAMES_H_
#define VOTUM_RANKING_FORMATS_NAMES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace votum::ranking {

// `text` without the Unicode white space around it.
absl::string_view WithoutBlanksAround(absl::string_view text);

// A name as the eye sees it: two names look the same if these are equal. Characters are taken
// apart canonically (Unicode NFD, so that one and two code points for "ü" are the same), characters
// that show nothing are left out (soft hyphens, joiners, marks of direction, variation selectors),
// and white space within is one space, around it none. `name` as it is if it is not UTF-8.
std::string AsSeen(absl::string_view name);

// Whether counting machines and survey programs (RCTab, ES&S, Qualtrics) write this word where a
// voter named nobody: "undervote", "overvote", "skipped", "UWI" and the like, in any case of letters.
bool StandsForNoVote(absl::string_view word);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_NAMES_H_
