// AgendaService over gRPC: commands go to the executor, reads to the domain.
#ifndef VOTUM_SERVICES_AGENDA_SERVICE_H_
#define VOTUM_SERVICES_AGENDA_SERVICE_H_

#include "services/runtime/command_executor.h"
#include "services/runtime/read_access.h"
#include "votum/agenda/v1/agenda_service.grpc.pb.h"

namespace votum::agenda {

// Thread-safe.
class AgendaServiceImpl final : public v1::AgendaService::Service {
 public:
  // Both outlive this object.
  AgendaServiceImpl(const ReadAccess* access, const CommandExecutor* executor)
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
  grpc::Status ConveneMeeting(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ConveneMeeting>(*context, *command, receipt);
  }
  grpc::Status PublishAgenda(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::PublishAgenda>(*context, *command, receipt);
  }
  grpc::Status CancelMeeting(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CancelMeeting>(*context, *command, receipt);
  }

  grpc::Status GetProposal(grpc::ServerContext* context, const v1::GetProposalRequest* request,
                           v1::GetProposalResponse* response) override;
  grpc::Status DiffProposal(grpc::ServerContext* context, const v1::DiffProposalRequest* request,
                            v1::DiffProposalResponse* response) override;
  grpc::Status ListProposals(grpc::ServerContext* context, const v1::ListProposalsRequest* request,
                             v1::ListProposalsResponse* response) override;
  grpc::Status GetMeeting(grpc::ServerContext* context, const v1::GetMeetingRequest* request,
                          v1::GetMeetingResponse* response) override;
  grpc::Status ListMeetings(grpc::ServerContext* context, const v1::ListMeetingsRequest* request,
                            v1::ListMeetingsResponse* response) override;

 private:
  const ReadAccess& access_;
  const CommandExecutor& executor_;
};

}  // namespace votum::agenda

#endif  // VOTUM_SERVICES_AGENDA_SERVICE_H_
