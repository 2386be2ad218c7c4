// ProjectsService over gRPC: commands go to the executor, reads to the domain.
#ifndef VOTUM_SERVICES_PROJECTS_SERVICE_H_
#define VOTUM_SERVICES_PROJECTS_SERVICE_H_

#include "services/runtime/command_executor.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/read_access.h"
#include "votum/projects/v1/projects_service.grpc.pb.h"

namespace votum::projects {

// Thread-safe.
class ProjectsServiceImpl final : public v1::ProjectsService::Service {
 public:
  // Both outlive this object.
  ProjectsServiceImpl(const ReadAccess* access, const CommandExecutor* executor)
      : access_(*access), executor_(*executor) {}

  VOTUM_COMMANDS_OF_PROJECTS(VOTUM_COMMAND_METHOD)

  grpc::Status GetProject(grpc::ServerContext* context, const v1::GetProjectRequest* request,
                          v1::GetProjectResponse* response) override;
  grpc::Status ListProjects(grpc::ServerContext* context, const v1::ListProjectsRequest* request,
                            v1::ListProjectsResponse* response) override;

 private:
  const ReadAccess& access_;
  const CommandExecutor& executor_;
};

}  // namespace votum::projects

#endif  // VOTUM_SERVICES_PROJECTS_SERVICE_H_
