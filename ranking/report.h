// A ranking as people and programs read it: JSON, tables for the terminal, and a page (HTML with
// SVG) for the council.
#ifndef VOTUM_RANKING_REPORT_H_
#define VOTUM_RANKING_REPORT_H_

#include <cstdint>
#include <string>

#include "ranking/method.h"

namespace votum::ranking {

// A ranking with all that it was computed from.
struct Report {
  const Method* method;
  Params params;  // all of them, with defaults
  // Options, title; its ballots are not looked at.
  const Election* election;
  uint64_t ballots = 0;  // sum of weights
  std::string sha256;    // of the input file, lower-case hexadecimal; empty where there is none
  Ranking ranking;
};

// Ballots of `election`, whatever their kind, by weight.
uint64_t BallotsOf(const Election& election);

// {"method","params","input":{"ballots","options","sha256"},
// "ranking":[[id..],..],"winners":[id..],"ties":[..],
// "details":{..}}, and for some methods more members (Ranking::extra). Ids are strings, or numbers
// where the file's are.
Json ReportJson(const Report& report);
// The text of a Json, in UTF-8 whatever the names hold.
std::string JsonText(const Json& json);

// Tables for the terminal, with the explanation as far as `report` has one.
std::string ReportTables(const Report& report);

// A page that stands alone: no scripts, nothing loaded from elsewhere.
std::string ReportHtml(const Report& report);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_REPORT_H_
