// The graph of a plan: the dependencies between its parts, and when each can begin.
#ifndef VOTUM_CORE_PROJECTS_PLAN_H_
#define VOTUM_CORE_PROJECTS_PLAN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "votum/projects/v1/projects.pb.h"

namespace votum::projects {

// By id of work package or milestone: the earliest day, counted from the project's start, on which
// everything that it depends on is done if each work package takes its planned days and begins as
// early as it can.
using EarliestDays = std::map<std::string, uint32_t, std::less<>>;

// INVALID_ARGUMENT/BAD_PLAN if a part depends on one that the plan does not have, or directly or
// indirectly on itself.
absl::StatusOr<EarliestDays> ScheduleEarliest(const v1::StartProject& plan);

}  // namespace votum::projects

#endif  // VOTUM_CORE_PROJECTS_PLAN_H_
