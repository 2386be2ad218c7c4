// Plain CSV (RFC 4180, UTF-8), with commas, semicolons or tabs as base/csv.h says. Blanks around cells
// do not count, nor do blank lines and the empty cells that spreadsheets append. The first cell of the header line names the kind of columns.
//
// Orders: a weight (ballots) and option ids, best first; "=" between tied ones, empty cells at the
// end. Options are those named, in order of appearance, or those of a line "options,A,B,C,D"
// before; only there can an option be called "undervote", "skipped" or the like:
//
//   weight,1,2,3
//   5,A,B=C,
//
// Ranks: a weight, and for each option its rank; 1 is best, equal is tied, empty is not ranked:
//
//   ranks,A,B,C
//   5,1,2,2
//
// Grades: a weight, and grades from 0 to the number in the header; empty is not graded:
//
//   grades:5,A,B,C
//   1,5,0,
//
// Approvals: a weight, and 1 for each option approved of; 0 or empty for the others:
//
//   approvals,A,B,C
//   3,1,0,1
//
// Comparisons of pairs:
//
//   winner,loser,count
//   A,B,17
#ifndef VOTUM_RANKING_FORMATS_CSV_H_
#define VOTUM_RANKING_FORMATS_CSV_H_

#include "ranking/formats/formats.h"

namespace votum::ranking {

absl::StatusOr<Election> ReadCsv(absl::string_view text, ReleaseText);
// Writes comparisons, grades or orders, whichever the election has.
absl::StatusOr<std::string> WriteCsv(const Election& election);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_CSV_H_
