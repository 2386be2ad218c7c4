#include "core/projects/projects_machine.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"
#include "core/projects/plan.h"

namespace votum::projects {
namespace {

namespace dv1 = directory::v1;

constexpr int kMaxParts = 500;  // work packages and milestones of one project
constexpr uint32_t kMaxDays = 36500;

template <typename Rows>
auto* FindRow(Rows& rows, absl::string_view id) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const auto& row) { return row.plan().id() == id; });
  return found == rows.end() ? nullptr : &*found;
}

const v1::ProjectRole* FindRole(const v1::Project& project, absl::string_view role_id) {
  for (const v1::ProjectRole& role : project.roles()) {
    if (role.id() == role_id) return &role;
  }
  return nullptr;
}

bool IsFinished(const v1::Project& project, absl::string_view id) {
  if (const auto* work = FindRow(project.work_packages(), id)) {
    return work->reports_size() > 0 &&
           work->reports(work->reports_size() - 1).percent_done() == 100;
  }
  const auto* milestone = FindRow(project.milestones(), id);
  return milestone != nullptr && milestone->has_reach_time();
}

template <typename Ids>
absl::Status CheckFinished(const v1::Project& project, absl::string_view id,
                           const Ids& depends_on) {
  for (const std::string& needed : depends_on) {
    if (!IsFinished(project, needed)) {
      return Refuse(Reason::kNotReady, absl::StrCat(id, " cannot be finished before ", needed));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPlan(const v1::StartProject& command) {
  if (command.roles_size() == 0 || command.work_packages_size() == 0 ||
      command.work_packages_size() + command.milestones_size() > kMaxParts ||
      command.roles_size() > kMaxParts) {
    return Refuse(Reason::kBadPlan,
                  absl::StrCat("a project needs a role and a work package, and has at most ",
                               kMaxParts, " of each"));
  }
  std::set<std::string> roles;
  for (const v1::ProjectRole& role : command.roles()) {
    RETURN_IF_ERROR(CheckId("roles.id", role.id()));
    RETURN_IF_ERROR(CheckText("roles.title", role.title(), 200));
    if (!roles.insert(role.id()).second)
      return Refuse(Reason::kBadPlan, absl::StrCat("role ", role.id(), " comes twice"));
  }
  std::set<std::string> ids;
  const auto check_part = [&ids](const std::string& id, const std::string& title) -> absl::Status {
    RETURN_IF_ERROR(CheckId("id", id));
    RETURN_IF_ERROR(CheckText("title", title, 300));
    if (!ids.insert(id).second) return Refuse(Reason::kBadPlan, absl::StrCat(id, " comes twice"));
    return absl::OkStatus();
  };
  for (const v1::WorkPackage& work : command.work_packages()) {
    RETURN_IF_ERROR(check_part(work.id(), work.title()));
    if (roles.count(work.role_id()) == 0) {
      return Refuse(Reason::kBadPlan,
                    absl::StrCat("work package ", work.id(), " names no role of the project"));
    }
    if (work.duration_days() == 0 || work.duration_days() > kMaxDays) {
      return Refuse(Reason::kBadPlan, absl::StrCat("work package ", work.id(), " must take 1 to ",
                                                   kMaxDays, " days"));
    }
  }
  for (const v1::Milestone& milestone : command.milestones()) {
    RETURN_IF_ERROR(check_part(milestone.id(), milestone.title()));
  }
  return ScheduleEarliest(command).status();
}

absl::Status NoSuchProject(absl::string_view project_id) {
  return Refuse(Reason::kNoSuchProject, absl::StrCat("there is no project ", project_id));
}

}  // namespace

absl::StatusOr<const v1::Project*> ProjectsMachine::Find(absl::string_view project_id) const {
  const v1::Project* project = FindProject(project_id);
  if (project == nullptr) return NoSuchProject(project_id);
  return project;
}

absl::Status ProjectsMachine::Check(const CommandContext&, const v1::StartProject& command) const {
  RETURN_IF_ERROR(CheckId("project_id", command.project_id()));
  if (state_.projects.Contains(command.project_id())) {
    return Refuse(Reason::kProjectExists,
                  absl::StrCat("project ", command.project_id(), " exists; choose another id"));
  }
  const decisions::v1::Decision* decision = decisions_.FindDecision(command.decision_id());
  if (decision == nullptr || decision->state() != decisions::v1::DECISION_STATE_RELEASED) {
    return Refuse(Reason::kDecisionNotReleased, absl::StrCat("decision ", command.decision_id(),
                                                             " is not released for execution"));
  }
  const std::string* started = state_.project_of_decision.Find(command.decision_id());
  if (started != nullptr) {
    return Refuse(Reason::kAlreadyStarted, absl::StrCat("decision ", command.decision_id(),
                                                        " has started project ", *started));
  }
  RETURN_IF_ERROR(CheckText("charter.title", command.charter().title(), 300));
  RETURN_IF_ERROR(CheckText("charter.goal", command.charter().goal(), 4 << 10));
  for (const std::string& person : {command.charter().sponsor_id(), command.charter().lead_id()}) {
    if (!directory_.PersonExists(person)) {
      return Refuse(Reason::kNoSuchPerson, absl::StrCat("there is no person ", person));
    }
  }
  for (const v1::ProjectRole& role : command.roles()) {
    if (!role.person_id().empty() && !directory_.PersonExists(role.person_id())) {
      return Refuse(Reason::kNoSuchPerson, absl::StrCat("there is no person ", role.person_id()));
    }
  }
  return CheckPlan(command);
}

void ProjectsMachine::Apply(const CommandContext& context, const v1::StartProject& command) {
  const EarliestDays earliest = *ScheduleEarliest(command);
  v1::Project& project = state_.projects.MutableOrNew(command.project_id());
  project.set_id(command.project_id());
  project.set_decision_id(command.decision_id());
  project.set_proposal_id(decisions_.FindDecision(command.decision_id())->proposal_id());
  project.set_template_id(command.template_id());
  *project.mutable_charter() = command.charter();
  *project.mutable_roles() = command.roles();
  for (const v1::WorkPackage& work : command.work_packages()) {
    v1::WorkPackageStatus* status = project.add_work_packages();
    *status->mutable_plan() = work;
    status->set_earliest_start_day(earliest.at(work.id()));
  }
  for (const v1::Milestone& milestone : command.milestones()) {
    v1::MilestoneStatus* status = project.add_milestones();
    *status->mutable_plan() = milestone;
    status->set_earliest_day(earliest.at(milestone.id()));
  }
  *project.mutable_start_time() = ToTimestamp(context.time);
  state_.project_of_decision.InsertOrAssign(command.decision_id(), command.project_id());
}

absl::Status ProjectsMachine::Check(const CommandContext& context,
                                    const v1::AssignLead& command) const {
  ASSIGN_OR_RETURN(const v1::Project* project, Find(command.project_id()));
  if (context.actor != project->charter().lead_id() &&
      context.actor != project->charter().sponsor_id() &&
      !directory_.HasAnyOffice(context.actor,
                               {common::v1::OFFICE_CLERK, common::v1::OFFICE_ADMINISTRATOR})) {
    return Refuse(Reason::kNotResponsible,
                  "roles are given by the project's lead or sponsor, a clerk or an administrator");
  }
  if (!directory_.PersonExists(command.person_id())) {
    return Refuse(Reason::kNoSuchPerson, absl::StrCat("there is no person ", command.person_id()));
  }
  if (!command.role_id().empty() && FindRole(*project, command.role_id()) == nullptr) {
    return Refuse(Reason::kNoSuchRole,
                  absl::StrCat("project ", project->id(), " has no role ", command.role_id()));
  }
  return absl::OkStatus();
}

void ProjectsMachine::Apply(const CommandContext&, const v1::AssignLead& command) {
  v1::Project& project = *state_.projects.Mutable(command.project_id());
  if (command.role_id().empty()) {
    project.mutable_charter()->set_lead_id(command.person_id());
    return;
  }
  for (v1::ProjectRole& role : *project.mutable_roles()) {
    if (role.id() == command.role_id()) role.set_person_id(command.person_id());
  }
}

absl::Status ProjectsMachine::Check(const CommandContext& context,
                                    const v1::ReportProgress& command) const {
  ASSIGN_OR_RETURN(const v1::Project* project, Find(command.project_id()));
  const auto* work = FindRow(project->work_packages(), command.work_package_id());
  if (work == nullptr) {
    return Refuse(Reason::kNoSuchWorkPackage,
                  absl::StrCat("project ", project->id(), " has no work package ",
                               command.work_package_id()));
  }
  const v1::ProjectRole* role = FindRole(*project, work->plan().role_id());
  if (context.actor != role->person_id() && context.actor != project->charter().lead_id() &&
      !directory_.HasOffice(context.actor, common::v1::OFFICE_CLERK)) {
    return Refuse(Reason::kNotResponsible,
                  absl::StrCat("progress of ", work->plan().id(), " is reported by its role ",
                               role->id(), ", the project's lead or a clerk"));
  }
  RETURN_IF_ERROR(CheckText("summary", command.summary(), 4 << 10));
  if (command.percent_done() > 100)
    return Refuse(Reason::kBadPercent, "percent_done must be 0 to 100");
  if (command.percent_done() < 100) return absl::OkStatus();
  return CheckFinished(*project, work->plan().id(), work->plan().depends_on());
}

void ProjectsMachine::Apply(const CommandContext& context, const v1::ReportProgress& command) {
  v1::Project& project = *state_.projects.Mutable(command.project_id());
  v1::WorkPackageStatus* work =
      FindRow(*project.mutable_work_packages(), command.work_package_id());
  const uint64_t before =
      work->reports_size() == 0 ? 0 : work->reports(work->reports_size() - 1).spent_cents();
  v1::ProgressReport* report = work->add_reports();
  report->set_percent_done(command.percent_done());
  report->set_summary(command.summary());
  report->set_spent_cents(command.spent_cents());
  report->set_person_id(context.actor);
  *report->mutable_time() = ToTimestamp(context.time);
  report->set_index(context.index);
  project.set_spent_cents(project.spent_cents() - before + command.spent_cents());
}

absl::Status ProjectsMachine::Check(const CommandContext& context,
                                    const v1::ReachMilestone& command) const {
  ASSIGN_OR_RETURN(const v1::Project* project, Find(command.project_id()));
  const auto* milestone = FindRow(project->milestones(), command.milestone_id());
  if (milestone == nullptr) {
    return Refuse(
        Reason::kNoSuchMilestone,
        absl::StrCat("project ", project->id(), " has no milestone ", command.milestone_id()));
  }
  if (context.actor != project->charter().lead_id() &&
      !directory_.HasOffice(context.actor, common::v1::OFFICE_CLERK)) {
    return Refuse(Reason::kNotResponsible,
                  "a milestone is reported by the project's lead or a clerk");
  }
  if (milestone->has_reach_time()) {
    return Refuse(Reason::kAlreadyReached,
                  absl::StrCat("milestone ", milestone->plan().id(), " is reached"));
  }
  return CheckFinished(*project, milestone->plan().id(), milestone->plan().depends_on());
}

void ProjectsMachine::Apply(const CommandContext& context, const v1::ReachMilestone& command) {
  v1::Project& project = *state_.projects.Mutable(command.project_id());
  *FindRow(*project.mutable_milestones(), command.milestone_id())->mutable_reach_time() =
      ToTimestamp(context.time);
}

const v1::Project* ProjectsMachine::FindProject(absl::string_view project_id) const {
  return state_.projects.Find(project_id);
}

bool ProjectsMachine::MaySee(const v1::Project& project, const Rights& rights) const {
  const decisions::v1::Decision& decision = *decisions_.FindDecision(project.decision_id());
  return decision.public_() || decisions_.AudienceOf(decision, rights) != Audience::kPublic;
}

absl::StatusOr<v1::Project> ProjectsMachine::GetProject(absl::string_view project_id,
                                                        const Rights& rights) const {
  const v1::Project* project = FindProject(project_id);
  // A reader who may not see a project is not told that it exists.
  if (project == nullptr || !MaySee(*project, rights)) return NoSuchProject(project_id);
  return *project;
}

std::vector<v1::Project> ProjectsMachine::ListProjects(absl::string_view after_id, size_t limit,
                                                       const Rights& rights) const {
  std::vector<v1::Project> projects;
  const auto end = state_.projects.end();
  for (auto it = state_.projects.upper_bound(after_id); it != end && projects.size() < limit;
       ++it) {
    if (MaySee(it->second, rights)) projects.push_back(it->second);
  }
  return projects;
}

}  // namespace votum::projects
