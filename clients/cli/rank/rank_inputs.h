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

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_RANK_RANK_INPUTS_H_
