// RuntimeService: a process describes its own state, for comparison by operators, tests and
// auditors.
#ifndef VOTUM_SERVICES_RUNTIME_RUNTIME_SERVICE_H_
#define VOTUM_SERVICES_RUNTIME_RUNTIME_SERVICE_H_

#include "services/runtime/replica.h"
#include "votum/runtime/v1/runtime_service.grpc.pb.h"

namespace votum {

class RuntimeServiceImpl final : public runtime::v1::RuntimeService::Service {
 public:
  // `replica` outlives this object.
  explicit RuntimeServiceImpl(const Replica* replica) : replica_(*replica) {}

  grpc::Status GetProjection(grpc::ServerContext* context,
                             const runtime::v1::GetProjectionRequest* request,
                             runtime::v1::GetProjectionResponse* response) override;

 private:
  const Replica& replica_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_RUNTIME_SERVICE_H_
