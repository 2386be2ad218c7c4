// PapersService over gRPC: commands go to the executor, reads to the domain.
#ifndef VOTUM_SERVICES_PAPERS_SERVICE_H_
#define VOTUM_SERVICES_PAPERS_SERVICE_H_

#include "services/runtime/command_executor.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/read_access.h"
#include "votum/papers/v1/papers_service.grpc.pb.h"

namespace votum::papers {

// Thread-safe.
class PapersServiceImpl final : public v1::PapersService::Service {
 public:
  // Both outlive this object.
  PapersServiceImpl(const ReadAccess* access, const CommandExecutor* executor)
      : access_(*access), executor_(*executor) {}

  VOTUM_COMMANDS_OF_PAPERS(VOTUM_COMMAND_METHOD)

  grpc::Status GetProposal(grpc::ServerContext* context, const v1::GetProposalRequest* request,
                           v1::GetProposalResponse* response) override;
  grpc::Status DiffProposal(grpc::ServerContext* context, const v1::DiffProposalRequest* request,
                            v1::DiffProposalResponse* response) override;
  grpc::Status ListProposals(grpc::ServerContext* context, const v1::ListProposalsRequest* request,
                             v1::ListProposalsResponse* response) override;

 private:
  const ReadAccess& access_;
  const CommandExecutor& executor_;
};

}  // namespace votum::papers

#endif  // VOTUM_SERVICES_PAPERS_SERVICE_H_
