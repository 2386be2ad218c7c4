// DecisionsService over gRPC: commands go to the executor, reads to the domain.
#ifndef VOTUM_SERVICES_DECISIONS_SERVICE_H_
#define VOTUM_SERVICES_DECISIONS_SERVICE_H_

#include "services/runtime/command_executor.h"
#include "services/runtime/read_access.h"
#include "votum/decisions/v1/decisions_service.grpc.pb.h"

namespace votum::decisions {

// Thread-safe.
class DecisionsServiceImpl final : public v1::DecisionsService::Service {
 public:
  // Both outlive this object.
  DecisionsServiceImpl(const ReadAccess* access, const CommandExecutor* executor)
      : access_(*access), executor_(*executor) {}

  grpc::Status DraftDecision(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::DraftDecision>(*context, *command, receipt);
  }
  grpc::Status SignDecision(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                            common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::SignDecision>(*context, *command, receipt);
  }
  grpc::Status ObjectToDecision(grpc::ServerContext* context,
                                const common::v1::SignedCommand* command,
                                common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ObjectToDecision>(*context, *command, receipt);
  }
  grpc::Status ReleaseDecision(grpc::ServerContext* context,
                               const common::v1::SignedCommand* command,
                               common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ReleaseDecision>(*context, *command, receipt);
  }
  grpc::Status PublishDecision(grpc::ServerContext* context,
                               const common::v1::SignedCommand* command,
                               common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::PublishDecision>(*context, *command, receipt);
  }

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
