#include "services/runtime/runtime_service.h"

#include <string>

namespace votum {

grpc::Status RuntimeServiceImpl::GetProjection(grpc::ServerContext*,
                                               const runtime::v1::GetProjectionRequest*,
                                               runtime::v1::GetProjectionResponse* response) {
  replica_.WithState([response](const Fold& fold) {
    response->set_next_index(fold.next_index());
    for (const Domain domain : kAllDomains) {
      if (!fold.domains().Contains(domain)) continue;
      runtime::v1::DomainState* state = response->add_domains();
      state->set_domain(std::string(DomainName(domain)));
      const crypto::Digest digest = fold.StateDigest(domain);
      state->set_state_sha256(std::string(crypto::AsBytes(digest)));
    }
    return 0;
  });
  return grpc::Status::OK;
}

}  // namespace votum
