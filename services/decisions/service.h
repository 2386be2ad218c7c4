// DecisionsService over gRPC: reads go to the domain, commands to the executor.
#ifndef VOTUM_SERVICES_DECISIONS_SERVICE_H_
#define VOTUM_SERVICES_DECISIONS_SERVICE_H_

#include "services/runtime/command_methods.h"
#include "services/runtime/read_access.h"
#include "votum/decisions/v1/decisions_service.grpc.pb.h"

namespace votum::decisions {

// Thread-safe.
class DecisionsServiceImpl final : public WithoutCommands<v1::DecisionsService> {
 public:
  // `access` outlives this object.
  explicit DecisionsServiceImpl(const ReadAccess* access) : access_(*access) {}

  grpc::Status GetDecision(grpc::ServerContext* context, const v1::GetDecisionRequest* request,
                           v1::GetDecisionResponse* response) override;
  grpc::Status ListDecisions(grpc::ServerContext* context, const v1::ListDecisionsRequest* request,
                             v1::ListDecisionsResponse* response) override;
  grpc::Status GetDecisionDocument(grpc::ServerContext* context,
                                   const v1::GetDecisionDocumentRequest* request,
                                   v1::GetDecisionDocumentResponse* response) override;

 private:
  const ReadAccess& access_;
};

}  // namespace votum::decisions

#endif  // VOTUM_SERVICES_DECISIONS_SERVICE_H_
