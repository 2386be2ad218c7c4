#include "core/projects/plan.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::projects {
namespace {

struct Node {
  uint32_t duration_days = 0;  // 0 for milestones
  std::vector<std::string> depends_on;
};

absl::Status BadPlan(absl::string_view what) { return Refuse(Reason::kBadPlan, what); }

}  // namespace

absl::StatusOr<EarliestDays> ScheduleEarliest(const v1::StartProject& plan) {
  std::map<std::string, Node> nodes;
  for (const v1::WorkPackage& work : plan.work_packages()) {
    nodes[work.id()] = {work.duration_days(), {work.depends_on().begin(), work.depends_on().end()}};
  }
  for (const v1::Milestone& milestone : plan.milestones()) {
    nodes[milestone.id()] = {0, {milestone.depends_on().begin(), milestone.depends_on().end()}};
  }
  for (const auto& [id, node] : nodes) {
    for (const std::string& needed : node.depends_on) {
      if (nodes.count(needed) == 0) {
        return BadPlan(absl::StrCat(id, " depends on ", needed, ", which the plan does not have"));
      }
    }
  }
  // Each round schedules every part whose dependencies are all scheduled. A round without progress
  // has found a cycle.
  EarliestDays earliest;
  while (earliest.size() < nodes.size()) {
    const size_t before = earliest.size();
    for (const auto& [id, node] : nodes) {
      if (earliest.count(id) > 0) continue;
      uint32_t day = 0;
      const bool ready = std::all_of(
          node.depends_on.begin(), node.depends_on.end(), [&](const std::string& needed) {
            const auto found = earliest.find(needed);
            if (found == earliest.end()) return false;
            day = std::max(day, found->second + nodes[needed].duration_days);
            return true;
          });
      if (ready) earliest[id] = day;
    }
    if (earliest.size() == before) {
      const auto waiting = std::find_if(
          nodes.begin(), nodes.end(), [&](const auto& n) { return earliest.count(n.first) == 0; });
      return BadPlan(
          absl::StrCat(waiting->first, " depends on itself in the end; break the cycle"));
    }
  }
  return earliest;
}

}  // namespace votum::projects
