// A project's plan for other programs.
#ifndef VOTUM_CORE_PROJECTS_PLAN_EXPORT_H_
#define VOTUM_CORE_PROJECTS_PLAN_EXPORT_H_

#include <string>

#include "votum/projects/v1/projects.pb.h"

namespace votum::projects {

// JSON, two-space indent: charter, roles, work packages and milestones with earliest days and
// progress.
std::string PlanJson(const v1::Project& project);

// CSV (RFC 4180, header line): kind,id,title,role,start_day,duration_days,depends_on,percent_done.
std::string PlanCsv(const v1::Project& project);

}  // namespace votum::projects

#endif  // VOTUM_CORE_PROJECTS_PLAN_EXPORT_H_
