// Recipes: decisions and projects.
#include "core/command/audience.h"
#include "core/decisions/decisions_machine.h"
#include "core/fold/audit_view.h"
#include "core/fold/domains.h"
#include "crypto/hash.h"
#include "tests/simulator/recipes.h"
#include "votum/decisions/v1/decisions.pb.h"
#include "votum/projects/v1/attestations.pb.h"
#include "votum/projects/v1/projects.pb.h"

namespace votum::simulator {
namespace {

namespace v1 = decisions::v1;
namespace pv1 = projects::v1;

void DraftDecision(Scene& scene, v1::DraftDecision& command) {
  command.set_decision_id(scene.NewId("decision"));
  command.set_vote_event_id(scene.IsPinned("vote") ? scene.Focus("vote") : scene.Some("vote"));
  command.clear_decides_anew_id();
  Ids objected;
  for (const auto& [id, decision] : scene.world.decisions().state().decisions) {
    if (decision.state() == v1::DECISION_STATE_OBJECTED) objected.push_back(id);
  }
  if (!objected.empty() && scene.dice.Chance(50))
    command.set_decides_anew_id(scene.dice.Pick(objected));
}

void SignDecision(Scene& scene, v1::SignDecision& command) {
  const auto* decision = scene.world.decisions().FindDecision(command.decision_id());
  if (decision == nullptr) return;
  command.set_text_sha256(decisions::TextDigest(*decision));
  const auto& agenda = scene.world.agenda();
  const std::string& organization = agenda.FindMeeting(decision->meeting_id())->organization_id;
  const auto& directory = scene.world.directory();
  Ids able;
  for (const std::string& person : scene.pools.Actors()) {
    if (command.capacity() == v1::CAPACITY_CHAIR
            ? directory.PresidesOver(person, organization)
            : directory.HasOffice(person, common::v1::OFFICE_SECRETARY))
      able.push_back(person);
  }
  if (!able.empty()) scene.author = scene.dice.Pick(able);
}

void PublishDecision(Scene& scene, v1::PublishDecision& command) {
  const auto document =
      scene.world.decisions().GetDocument(command.decision_id(), Audience::kCouncil);
  if (!document.ok()) return;
  const crypto::Digest digest = crypto::Sha256(*document);
  command.set_document_sha256(std::string(crypto::AsBytes(digest)));
}

void StartProject(Scene& scene, pv1::StartProject& command) {
  command.set_project_id(scene.NewId("project"));
  for (const auto& [id, decision] : scene.world.decisions().state().decisions) {
    if (decision.state() == v1::DECISION_STATE_RELEASED && !scene.IsPinned("decision") &&
        scene.dice.Chance(60))
      command.set_decision_id(id);
  }
  int number = 0;
  for (pv1::ProjectRole& role : *command.mutable_roles())
    role.set_id("rolle-" + std::to_string(number++));
  std::string before;
  for (pv1::WorkPackage& work : *command.mutable_work_packages()) {
    work.set_id("paket-" + std::to_string(number++));
    work.set_role_id("rolle-0");
    work.clear_depends_on();
    if (!before.empty() && scene.dice.Chance(50)) work.add_depends_on(before);
    before = work.id();
  }
  for (pv1::Milestone& milestone : *command.mutable_milestones()) {
    milestone.set_id("punkt-" + std::to_string(number++));
    milestone.clear_depends_on();
    if (scene.dice.Chance(80)) milestone.add_depends_on(before);
  }
}

const pv1::Project* ProjectOf(Scene& scene, const std::string& id) {
  return scene.world.projects().FindProject(id);
}

void AssignLead(Scene& scene, pv1::AssignLead& command) {
  command.clear_role_id();
  const pv1::Project* project = ProjectOf(scene, command.project_id());
  if (project != nullptr && scene.dice.Chance(70))
    command.set_role_id(scene.dice.Pick(project->roles()).id());
}

void ReportProgress(Scene& scene, pv1::ReportProgress& command) {
  const pv1::Project* project = ProjectOf(scene, command.project_id());
  if (project == nullptr) return;
  command.set_work_package_id(scene.dice.Pick(project->work_packages()).plan().id());
  if (scene.dice.Chance(60)) command.set_percent_done(100);
}

void ReachMilestone(Scene& scene, pv1::ReachMilestone& command) {
  const pv1::Project* project = ProjectOf(scene, command.project_id());
  if (project != nullptr && !project->milestones().empty())
    command.set_milestone_id(scene.dice.Pick(project->milestones()).plan().id());
}

// By the machine that derives the state from the log as auditors see it.
void AttestState(Scene& scene, pv1::AttestState& command) {
  command.mutable_header()->set_seen_size(scene.ledger.size());
  command.set_layout(kStateLayout);
  command.clear_states();
  const AuditView view = AuditViewOf(scene.world.state());
  for (const Domain domain : kAllDomains) {
    pv1::StateDigest& state = *command.add_states();
    state.set_domain(std::string(DomainName(domain)));
    const crypto::Digest digest = view.Digest(domain);
    state.set_sha256(std::string(crypto::AsBytes(digest)));
  }
}

void AttestObjects(Scene& scene, pv1::AttestObjects& command) {
  command.mutable_header()->set_seen_size(scene.ledger.size());
  const crypto::Digest digest = scene.world.attestations().state().objects.Digest();
  command.set_sha256(std::string(crypto::AsBytes(digest)));
}

}  // namespace

std::vector<Recipe> DecisionRecipes() {
  return {For(20, DraftDecision),       For(24, SignDecision),   For<v1::ObjectToDecision>(3),
          For<v1::ReleaseDecision>(10), For(5, PublishDecision), For(10, StartProject),
          For(3, AssignLead),           For(8, ReportProgress),  For(8, ReachMilestone),
          For(4, AttestState, 2),       For(4, AttestObjects, 2)};
}

}  // namespace votum::simulator
