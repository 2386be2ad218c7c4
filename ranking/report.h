// Output of a ranking for people and programs: JSON, tables for the terminal, and a page (HTML with
// SVG) for the council.
#ifndef VOTUM_RANKING_REPORT_H_
#define VOTUM_RANKING_REPORT_H_

#include <cstdint>
#include <string>

#include "ranking/method.h"

namespace votum::ranking {

// A ranking with all its inputs.
struct Report {
  const Method* method;
  Params params;  // all of them, with defaults
  // Options, title; its ballots are not used.
  const Election* election;
  uint64_t ballots = 0;  // sum of weights
  std::string sha256;    // of the input file, lower-case hexadecimal; empty where there is none
  Ranking ranking;
};

// The total weight of the ballots of `election`, of any kind.
uint64_t BallotsOf(const Election& election);

// Adds what the file says besides its ballots: "format", "title", "seats" (0: it does not say) and
// "options":[{"id","name","withdrawn"}..], the name being the id where the file has none; and
// "remarks" if its reader has any.
void DescribeElection(const Election& election, Json& json);

// {"method","params","input":{"ballots","options","sha256"}, what DescribeElection adds,
// "ranking":[[id..],..],"winners":[id..],"ties":[..],
// "details":{..}}, and for some methods more members (Ranking::extra). Ids are strings, or numbers
// where the file's are; as a key of an object ({id: votes}), the same in quotation marks, as JSON
// demands.
Json ReportJson(const Report& report);
// The text of a Json value, always valid UTF-8 regardless of the names.
std::string JsonText(const Json& json);

// Tables for the terminal, with the explanation if `report` has one.
std::string ReportTables(const Report& report);

// A self-contained page: no scripts, nothing loaded from elsewhere.
std::string ReportHtml(const Report& report);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_REPORT_H_
