#include "services/agenda/service.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "services/runtime/paging.h"

namespace votum::agenda {
namespace {
constexpr size_t kDefaultPage = 100;
constexpr size_t kLargestPage = 500;
}  // namespace

grpc::Status AgendaServiceImpl::GetProposal(grpc::ServerContext* context,
                                            const v1::GetProposalRequest* request,
                                            v1::GetProposalResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_proposal(),
                     world.agenda().GetProposal(request->proposal_id(), reader.audience));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetProposal", read);
}

grpc::Status AgendaServiceImpl::DiffProposal(grpc::ServerContext* context,
                                             const v1::DiffProposalRequest* request,
                                             v1::DiffProposalResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_unified_diff(),
                     world.agenda().DiffProposal(request->proposal_id(), request->old_version(),
                                                 request->new_version(), reader.audience));
    return absl::OkStatus();
  };
  return access_.Read(*context, "DiffProposal", read);
}

grpc::Status AgendaServiceImpl::ListProposals(grpc::ServerContext* context,
                                              const v1::ListProposalsRequest* request,
                                              v1::ListProposalsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestPage));
    for (auto& resource : world.agenda().ListProposals(page.after, page.size, reader.audience))
      *response->add_proposals() = std::move(resource);
    if (static_cast<size_t>(response->proposals_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->proposals(response->proposals_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListProposals", read);
}

grpc::Status AgendaServiceImpl::GetMeeting(grpc::ServerContext* context,
                                           const v1::GetMeetingRequest* request,
                                           v1::GetMeetingResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_meeting(),
                     world.agenda().GetMeeting(request->meeting_id(), reader.audience));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetMeeting", read);
}

grpc::Status AgendaServiceImpl::ListMeetings(grpc::ServerContext* context,
                                             const v1::ListMeetingsRequest* request,
                                             v1::ListMeetingsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestPage));
    for (auto& resource : world.agenda().ListMeetings(page.after, page.size, reader.audience))
      *response->add_meetings() = std::move(resource);
    if (static_cast<size_t>(response->meetings_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->meetings(response->meetings_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListMeetings", read);
}

}  // namespace votum::agenda
