// PapersService over gRPC: reads go to the domain, commands to the executor.
#ifndef VOTUM_SERVICES_PAPERS_SERVICE_H_
#define VOTUM_SERVICES_PAPERS_SERVICE_H_

#include "services/runtime/command_methods.h"
#include "services/runtime/read_access.h"
#include "votum/papers/v1/papers_service.grpc.pb.h"

namespace votum::papers {

// Thread-safe.
class PapersServiceImpl final : public WithoutCommands<v1::PapersService> {
 public:
  // `access` outlives this object.
  explicit PapersServiceImpl(const ReadAccess* access) : access_(*access) {}

  grpc::Status GetProposal(grpc::ServerContext* context, const v1::GetProposalRequest* request,
                           v1::GetProposalResponse* response) override;
  grpc::Status DiffProposal(grpc::ServerContext* context, const v1::DiffProposalRequest* request,
                            v1::DiffProposalResponse* response) override;
  grpc::Status ListProposals(grpc::ServerContext* context, const v1::ListProposalsRequest* request,
                             v1::ListProposalsResponse* response) override;

 private:
  const ReadAccess& access_;
};

}  // namespace votum::papers

#endif  // VOTUM_SERVICES_PAPERS_SERVICE_H_
