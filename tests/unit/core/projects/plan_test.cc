#include "core/projects/plan.h"

#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "core/projects/plan_export.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace votum::projects {
namespace {

void AddWork(v1::StartProject* plan, const char* id, uint32_t days,
             const std::vector<std::string>& depends_on) {
  v1::WorkPackage* work = plan->add_work_packages();
  work->set_id(id);
  work->set_title(id);
  work->set_duration_days(days);
  for (const std::string& needed : depends_on) work->add_depends_on(needed);
}

TEST(PlanTest, EverythingBeginsWhenTheLastOfItsDependenciesIsDone) {
  v1::StartProject plan;
  AddWork(&plan, "d", 1, {"b", "c"});
  AddWork(&plan, "a", 10, {});
  AddWork(&plan, "b", 5, {"a"});
  AddWork(&plan, "c", 20, {"a", "m"});
  v1::Milestone* milestone = plan.add_milestones();
  milestone->set_id("m");
  milestone->add_depends_on("b");
  const auto earliest = ScheduleEarliest(plan);
  ASSERT_OK(earliest);
  EXPECT_EQ(*earliest, (EarliestDays{{"a", 0}, {"b", 10}, {"m", 15}, {"c", 15}, {"d", 35}}));
}

TEST(PlanTest, CyclesAndUnknownPartsAreRefusedByName) {
  v1::StartProject plan;
  AddWork(&plan, "a", 1, {"b"});
  AddWork(&plan, "b", 1, {"a"});
  EXPECT_THAT(ScheduleEarliest(plan), IsRefused(Reason::kBadPlan));
  plan.mutable_work_packages(1)->set_depends_on(0, "x");
  const auto unknown = ScheduleEarliest(plan);
  EXPECT_THAT(unknown, IsRefused(Reason::kBadPlan));
  EXPECT_THAT(std::string(unknown.status().message()), ::testing::HasSubstr("depends on x"));
  plan.mutable_work_packages(1)->set_depends_on(0, "b");
  EXPECT_THAT(ScheduleEarliest(plan), IsRefused(Reason::kBadPlan));
}

TEST(PlanTest, TheTemplatesThatComeWithTheProgramAreSound) {
  for (const char* name : {"smart-city-pilot", "construction"}) {
    const auto text = ReadFile(std::string(TEMPLATES) + "/" + name + ".json");
    ASSERT_OK(text);
    v1::StartProject plan;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(*text, &plan).ok()) << name;
    EXPECT_EQ(plan.template_id(), name);
    EXPECT_OK(ScheduleEarliest(plan));
  }
}

TEST(PlanExportTest, CsvQuotesTitles) {
  v1::Project project;
  v1::WorkPackage* work = project.add_work_packages()->mutable_plan();
  work->set_id("a");
  work->set_title("Bau, \"klein\"");
  work->set_role_id("r");
  work->set_duration_days(3);
  EXPECT_EQ(PlanCsv(project),
            "kind,id,title,role,start_day,duration_days,depends_on,percent_done\r\n"
            "work_package,a,\"Bau, \"\"klein\"\"\",r,0,3,,0\r\n");
}

// In a spreadsheet a title that begins like a formula would be one, and could send the table away.
TEST(PlanExportTest, CsvMakesNoFormulaOfATitle) {
  for (const char* title : {"=HYPERLINK(\"https://a\")", "+1", "-1", "@SUM(A1)", "\t=1"}) {
    v1::Project project;
    project.add_work_packages()->mutable_plan()->set_title(title);
    project.add_milestones()->mutable_plan()->set_title(title);
    const std::string csv = PlanCsv(project);
    size_t cells = 0;
    for (size_t at = csv.find(",\"'"); at != std::string::npos; at = csv.find(",\"'", at + 1))
      ++cells;
    EXPECT_EQ(cells, 2u) << csv;
  }
}

}  // namespace
}  // namespace votum::projects
