// DirectoryService over gRPC: reads go to the domain, commands to the executor; names, labels of
// keys and reasons come from the ledger's sealed attachments.
#ifndef VOTUM_SERVICES_DIRECTORY_SERVICE_H_
#define VOTUM_SERVICES_DIRECTORY_SERVICE_H_

#include "services/runtime/command_methods.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/read_access.h"
#include "votum/directory/v1/directory_service.grpc.pb.h"

namespace votum::directory {

// Thread-safe.
class DirectoryServiceImpl final : public WithoutCommands<v1::DirectoryService> {
 public:
  // All outlive this object.
  DirectoryServiceImpl(const ReadAccess* access, LedgerClient* ledger)
      : access_(*access), ledger_(*ledger) {}

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
  grpc::Status ListActs(grpc::ServerContext* context, const v1::ListActsRequest* request,
                        v1::ListActsResponse* response) override;
  grpc::Status ListKeys(grpc::ServerContext* context, const v1::ListKeysRequest* request,
                        v1::ListKeysResponse* response) override;

 private:
  const ReadAccess& access_;
  LedgerClient& ledger_;
};

}  // namespace votum::directory

#endif  // VOTUM_SERVICES_DIRECTORY_SERVICE_H_
