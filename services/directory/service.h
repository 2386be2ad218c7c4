// DirectoryService over gRPC: commands go to the executor, reads to the domain.
#ifndef VOTUM_SERVICES_DIRECTORY_SERVICE_H_
#define VOTUM_SERVICES_DIRECTORY_SERVICE_H_

#include "services/runtime/command_executor.h"
#include "services/runtime/read_access.h"
#include "votum/directory/v1/directory_service.grpc.pb.h"

namespace votum::directory {

// Thread-safe.
class DirectoryServiceImpl final : public v1::DirectoryService::Service {
 public:
  // Both outlive this object.
  DirectoryServiceImpl(const ReadAccess* access, const CommandExecutor* executor)
      : access_(*access), executor_(*executor) {}

  grpc::Status RegisterPerson(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RegisterPerson>(*context, *command, receipt);
  }
  grpc::Status CreateOrganization(grpc::ServerContext* context,
                                  const common::v1::SignedCommand* command,
                                  common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CreateOrganization>(*context, *command, receipt);
  }
  grpc::Status AddMembership(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::AddMembership>(*context, *command, receipt);
  }
  grpc::Status EndMembership(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::EndMembership>(*context, *command, receipt);
  }
  grpc::Status GrantOffice(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                           common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::GrantOffice>(*context, *command, receipt);
  }
  grpc::Status WithdrawOffice(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::WithdrawOffice>(*context, *command, receipt);
  }
  grpc::Status IssueEnrolmentCode(grpc::ServerContext* context,
                                  const common::v1::SignedCommand* command,
                                  common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::IssueEnrolmentCode>(*context, *command, receipt);
  }
  grpc::Status EnrolKey(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                        common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::EnrolKey>(*context, *command, receipt);
  }
  grpc::Status ConfirmKey(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                          common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ConfirmKey>(*context, *command, receipt);
  }
  grpc::Status ProposeErasure(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ProposeErasure>(*context, *command, receipt);
  }
  grpc::Status ConfirmErasure(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ConfirmErasure>(*context, *command, receipt);
  }
  grpc::Status RevokeKey(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                         common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RevokeKey>(*context, *command, receipt);
  }
  grpc::Status AdoptRuleProfile(grpc::ServerContext* context,
                                const common::v1::SignedCommand* command,
                                common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::AdoptRuleProfile>(*context, *command, receipt);
  }

  grpc::Status GetBody(grpc::ServerContext* context, const v1::GetBodyRequest* request,
                       v1::GetBodyResponse* response) override;
  grpc::Status GetPerson(grpc::ServerContext* context, const v1::GetPersonRequest* request,
                         v1::GetPersonResponse* response) override;
  grpc::Status GetOrganization(grpc::ServerContext* context,
                               const v1::GetOrganizationRequest* request,
                               v1::GetOrganizationResponse* response) override;
  grpc::Status ListPersons(grpc::ServerContext* context, const v1::ListPersonsRequest* request,
                           v1::ListPersonsResponse* response) override;
  grpc::Status ListOrganizations(grpc::ServerContext* context,
                                 const v1::ListOrganizationsRequest* request,
                                 v1::ListOrganizationsResponse* response) override;
  grpc::Status ListMemberships(grpc::ServerContext* context,
                               const v1::ListMembershipsRequest* request,
                               v1::ListMembershipsResponse* response) override;
  grpc::Status ListErasures(grpc::ServerContext* context, const v1::ListErasuresRequest* request,
                            v1::ListErasuresResponse* response) override;
  grpc::Status ListKeys(grpc::ServerContext* context, const v1::ListKeysRequest* request,
                        v1::ListKeysResponse* response) override;

 private:
  const ReadAccess& access_;
  const CommandExecutor& executor_;
};

}  // namespace votum::directory

#endif  // VOTUM_SERVICES_DIRECTORY_SERVICE_H_
