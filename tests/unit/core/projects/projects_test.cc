// Projects: every reason for which their commands are refused, and the effect of each.
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/command/timestamps.h"
#include "core/decisions/decisions_machine.h"
#include "core/projects/projects_machine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::projects {
namespace {

namespace dv1 = decisions::v1;
namespace mv1 = meetings::v1;
using meetings::Council;

constexpr auto kArgument = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kPermission = absl::StatusCode::kPermissionDenied;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kExists = absl::StatusCode::kAlreadyExists;

v1::WorkPackage Work(const std::string& id, const std::vector<std::string>& depends_on = {}) {
  v1::WorkPackage work;
  work.set_id(id);
  work.set_title("Bau");
  work.set_role_id("bauleitung");
  work.set_duration_days(10);
  for (const std::string& needed : depends_on) work.add_depends_on(needed);
  return work;
}

v1::Milestone MilestoneAfter(const std::string& id, const std::string& needed) {
  v1::Milestone milestone;
  milestone.set_id(id);
  milestone.set_title("Fertig");
  milestone.add_depends_on(needed);
  return milestone;
}

v1::ProjectRole Role(const std::string& id, const std::string& person_id = "") {
  v1::ProjectRole role;
  role.set_id(id);
  role.set_title("Bauleitung");
  role.set_person_id(person_id);
  return role;
}

// Sponsor dora, lead m1; m2 has the role of the work packages plan and bau, which waits for plan;
// milestone "eroeffnung" waits for bau.
v1::StartProject Start() {
  v1::StartProject start;
  start.set_project_id("p-1");
  start.set_decision_id("b-1");
  start.set_template_id("construction");
  start.mutable_charter()->set_title("Mobilstationen");
  start.mutable_charter()->set_goal("Fünf stehen.");
  start.mutable_charter()->set_sponsor_id("dora");
  start.mutable_charter()->set_lead_id("m1");
  *start.add_roles() = Role("bauleitung", "m2");
  *start.add_work_packages() = Work("plan");
  *start.add_work_packages() = Work("bau", {"plan"});
  *start.add_milestones() = MilestoneAfter("eroeffnung", "bau");
  return start;
}

v1::AssignLead Assign(const std::string& role_id, const std::string& person_id) {
  v1::AssignLead assign;
  assign.set_project_id("p-1");
  assign.set_role_id(role_id);
  assign.set_person_id(person_id);
  return assign;
}

v1::ReportProgress Report(const std::string& work_package_id, uint32_t percent_done,
                          uint64_t spent_cents = 0) {
  v1::ReportProgress report;
  report.set_project_id("p-1");
  report.set_work_package_id(work_package_id);
  report.set_percent_done(percent_done);
  report.set_summary("Es geht voran.");
  report.set_spent_cents(spent_cents);
  return report;
}

v1::ReachMilestone Reach(const std::string& milestone_id) {
  v1::ReachMilestone reach;
  reach.set_project_id("p-1");
  reach.set_milestone_id(milestone_id);
  return reach;
}

// A council with decision "b-1" on item `item`, adopted and signed; released where Release says so.
class Works {
 public:
  explicit Works(const std::string& item = "top-1") {
    council_.Open();
    council_.CheckIn({"vera", "m1", "m2", "m3", "m4"});
    council_.Propose(item);
    council_.OpenVote();
    for (const char* person : {"m1", "m2", "m3"})
      council_.Must(person, meetings::Cast(mv1::CHOICE_YES));
    council_.Must("vera", meetings::Close());
    council_.Must("vera", meetings::Establish(3, 0, 0, 2, mv1::OUTCOME_ADOPTED));
    dv1::DraftDecision draft;
    draft.set_decision_id("b-1");
    draft.set_vote_event_id("vote");
    draft.set_title("Beschluss 1");
    draft.set_text("Fünf Mobilstationen werden gebaut.");
    EXPECT_OK(GiveTo(decisions_, "kai", draft));
    dv1::SignDecision sign;
    sign.set_decision_id("b-1");
    sign.set_text_sha256(decisions::TextDigest(*decisions_.FindDecision("b-1")));
    sign.set_capacity(dv1::CAPACITY_CHAIR);
    EXPECT_OK(GiveTo(decisions_, "vera", sign));
    sign.set_capacity(dv1::CAPACITY_SECRETARY);
    EXPECT_OK(GiveTo(decisions_, "sam", sign));
  }

  // The period for objections passes.
  void Release() {
    council_.Wait(absl::Hours(24 * 4));
    dv1::ReleaseDecision release;
    release.set_decision_id("b-1");
    EXPECT_OK(GiveTo(decisions_, "kai", release));
  }

  template <typename Command>
  absl::Status Give(absl::string_view actor, const Command& command) {
    return GiveTo(projects_, actor, command);
  }
  template <typename Command>
  void Must(absl::string_view actor, const Command& command) {
    EXPECT_OK(Give(actor, command)) << actor << ": " << command.ShortDebugString();
  }

  const ProjectsMachine& projects() const { return projects_; }
  const v1::Project& project() const { return *projects_.FindProject("p-1"); }
  const Council& council() const { return council_; }
  crypto::Digest State() const { return DigestOf(projects_.state()); }

 private:
  template <typename Machine, typename Command>
  absl::Status GiveTo(Machine& machine, absl::string_view actor, const Command& command) {
    const CommandContext context = council_.Next(actor);
    const absl::Status status = machine.Check(context, command);
    if (status.ok()) machine.Apply(context, command);
    return status;
  }

  Council council_;
  decisions::DecisionsMachine decisions_{council_.directory(), council_.papers(), council_.agenda(),
                                         council_.motions(), council_.votes()};
  ProjectsMachine projects_{council_.directory(), decisions_};
};

struct Refusal {
  const char* name;
  std::function<void(Works&)> before;
  std::function<absl::Status(Works&)> act;
  Reason reason;
  absl::StatusCode code;
};

void Signed(Works&) {}
void Released(Works& works) { works.Release(); }
void Started(Works& works) {
  works.Release();
  works.Must("kai", Start());
}

// Gives `command` as `actor`.
template <typename Command>
std::function<absl::Status(Works&)> By(const std::string& actor, const Command& command) {
  return [actor, command](Works& works) { return works.Give(actor, command); };
}

// Starts the project, after `change` was made to the command.
std::function<absl::Status(Works&)> StartWith(
    const std::function<void(v1::StartProject&)>& change) {
  v1::StartProject start = Start();
  change(start);
  return By("kai", start);
}

std::vector<Refusal> OfStarting() {
  return {
      {"BadId", Released, StartWith([](auto& s) { s.set_project_id("P 1"); }), Reason::kBadId,
       kArgument},
      {"Twice", Started, StartWith([](auto&) {}), Reason::kProjectExists, kExists},
      {"NotReleased", Signed, StartWith([](auto&) {}), Reason::kDecisionNotReleased, kPrecondition},
      {"UnknownDecision", Released, StartWith([](auto& s) { s.set_decision_id("b-9"); }),
       Reason::kDecisionNotReleased, kPrecondition},
      {"DecisionStartedBefore", Started, StartWith([](auto& s) { s.set_project_id("p-2"); }),
       Reason::kAlreadyStarted, kExists},
      {"NoTitle", Released, StartWith([](auto& s) { s.mutable_charter()->clear_title(); }),
       Reason::kBadText, kArgument},
      {"NoGoal", Released, StartWith([](auto& s) { s.mutable_charter()->clear_goal(); }),
       Reason::kBadText, kArgument},
      {"UnknownSponsor", Released,
       StartWith([](auto& s) { s.mutable_charter()->set_sponsor_id("niemand"); }),
       Reason::kNoSuchPerson, kNotFound},
      {"UnknownLead", Released,
       StartWith([](auto& s) { s.mutable_charter()->set_lead_id("niemand"); }),
       Reason::kNoSuchPerson, kNotFound},
      {"UnknownPersonInARole", Released,
       StartWith([](auto& s) { s.mutable_roles(0)->set_person_id("niemand"); }),
       Reason::kNoSuchPerson, kNotFound},
  };
}

std::vector<Refusal> OfPlans() {
  return {
      {"WithoutRoles", Released, StartWith([](auto& s) { s.clear_roles(); }), Reason::kBadPlan,
       kArgument},
      {"WithoutWork", Released, StartWith([](auto& s) { s.clear_work_packages(); }),
       Reason::kBadPlan, kArgument},
      {"TooManyParts", Released, StartWith([](auto& s) {
         for (int i = 0; i < 498; ++i) *s.add_work_packages() = Work("w-" + std::to_string(i));
       }),
       Reason::kBadPlan, kArgument},
      {"TooManyRoles", Released, StartWith([](auto& s) {
         for (int i = 0; i < 500; ++i) *s.add_roles() = Role("r-" + std::to_string(i));
       }),
       Reason::kBadPlan, kArgument},
      {"BadRoleId", Released, StartWith([](auto& s) { *s.add_roles() = Role("Bau Leitung"); }),
       Reason::kBadId, kArgument},
      {"RoleWithoutTitle", Released, StartWith([](auto& s) { s.mutable_roles(0)->clear_title(); }),
       Reason::kBadText, kArgument},
      {"RoleTwice", Released, StartWith([](auto& s) { *s.add_roles() = Role("bauleitung"); }),
       Reason::kBadPlan, kArgument},
      {"BadWorkId", Released, StartWith([](auto& s) { *s.add_work_packages() = Work("W 1"); }),
       Reason::kBadId, kArgument},
      {"WorkWithoutTitle", Released,
       StartWith([](auto& s) { s.mutable_work_packages(0)->clear_title(); }), Reason::kBadText,
       kArgument},
      {"PartTwice", Released,
       StartWith([](auto& s) { *s.add_milestones() = MilestoneAfter("bau", "plan"); }),
       Reason::kBadPlan, kArgument},
      {"UnknownRole", Released,
       StartWith([](auto& s) { s.mutable_work_packages(0)->set_role_id("x"); }), Reason::kBadPlan,
       kArgument},
      {"NoDuration", Released,
       StartWith([](auto& s) { s.mutable_work_packages(0)->set_duration_days(0); }),
       Reason::kBadPlan, kArgument},
      {"EndlessDuration", Released,
       StartWith([](auto& s) { s.mutable_work_packages(0)->set_duration_days(36501); }),
       Reason::kBadPlan, kArgument},
      {"Cycle", Released,
       StartWith([](auto& s) { s.mutable_work_packages(0)->add_depends_on("eroeffnung"); }),
       Reason::kBadPlan, kArgument},
  };
}

std::vector<Refusal> OfAssigning() {
  v1::AssignLead unknown = Assign("bauleitung", "m3");
  unknown.set_project_id("x");
  return {
      {"UnknownProject", Started, By("m1", unknown), Reason::kNoSuchProject, kNotFound},
      {"ByTheRole", Started, By("m2", Assign("bauleitung", "m3")), Reason::kNotResponsible,
       kPermission},
      {"UnknownPerson", Started, By("m1", Assign("bauleitung", "niemand")), Reason::kNoSuchPerson,
       kNotFound},
      {"UnknownRole", Started, By("m1", Assign("x", "m3")), Reason::kNoSuchRole, kNotFound},
  };
}

std::vector<Refusal> OfReports() {
  v1::ReportProgress unknown = Report("plan", 10);
  unknown.set_project_id("x");
  v1::ReportProgress silent = Report("plan", 10);
  silent.clear_summary();
  return {
      {"UnknownProject", Started, By("m2", unknown), Reason::kNoSuchProject, kNotFound},
      {"UnknownWork", Started, By("m2", Report("x", 10)), Reason::kNoSuchWorkPackage, kNotFound},
      {"BySponsor", Started, By("dora", Report("plan", 10)), Reason::kNotResponsible, kPermission},
      {"WithoutWords", Started, By("m2", silent), Reason::kBadText, kArgument},
      {"MoreThanAll", Started, By("m2", Report("plan", 101)), Reason::kBadPercent, kArgument},
      {"FinishedTooEarly", Started, By("m2", Report("bau", 100)), Reason::kNotReady, kPrecondition},
  };
}

std::vector<Refusal> OfMilestones() {
  v1::ReachMilestone unknown = Reach("eroeffnung");
  unknown.set_project_id("x");
  return {
      {"UnknownProject", Started, By("m1", unknown), Reason::kNoSuchProject, kNotFound},
      {"Unknown", Started, By("m1", Reach("x")), Reason::kNoSuchMilestone, kNotFound},
      {"ByTheRole", Started, By("m2", Reach("eroeffnung")), Reason::kNotResponsible, kPermission},
      {"TooEarly", Started, By("m1", Reach("eroeffnung")), Reason::kNotReady, kPrecondition},
      {"Twice",
       [](Works& works) {
         Started(works);
         works.Must("m2", Report("plan", 100));
         works.Must("m2", Report("bau", 100));
         works.Must("m1", Reach("eroeffnung"));
       },
       By("m1", Reach("eroeffnung")), Reason::kAlreadyReached, kExists},
  };
}

class ProjectRefusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(ProjectRefusals, SayWhyAndChangeNothing) {
  Works works;
  GetParam().before(works);
  ASSERT_FALSE(HasFailure());
  const crypto::Digest before = works.State();
  const absl::Status status = GetParam().act(works);
  EXPECT_THAT(status, IsRefused(GetParam().reason));
  EXPECT_THAT(status, HasCode(GetParam().code));
  EXPECT_EQ(works.State(), before);
}

std::string NameOf(const ::testing::TestParamInfo<Refusal>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Starting, ProjectRefusals, ::testing::ValuesIn(OfStarting()), NameOf);
INSTANTIATE_TEST_SUITE_P(Plans, ProjectRefusals, ::testing::ValuesIn(OfPlans()), NameOf);
INSTANTIATE_TEST_SUITE_P(Assigning, ProjectRefusals, ::testing::ValuesIn(OfAssigning()), NameOf);
INSTANTIATE_TEST_SUITE_P(Reports, ProjectRefusals, ::testing::ValuesIn(OfReports()), NameOf);
INSTANTIATE_TEST_SUITE_P(Milestones, ProjectRefusals, ::testing::ValuesIn(OfMilestones()), NameOf);

TEST(ProjectsTest, AReleasedDecisionStartsAProjectWithItsSchedule) {
  Works works;
  Started(works);
  const v1::Project& project = works.project();
  EXPECT_EQ(project.decision_id(), "b-1");
  EXPECT_EQ(project.template_id(), "construction");
  EXPECT_EQ(project.charter().lead_id(), "m1");
  EXPECT_EQ(project.roles(0).person_id(), "m2");
  EXPECT_EQ(project.work_packages(0).earliest_start_day(), 0u);
  EXPECT_EQ(project.work_packages(1).earliest_start_day(), 10u);
  EXPECT_EQ(project.milestones(0).earliest_day(), 20u);
  EXPECT_FALSE(project.milestones(0).has_reach_time());
  EXPECT_EQ(FromTimestamp(project.start_time()), works.council().now());
  EXPECT_EQ(project.spent_cents(), 0u);
}

TEST(ProjectsTest, LeadSponsorAndOfficesGiveRoles) {
  Works works;
  Started(works);
  for (const char* actor : {"m1", "dora", "kai", "amt"}) {
    const std::string person = std::string(actor) == "kai" ? "m3" : "m4";
    works.Must(actor, Assign("bauleitung", person));
    EXPECT_EQ(works.project().roles(0).person_id(), person) << actor;
  }
  works.Must("m1", Assign("", "m5"));
  EXPECT_EQ(works.project().charter().lead_id(), "m5");
  EXPECT_EQ(works.project().roles(0).person_id(), "m4") << "is another role";
  EXPECT_THAT(works.Give("m1", Assign("", "m1")), IsRefused(Reason::kNotResponsible));
}

TEST(ProjectsTest, TheNewestReportsAreWhatWasSpent) {
  Works works;
  Started(works);
  works.Must("m2", Report("plan", 40, 1000));
  works.Must("m1", Report("plan", 60, 1500));
  works.Must("kai", Report("bau", 5, 200));
  EXPECT_EQ(works.project().spent_cents(), 1700u);
  const v1::WorkPackageStatus& plan = works.project().work_packages(0);
  ASSERT_EQ(plan.reports_size(), 2) << "every report stays";
  EXPECT_EQ(plan.reports(1).percent_done(), 60u);
  EXPECT_EQ(plan.reports(1).summary(), "Es geht voran.");
  EXPECT_EQ(plan.reports(1).person_id(), "m1");
  works.Must("m2", Report("plan", 60, 900));
  EXPECT_EQ(works.project().spent_cents(), 1100u) << "money came back";
  EXPECT_EQ(plan.reports(2).index(), works.council().last_index());
  EXPECT_EQ(FromTimestamp(plan.reports(2).time()), works.council().now());
}

TEST(ProjectsTest, APartIsFinishedAfterAllThatItDependsOn) {
  Works works;
  Started(works);
  works.Must("m2", Report("plan", 100));
  works.Must("m2", Report("plan", 90));
  EXPECT_THAT(works.Give("m2", Report("bau", 100)), IsRefused(Reason::kNotReady))
      << "plan was reopened";
  works.Must("m2", Report("plan", 100));
  works.Must("m2", Report("bau", 100));
  works.Must("kai", Reach("eroeffnung"));
  EXPECT_EQ(FromTimestamp(works.project().milestones(0).reach_time()), works.council().now());
}

TEST(ProjectsTest, ThePublicSeesNoProjectOfANonPublicDecision) {
  for (const bool is_public : {true, false}) {
    Works works(is_public ? "top-1" : "top-2");
    Started(works);
    const ProjectsMachine& projects = works.projects();
    EXPECT_EQ(projects.GetProject("p-1", Audience::kPublic).ok(), is_public);
    EXPECT_EQ(projects.ListProjects("", 9, Audience::kPublic).size(), is_public ? 1u : 0u);
    EXPECT_OK(projects.GetProject("p-1", Audience::kCouncil));
    EXPECT_EQ(projects.ListProjects("", 9, Audience::kCouncil).size(), 1u);
    EXPECT_EQ(projects.ListProjects("p-1", 9, Audience::kCouncil).size(), 0u);
    EXPECT_THAT(projects.GetProject("x", Audience::kCouncil), IsRefused(Reason::kNoSuchProject));
  }
}

TEST(ProjectsTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  Works works;
  Started(works);
  const ProjectsState then = works.projects().state();
  const crypto::Digest digest = DigestOf(then);
  works.Must("m2", Report("plan", 40, 900));
  const ProjectsState& now = works.projects().state();
  EXPECT_EQ(then.projects.Find("p-1")->spent_cents(), 0u);
  EXPECT_EQ(now.projects.Find("p-1")->spent_cents(), 900u);
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_NE(DigestOf(now), digest);
  EXPECT_THAT(Differences(then, now), testing::StartsWith("projects[\"p-1\"]: "));
  ProjectsState restored;
  ASSERT_TRUE(Decode(Encode(now), restored));
  EXPECT_EQ(Differences(restored, now), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(now));
}

// Random reports by random people: the sum is that of the newest reports, nothing finished rests on
// something that was not, and a refusal changes nothing.
TEST(ProjectsTest, SumsAndOrderHoldWhateverIsReported) {
  std::mt19937 random(20261129);
  Works works;
  Started(works);
  const std::vector<std::string> people = {"m1", "m2", "kai", "dora", "zoe"};
  const std::vector<std::string> parts = {"plan", "bau", "x"};
  const std::vector<uint32_t> percents = {0, 40, 99, 100, 100, 101};
  std::map<std::string, uint64_t> spent;
  std::map<std::string, uint32_t> percent;
  int accepted = 0;
  bool reached = false;
  for (int step = 0; step < 300; ++step) {
    const std::string& actor = people[random() % people.size()];
    const crypto::Digest before = works.State();
    if (random() % 5 == 0) {
      const absl::Status status = works.Give(actor, Reach("eroeffnung"));
      if (status.ok()) {
        EXPECT_EQ(percent["bau"], 100u) << "the milestone waits for bau";
        EXPECT_FALSE(reached) << "once";
        reached = true;
      } else {
        EXPECT_EQ(works.State(), before) << status;
      }
      continue;
    }
    const std::string& part = parts[random() % parts.size()];
    const uint32_t done = percents[random() % percents.size()];
    const uint64_t cents = random() % 10000;
    const uint32_t plan_done = percent["plan"];
    const absl::Status status = works.Give(actor, Report(part, done, cents));
    if (!status.ok()) {
      EXPECT_EQ(works.State(), before) << status;
      continue;
    }
    ++accepted;
    EXPECT_TRUE(actor == "m1" || actor == "m2" || actor == "kai") << actor;
    if (part == "bau" && done == 100) EXPECT_EQ(plan_done, 100u) << "bau waits for plan";
    spent[part] = cents;
    percent[part] = done;
    EXPECT_EQ(works.project().spent_cents(), spent["plan"] + spent["bau"]);
  }
  EXPECT_GT(accepted, 50) << "hardly anything happened";
  EXPECT_TRUE(reached);
}

}  // namespace
}  // namespace votum::projects
