// The CSV files of Scottish council elections (github.com/mggg/scot-elex, from D. McCune's BLT
// files):
//
//   4,2,                                     candidates, seats
//   12,1,3,                                  twelve papers: 1, then 3
//   "Candidate 1","Adam","Party A",
//   ..
//   "Ward name",
#ifndef VOTUM_RANKING_FORMATS_SCOTTISH_CSV_H_
#define VOTUM_RANKING_FORMATS_SCOTTISH_CSV_H_

#include "ranking/formats/formats.h"

namespace votum::ranking {

absl::StatusOr<Election> ReadScottishCsv(absl::string_view text, ReleaseText);
absl::StatusOr<std::string> WriteScottishCsv(const Election& election);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_FORMATS_SCOTTISH_CSV_H_
