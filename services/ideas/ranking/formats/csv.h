// Plain CSV (RFC 4180, comma, UTF-8). The first cell of the header line says what the columns are:
//
//   weight,1,2,3           orders: each line a weight (ballots) and option ids, best first; "A=B"
//   for ties; empty cells end 5,A,B=C,               options are those named, in order of
//   appearance, or those of a line "options,A,B,C,D" before it
//
//   ranks,A,B,C            ranks: a weight, and for each option its rank (1 is best, equal is tied,
//   empty is unranked) 5,1,2,2
//
//   grades:5,A,B,C         grades from 0 to the number given (empty is not graded)
//   1,5,0,
//
//   approvals,A,B,C        1 approves, 0 or empty does not
//   3,1,0,1
//
//   winner,loser,count     pairwise comparisons
//   A,B,17
#ifndef VOTUM_SERVICES_IDEAS_RANKING_FORMATS_CSV_H_
#define VOTUM_SERVICES_IDEAS_RANKING_FORMATS_CSV_H_

#include "services/ideas/ranking/formats/formats.h"

namespace votum::ranking {

absl::StatusOr<Election> ReadCsv(absl::string_view text, ReleaseText);
// Comparisons, grades or orders, as the election has them.
absl::StatusOr<std::string> WriteCsv(const Election& election);

}  // namespace votum::ranking

#endif  // VOTUM_SERVICES_IDEAS_RANKING_FORMATS_CSV_H_
