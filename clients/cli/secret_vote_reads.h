// Reads from the meetings service for the commands of secret votes and trustees.
#ifndef VOTUM_CLIENTS_CLI_SECRET_VOTE_READS_H_
#define VOTUM_CLIENTS_CLI_SECRET_VOTE_READS_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/lib/client.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {

absl::StatusOr<meetings::v1::VoteEvent> FetchVoteEvent(client::Client& client,
                                                       const std::string& vote);
absl::StatusOr<meetings::v1::SecretVote> FetchSecretVote(client::Client& client,
                                                         const std::string& vote);
absl::StatusOr<meetings::v1::GetElectionSetupResponse> FetchSetup(client::Client& client,
                                                                  const std::string& vote);
// The setup of a vote that has no list of credentials yet.
absl::Status BallotsNotBegun();
absl::StatusOr<meetings::v1::KeyCeremony> FetchCeremony(client::Client& client,
                                                        const std::string& ceremony);

// The whole archive of a closed vote.
absl::StatusOr<std::string> FetchElectionArchive(client::Client& client, const std::string& vote);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_SECRET_VOTE_READS_H_
