#include "services/papers/service.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "services/runtime/paging.h"

namespace votum::papers {
namespace {

// The proposals on agendas of the organizations to which the reader belongs.
std::set<std::string, std::less<>> OnAgendasOf(const World& world, const Rights& rights) {
  std::set<std::string, std::less<>> ids;
  for (const auto& [id, item] : world.agenda().state().items) {
    const meetings::MeetingEntry& meeting = *world.agenda().FindMeeting(item.meeting_id);
    if (!item.content.proposal_id().empty() &&
        rights.In(meeting.organization_id) != Audience::kPublic)
      ids.insert(item.content.proposal_id());
  }
  return ids;
}

// The public sees the proposals that stand on public items; members also those on the way through
// their organizations; a draft without a way is for offices.
MayRead ShownTo(const World& world, const Reader& reader) {
  const Rights& rights = reader.rights;
  if (rights.IsPublic()) {  // most reads: they need no way through all agendas
    return [&world](absl::string_view id) { return world.agenda().IsDealtWithInPublic(id); };
  }
  if (rights.In("") != Audience::kPublic) return [](absl::string_view) { return true; };
  return [&world, &rights, own = OnAgendasOf(world, rights)](absl::string_view id) {
    if (world.agenda().IsDealtWithInPublic(id) || own.find(id) != own.end()) return true;
    const auto& steps = world.papers().FindProposal(id)->consultations();
    return std::any_of(steps.begin(), steps.end(), [&rights](const v1::Consultation& step) {
      return rights.In(step.organization_id()) != Audience::kPublic;
    });
  };
}

}  // namespace

grpc::Status PapersServiceImpl::GetProposal(grpc::ServerContext* context,
                                            const v1::GetProposalRequest* request,
                                            v1::GetProposalResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_proposal(),
                     world.papers().GetProposal(request->proposal_id(), ShownTo(world, reader)));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetProposal", read);
}

grpc::Status PapersServiceImpl::DiffProposal(grpc::ServerContext* context,
                                             const v1::DiffProposalRequest* request,
                                             v1::DiffProposalResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_unified_diff(),
                     world.papers().DiffProposal(request->proposal_id(), request->old_version(),
                                                 request->new_version(), ShownTo(world, reader)));
    return absl::OkStatus();
  };
  return access_.Read(*context, "DiffProposal", read);
}

grpc::Status PapersServiceImpl::ListProposals(grpc::ServerContext* context,
                                              const v1::ListProposalsRequest* request,
                                              v1::ListProposalsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token()));
    for (auto& resource :
         world.papers().ListProposals(page.after, page.size, ShownTo(world, reader)))
      *response->add_proposals() = std::move(resource);
    if (static_cast<size_t>(response->proposals_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->proposals(response->proposals_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListProposals", read);
}

}  // namespace votum::papers
