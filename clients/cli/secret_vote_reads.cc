#include "clients/cli/secret_vote_reads.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::cli {
namespace {

namespace v1 = meetings::v1;

template <typename Response, typename Request>
absl::StatusOr<Response> Fetch(client::Client& client, const char* method, const Request& request) {
  Response response;
  RETURN_IF_ERROR(client.Read("meetings", method, request, &response));
  return response;
}

}  // namespace

absl::StatusOr<v1::VoteEvent> FetchVoteEvent(client::Client& client, const std::string& vote) {
  v1::GetVoteEventRequest request;
  request.set_vote_event_id(vote);
  ASSIGN_OR_RETURN(v1::GetVoteEventResponse response,
                   Fetch<v1::GetVoteEventResponse>(client, "GetVoteEvent", request));
  return std::move(*response.mutable_vote_event());
}

absl::StatusOr<v1::SecretVote> FetchSecretVote(client::Client& client, const std::string& vote) {
  v1::GetSecretVoteRequest request;
  request.set_vote_event_id(vote);
  ASSIGN_OR_RETURN(v1::GetSecretVoteResponse response,
                   Fetch<v1::GetSecretVoteResponse>(client, "GetSecretVote", request));
  return std::move(*response.mutable_secret_vote());
}

absl::StatusOr<v1::GetElectionSetupResponse> FetchSetup(client::Client& client,
                                                        const std::string& vote) {
  v1::GetElectionSetupRequest request;
  request.set_vote_event_id(vote);
  return Fetch<v1::GetElectionSetupResponse>(client, "GetElectionSetup", request);
}

absl::Status BallotsNotBegun() {
  return Refuse(Reason::kBallotsNotBegun,
                "members still register; wait until the casting has begun");
}

absl::StatusOr<v1::KeyCeremony> FetchCeremony(client::Client& client, const std::string& ceremony) {
  v1::GetKeyCeremonyRequest request;
  request.set_ceremony_id(ceremony);
  ASSIGN_OR_RETURN(v1::GetKeyCeremonyResponse response,
                   Fetch<v1::GetKeyCeremonyResponse>(client, "GetKeyCeremony", request));
  return std::move(*response.mutable_ceremony());
}

absl::StatusOr<std::string> FetchElectionArchive(client::Client& client, const std::string& vote) {
  std::string archive;
  v1::GetElectionArchiveRequest request;
  request.set_vote_event_id(vote);
  while (true) {
    request.set_offset(archive.size());
    ASSIGN_OR_RETURN(const v1::GetElectionArchiveResponse response,
                     Fetch<v1::GetElectionArchiveResponse>(client, "GetElectionArchive", request));
    archive += response.data();
    if (archive.size() >= response.total_bytes()) return archive;
    if (response.data().empty()) {
      return Refuse(Reason::kArchiveTruncated,
                    absl::StrCat("the service gives ", archive.size(), " of ",
                                 response.total_bytes(), " bytes of the archive"));
    }
  }
}

}  // namespace votum::cli
