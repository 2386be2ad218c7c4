// DecisionsService over gRPC: commands go to the executor, reads to the domain.
#ifndef VOTUM_SERVICES_DECISIONS_SERVICE_H_
#define VOTUM_SERVICES_DECISIONS_SERVICE_H_

#include "services/runtime/command_executor.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/read_access.h"
#include "votum/decisions/v1/decisions_service.grpc.pb.h"

namespace votum::decisions {

// Thread-safe.
class DecisionsServiceImpl final : public v1::DecisionsService::Service {
 public:
  // Both outlive this object.
  DecisionsServiceImpl(const ReadAccess* access, const CommandExecutor* executor)
      : access_(*access), executor_(*executor) {}

  VOTUM_COMMANDS_OF_DECISIONS(VOTUM_COMMAND_METHOD)

  grpc::Status GetDecision(grpc::ServerContext* context, const v1::GetDecisionRequest* request,
                           v1::GetDecisionResponse* response) override;
  grpc::Status ListDecisions(grpc::ServerContext* context, const v1::ListDecisionsRequest* request,
                             v1::ListDecisionsResponse* response) override;
  grpc::Status GetDecisionDocument(grpc::ServerContext* context,
                                   const v1::GetDecisionDocumentRequest* request,
                                   v1::GetDecisionDocumentResponse* response) override;

 private:
  const ReadAccess& access_;
  const CommandExecutor& executor_;
};

}  // namespace votum::decisions

#endif  // VOTUM_SERVICES_DECISIONS_SERVICE_H_
