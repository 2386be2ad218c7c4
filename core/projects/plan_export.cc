#include "core/projects/plan_export.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/csv.h"
#include "nlohmann/json.hpp"

namespace votum::projects {
namespace {

using nlohmann::ordered_json;

uint32_t PercentDone(const v1::WorkPackageStatus& status) {
  return status.reports_size() == 0 ? 0 : status.reports(status.reports_size() - 1).percent_done();
}

}  // namespace

std::string PlanJson(const v1::Project& project) {
  ordered_json json;
  json["format"] = "votum-project-plan/v1";
  json["id"] = project.id();
  json["decision"] = project.decision_id();
  json["proposal"] = project.proposal_id();
  json["template"] = project.template_id();
  json["charter"] = {{"title", project.charter().title()},
                     {"goal", project.charter().goal()},
                     {"budget_cents", project.charter().budget_cents()},
                     {"sponsor", project.charter().sponsor_id()},
                     {"lead", project.charter().lead_id()}};
  json["roles"] = ordered_json::array();
  for (const v1::ProjectRole& role : project.roles()) {
    json["roles"].push_back(
        {{"id", role.id()}, {"title", role.title()}, {"person", role.person_id()}});
  }
  json["work_packages"] = ordered_json::array();
  for (const v1::WorkPackageStatus& work : project.work_packages()) {
    json["work_packages"].push_back(
        {{"id", work.plan().id()},
         {"title", work.plan().title()},
         {"role", work.plan().role_id()},
         {"earliest_start_day", work.earliest_start_day()},
         {"duration_days", work.plan().duration_days()},
         {"depends_on", std::vector<std::string>(work.plan().depends_on().begin(),
                                                 work.plan().depends_on().end())},
         {"percent_done", PercentDone(work)}});
  }
  json["milestones"] = ordered_json::array();
  for (const v1::MilestoneStatus& milestone : project.milestones()) {
    json["milestones"].push_back(
        {{"id", milestone.plan().id()},
         {"title", milestone.plan().title()},
         {"earliest_day", milestone.earliest_day()},
         {"depends_on", std::vector<std::string>(milestone.plan().depends_on().begin(),
                                                 milestone.plan().depends_on().end())},
         {"reached", milestone.has_reach_time()}});
  }
  json["spent_cents"] = project.spent_cents();
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string PlanCsv(const v1::Project& project) {
  std::string csv = "kind,id,title,role,start_day,duration_days,depends_on,percent_done\r\n";
  for (const v1::WorkPackageStatus& work : project.work_packages()) {
    absl::StrAppend(&csv, "work_package,", work.plan().id(), ",", CellOfText(work.plan().title()),
                    ",", work.plan().role_id(), ",", work.earliest_start_day(), ",",
                    work.plan().duration_days(), ",", absl::StrJoin(work.plan().depends_on(), " "),
                    ",", PercentDone(work), "\r\n");
  }
  for (const v1::MilestoneStatus& milestone : project.milestones()) {
    absl::StrAppend(&csv, "milestone,", milestone.plan().id(), ",",
                    CellOfText(milestone.plan().title()), ",,", milestone.earliest_day(), ",0,",
                    absl::StrJoin(milestone.plan().depends_on(), " "), ",",
                    milestone.has_reach_time() ? 100 : 0, "\r\n");
  }
  return csv;
}

}  // namespace votum::projects
