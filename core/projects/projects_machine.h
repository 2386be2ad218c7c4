// The project structures that released decisions start: charter, roles, work packages, milestones,
// progress.
//
// The plan is a graph: work packages and milestones depend on others, without cycles. A work
// package is finished when it is reported at 100 %, a milestone when it is reached, and only after
// everything that it depends on.
#ifndef VOTUM_CORE_PROJECTS_PROJECTS_MACHINE_H_
#define VOTUM_CORE_PROJECTS_PROJECTS_MACHINE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/command/audience.h"
#include "core/command/command_context.h"
#include "core/decisions/decisions_machine.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/table.h"
#include "votum/projects/v1/projects.pb.h"

namespace votum::projects {

// All that this domain remembers. A copy shares its entries.
struct ProjectsState {
  Table<std::string, v1::Project> projects;             // by id
  Table<std::string, std::string> project_of_decision;  // decision: the project that it started
  VOTUM_FIELDS(projects, project_of_decision)
};

// Not thread-safe.
class ProjectsMachine {
 public:
  // Both outlive this object.
  ProjectsMachine(const directory::DirectoryMachine& directory,
                  const decisions::DecisionsMachine& decisions)
      : directory_(directory), decisions_(decisions) {}
  ProjectsMachine(const ProjectsMachine&) = delete;
  ProjectsMachine& operator=(const ProjectsMachine&) = delete;

  absl::Status Check(const CommandContext& context, const v1::StartProject& command) const;
  absl::Status Check(const CommandContext& context, const v1::AssignLead& command) const;
  absl::Status Check(const CommandContext& context, const v1::ReportProgress& command) const;
  absl::Status Check(const CommandContext& context, const v1::ReachMilestone& command) const;

  void Apply(const CommandContext& context, const v1::StartProject& command);
  void Apply(const CommandContext& context, const v1::AssignLead& command);
  void Apply(const CommandContext& context, const v1::ReportProgress& command);
  void Apply(const CommandContext& context, const v1::ReachMilestone& command);

  // Null if there is none.
  const v1::Project* FindProject(absl::string_view project_id) const;
  // NOT_FOUND/NO_SUCH_PROJECT, also for projects that `rights` do not show: the public does not
  // see projects that a non-public decision has started.
  absl::StatusOr<v1::Project> GetProject(absl::string_view project_id, const Rights& rights) const;
  // By id, at most `limit` after `after_id`.
  std::vector<v1::Project> ListProjects(absl::string_view after_id, size_t limit,
                                        const Rights& rights) const;

  const ProjectsState& state() const { return state_; }
  void Restore(ProjectsState state) { state_ = std::move(state); }

 private:
  absl::StatusOr<const v1::Project*> Find(absl::string_view project_id) const;
  bool MaySee(const v1::Project& project, const Rights& rights) const;

  const directory::DirectoryMachine& directory_;
  const decisions::DecisionsMachine& decisions_;
  ProjectsState state_;
};

}  // namespace votum::projects

#endif  // VOTUM_CORE_PROJECTS_PROJECTS_MACHINE_H_
