// `votum rank --group NAME=FILE[:WEIGHT]`: a ranking of each group of an electorate, side by side,
// and of all together by stated weights; and which options beat the status quo.
#ifndef VOTUM_CLIENTS_CLI_RANK_GROUP_RANKING_H_
#define VOTUM_CLIENTS_CLI_RANK_GROUP_RANKING_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/rank/rank_command.h"

namespace votum::cli {

// The text to print, as a table or JSON:
//
//   {"method","params", what ranking::DescribeElection adds,
//    "groups":[{"id","weight","input":{"ballots","sha256"},"ranking":[[id..],..],"winners":[..]},..],
//    "combined":{"ballots","ranking","winners","ties"},
//    "status_quo":{"id","beaten_by":[id..]}}        the last with --status-quo only
//
// The files are joined by the names of their options (by ids where those are no mere numbers), in
// whatever order they name them. INVALID_ARGUMENT/BAD_GROUP if an argument is malformed, or if the
// files differ in their options, in what is withdrawn, in seats, or in what unranked options mean.
absl::StatusOr<std::string> RunRankGroups(const RankArguments& arguments);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_RANK_GROUP_RANKING_H_
