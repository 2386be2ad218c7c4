// PapersService over gRPC: commands go to the executor, reads to the domain.
#ifndef VOTUM_SERVICES_PAPERS_SERVICE_H_
#define VOTUM_SERVICES_PAPERS_SERVICE_H_

#include "services/runtime/command_executor.h"
#include "services/runtime/read_access.h"
#include "votum/papers/v1/papers_service.grpc.pb.h"

namespace votum::papers {

// Thread-safe.
class PapersServiceImpl final : public v1::PapersService::Service {
 public:
  // Both outlive this object.
  PapersServiceImpl(const ReadAccess* access, const CommandExecutor* executor)
      : access_(*access), executor_(*executor) {}

  grpc::Status DraftProposal(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::DraftProposal>(*context, *command, receipt);
  }
  grpc::Status ReviseProposal(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ReviseProposal>(*context, *command, receipt);
  }
  grpc::Status SetConsultationPath(grpc::ServerContext* context,
                                   const common::v1::SignedCommand* command,
                                   common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::SetConsultationPath>(*context, *command, receipt);
  }
  grpc::Status RecordRecommendation(grpc::ServerContext* context,
                                    const common::v1::SignedCommand* command,
                                    common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RecordRecommendation>(*context, *command, receipt);
  }
  grpc::Status HandOverIdeas(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::HandOverIdeas>(*context, *command, receipt);
  }

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
