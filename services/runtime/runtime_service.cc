#include "services/runtime/runtime_service.h"

#include <string>

#include "core/fold/audit_view.h"
#include "platform/grpc/credentials.h"
#include "platform/grpc/status.h"

namespace votum {

grpc::Status RuntimeServiceImpl::GetProjection(grpc::ServerContext* context,
                                               const runtime::v1::GetProjectionRequest*,
                                               runtime::v1::GetProjectionResponse* response) {
  if (!PeerService(*context).empty()) {
    *response = Newest(kWhole);
    return grpc::Status::OK;
  }
  const absl::StatusOr<Reader> reader = access_.Identify(*context);
  if (!reader.ok()) return ToGrpc(reader.status());
  const bool attests =
      !reader->person_id.empty() && access_.replica().WithState([&](const Fold& fold) {
        return fold.world().directory().HasOffice(reader->person_id, common::v1::OFFICE_ATTESTER);
      });
  if (reader->audience == Audience::kAuditor || attests) {
    *response = Newest(kAsAuditorsSee);
  } else {
    response->set_next_index(access_.replica().next_index());
  }
  return grpc::Status::OK;
}

runtime::v1::GetProjectionResponse RuntimeServiceImpl::Newest(Extent extent) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Replica& replica = access_.replica();
  runtime::v1::GetProjectionResponse& newest = newest_[extent];
  if (newest.next_index() > 0 && newest.next_index() == replica.next_index()) return newest;
  newest.Clear();
  replica.WithState([&newest, extent](const Fold& fold) {
    newest.set_next_index(fold.next_index());
    newest.set_layout(kStateLayout);
    const AuditView view = AuditViewOf(fold.world().state());
    for (const Domain domain : kAllDomains) {
      if (!fold.domains().Contains(domain)) continue;
      runtime::v1::DomainState* state = newest.add_domains();
      state->set_domain(std::string(DomainName(domain)));
      const crypto::Digest digest =
          extent == kWhole ? fold.StateDigest(domain) : view.Digest(domain);
      state->set_state_sha256(std::string(crypto::AsBytes(digest)));
    }
    if (fold.domains().Contains(Domain::kProjects)) {
      const crypto::Digest objects = fold.world().attestations().state().objects.Digest();
      newest.set_objects_sha256(std::string(crypto::AsBytes(objects)));
    }
    return 0;
  });
  return newest;
}

}  // namespace votum
