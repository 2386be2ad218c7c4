// Pabulib files (.pb, pabulib.org/format): semicolon-separated sections META (key;value), PROJECTS
// and VOTES, each with a header line. Projects without votes and voters without projects are kept;
// columns that no method reads are ignored.
//
// A line with more than the header's fields is refused, and so is money that can be read in two ways
// ("600.000"). Whatever files say of themselves (votes of a project, min_length, max_length, one voter_id
// per voter) is checked, with a remark where it is not so. A project that a vote names twice counts
// once.
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
