#include "services/decisions/service.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "crypto/hash.h"
#include "services/runtime/paging.h"

namespace votum::decisions {

grpc::Status DecisionsServiceImpl::GetDecision(grpc::ServerContext* context,
                                               const v1::GetDecisionRequest* request,
                                               v1::GetDecisionResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_decision(),
                     world.decisions().GetDecision(request->decision_id(), reader.rights));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetDecision", read);
}

grpc::Status DecisionsServiceImpl::ListDecisions(grpc::ServerContext* context,
                                                 const v1::ListDecisionsRequest* request,
                                                 v1::ListDecisionsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token()));
    for (auto& resource : world.decisions().ListDecisions(page.after, page.size, reader.rights))
      *response->add_decisions() = std::move(resource);
    if (static_cast<size_t>(response->decisions_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->decisions(response->decisions_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListDecisions", read);
}

grpc::Status DecisionsServiceImpl::GetDecisionDocument(
    grpc::ServerContext* context, const v1::GetDecisionDocumentRequest* request,
    v1::GetDecisionDocumentResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_document(),
                     world.decisions().GetDocument(request->decision_id(), reader.rights));
    const crypto::Digest digest = crypto::Sha256(response->document());
    response->set_sha256(std::string(crypto::AsBytes(digest)));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetDecisionDocument", read);
}

}  // namespace votum::decisions
