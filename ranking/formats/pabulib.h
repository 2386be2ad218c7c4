// Pabulib files (.pb, pabulib.org/format): semicolon-separated sections META (key;value), PROJECTS
// and VOTES, each with a header line. Projects without votes and voters without projects are kept;
// columns that no method reads are ignored.
//
// Points: cumulative and scoring votes as given; an ordinal vote for k projects gives k, k-1, .. 1;
// all other votes are approvals.
#ifndef VOTUM_RANKING_FORMATS_PABULIB_H_
#define VOTUM_RANKING_FORMATS_PABULIB_H_

#include "ranking/formats/formats.h"

namespace votum::ranking {

absl::StatusOr<Election> ReadPabulib(absl::string_view text, ReleaseText);
absl::StatusOr<std::string> WritePabulib(const Election& election);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_PABULIB_H_
