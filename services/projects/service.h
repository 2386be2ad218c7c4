// ProjectsService over gRPC: reads go to the domain, commands to the executor.
#ifndef VOTUM_SERVICES_PROJECTS_SERVICE_H_
#define VOTUM_SERVICES_PROJECTS_SERVICE_H_

#include "services/runtime/command_methods.h"
#include "services/runtime/read_access.h"
#include "votum/projects/v1/projects_service.grpc.pb.h"

namespace votum::projects {

// Thread-safe.
class ProjectsServiceImpl final : public WithoutCommands<v1::ProjectsService> {
 public:
  // `access` outlives this object.
  explicit ProjectsServiceImpl(const ReadAccess* access) : access_(*access) {}

  grpc::Status GetProject(grpc::ServerContext* context, const v1::GetProjectRequest* request,
                          v1::GetProjectResponse* response) override;
  grpc::Status ListProjects(grpc::ServerContext* context, const v1::ListProjectsRequest* request,
                            v1::ListProjectsResponse* response) override;

 private:
  const ReadAccess& access_;
};

}  // namespace votum::projects

#endif  // VOTUM_SERVICES_PROJECTS_SERVICE_H_
