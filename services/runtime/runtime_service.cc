#include "services/runtime/runtime_service.h"

#include <string>

#include "platform/grpc/credentials.h"
#include "platform/grpc/status.h"

namespace votum {

grpc::Status RuntimeServiceImpl::GetProjection(grpc::ServerContext* context,
                                               const runtime::v1::GetProjectionRequest*,
                                               runtime::v1::GetProjectionResponse* response) {
  if (PeerService(*context).empty()) {
    const absl::StatusOr<Reader> reader = access_.Identify(*context);
    if (!reader.ok()) return ToGrpc(reader.status());
    if (reader->audience != Audience::kAuditor) {
      response->set_next_index(access_.replica().next_index());
      return grpc::Status::OK;
    }
  }
  *response = Newest();
  return grpc::Status::OK;
}

runtime::v1::GetProjectionResponse RuntimeServiceImpl::Newest() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Replica& replica = access_.replica();
  if (newest_.next_index() > 0 && newest_.next_index() == replica.next_index()) return newest_;
  newest_.Clear();
  replica.WithState([this](const Fold& fold) {
    newest_.set_next_index(fold.next_index());
    for (const Domain domain : kAllDomains) {
      if (!fold.domains().Contains(domain)) continue;
      runtime::v1::DomainState* state = newest_.add_domains();
      state->set_domain(std::string(DomainName(domain)));
      if (fold.world().HidesChoices(domain)) continue;
      const crypto::Digest digest = fold.StateDigest(domain);
      state->set_state_sha256(std::string(crypto::AsBytes(digest)));
    }
    return 0;
  });
  return newest_;
}

}  // namespace votum
