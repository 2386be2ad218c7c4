// Command-line parsing shared by the two forms of `votum rank`.
#ifndef VOTUM_CLIENTS_CLI_RANK_RANK_INPUTS_H_
#define VOTUM_CLIENTS_CLI_RANK_RANK_INPUTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/rank/rank_command.h"
#include "ranking/method.h"

namespace votum::cli {

// INVALID_ARGUMENT/UNKNOWN_METHOD.
absl::StatusOr<const ranking::Method*> MethodOf(const std::string& id);

// The parameters given, seats among them. INVALID_ARGUMENT/BAD_PARAM.
absl::StatusOr<ranking::Params> ParamsOf(const RankArguments& arguments,
                                         const ranking::Method& method);

// Refuses a count of preferences over `election` where no ballot has any, because it would elect by
// lot alone. INVALID_ARGUMENT/BAD_BALLOTS.
absl::Status CheckAnyPreference(const ranking::Method& method,
                                const ranking::RankedBallots& ballots);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_RANK_RANK_INPUTS_H_
