#include "services/projects/service.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "services/runtime/paging.h"

namespace votum::projects {

grpc::Status ProjectsServiceImpl::GetProject(grpc::ServerContext* context,
                                             const v1::GetProjectRequest* request,
                                             v1::GetProjectResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_project(),
                     world.projects().GetProject(request->project_id(), reader.rights));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetProject", read);
}

grpc::Status ProjectsServiceImpl::ListProjects(grpc::ServerContext* context,
                                               const v1::ListProjectsRequest* request,
                                               v1::ListProjectsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token()));
    for (auto& resource : world.projects().ListProjects(page.after, page.size, reader.rights))
      *response->add_projects() = std::move(resource);
    if (static_cast<size_t>(response->projects_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->projects(response->projects_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListProjects", read);
}

}  // namespace votum::projects
