// PrefLib files of 2022 (preflib.org): "# KEY: VALUE" lines, then "count: 1,2,{3,4}" orders, or
// categories in .cat; alternatives and categories may be numbered from 0. Also files of orders from
// before 2022: "3", "1,Adam" .., "20,20,5", then "count,1,2,{3,4}".
#ifndef VOTUM_RANKING_FORMATS_PREFLIB_H_
#define VOTUM_RANKING_FORMATS_PREFLIB_H_

#include "ranking/formats/formats.h"

namespace votum::ranking {

absl::StatusOr<Election> ReadPreflib(absl::string_view text, ReleaseText release);
absl::StatusOr<CountedElection> CountPreflib(absl::string_view text, size_t threads,
                                             ReleaseText release);
// Writes .cat for graded ballots; otherwise the narrowest of soc, soi, toc, toi that holds the
// ballots.
absl::StatusOr<std::string> WritePreflib(const Election& election);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_PREFLIB_H_
