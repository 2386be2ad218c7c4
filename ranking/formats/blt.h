// BLT files (I. D. Hill, B. A. Wichmann, D. R. Woodall, Computer Journal 30, 1987).
//
//   4 2                      options, seats
//   -2                       option 2 is withdrawn
//   3 1 3=4 0                three ballots: 1, then 3 and 4 alike
//   0                        may be missing before a quoted name
//   "Adam" "Basil" ..        names, quoted (one or more per line) or a line each; then the title
//
// One ballot per line; "#" starts a comment.
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
