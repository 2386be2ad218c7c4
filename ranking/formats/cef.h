// Condorcet Election Format, version 1 (github.com/CondorcetVote/CondorcetElectionFormat), .cvotes:
//
//   #/Candidates: A ; B ; C
//   #/Number of Seats: 2
//   #/Implicit Ranking: true
//   #/Weight Allowed: true
//   tag1, tag2 || A > B = C ^7 * 42      # weight 7, 42 times
//   /EMPTY_RANKING/ * 3
//
// Without "Candidates" the options are those that the votes name, in order of appearance.
// Parameters must begin their lines and come before votes; unknown ones are ignored, as the format
// demands, and so are names in votes that "Candidates" does not list, with a remark.
#ifndef VOTUM_RANKING_FORMATS_CEF_H_
#define VOTUM_RANKING_FORMATS_CEF_H_

#include "ranking/formats/formats.h"

namespace votum::ranking {

absl::StatusOr<Election> ReadCef(absl::string_view text, ReleaseText);
absl::StatusOr<std::string> WriteCef(const Election& election);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_CEF_H_
