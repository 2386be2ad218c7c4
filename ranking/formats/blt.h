// BLT files (I. D. Hill, B. A. Wichmann, D. R. Woodall, Computer Journal 30, 1987).
//
//   4 2                      options, seats
//   -2                       option 2 is withdrawn
//   3 1 3=4 0                three ballots: 1, then 3 and 4 alike
//   (a-17) 2 - 1 0           one ballot with an id of its own; "-" is a skipped rank
//   0                        may be missing before a quoted name
//   "Adam" "Basil" ..        names, quoted (one or more per line) or a line each; then the title
//
// One ballot per line; "#" starts a comment, also behind a quoted name. Lines in brackets behind the
// first ("[tie 2 1]", as Droop and OpenSTV write) are passed over with a remark.
#ifndef VOTUM_RANKING_FORMATS_BLT_H_
#define VOTUM_RANKING_FORMATS_BLT_H_

#include "ranking/formats/formats.h"

namespace votum::ranking {

absl::StatusOr<Election> ReadBlt(absl::string_view text, ReleaseText release);
absl::StatusOr<CountedElection> CountBlt(absl::string_view text, size_t threads,
                                         ReleaseText release);
absl::StatusOr<std::string> WriteBlt(const Election& election);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_BLT_H_
