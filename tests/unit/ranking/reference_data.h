// Elections with expected results: tests/data/ranking, or the folder that the environment variable
// VOTUM_RANKING_DATA names, for a collection that may not be redistributed.
#ifndef VOTUM_TESTS_UNIT_RANKING_REFERENCE_DATA_H_
#define VOTUM_TESTS_UNIT_RANKING_REFERENCE_DATA_H_

#include <string>
#include <vector>

#include "ranking/election.h"
#include "ranking/result.h"

namespace votum::ranking {

// Path of a reference file.
std::string ReferencePath(const std::string& name);
// A JSON file of the reference data; a test failure and null if it cannot be read.
Json ReadReference(const std::string& name);

// Options 1..m, ballots [[weight, [[a, b], [c]]], ...].
Election RankedCase(const Json& one);
// Tiers of option indices as JSON of numbers from 1.
Json Numbered(const std::vector<Tier>& tiers);
Json Numbered(const std::vector<OptionIndex>& options);

}  // namespace votum::ranking

#endif  // VOTUM_TESTS_UNIT_RANKING_REFERENCE_DATA_H_
