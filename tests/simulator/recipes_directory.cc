// Recipes: people, organizations, keys, acts of two persons.
#include <algorithm>

#include "core/command/timestamps.h"
#include "core/fold/authorize.h"
#include "core/fold/command_table.h"
#include "core/fold/fold.h"
#include "core/fold/version.h"
#include "rules/profile.h"
#include "tests/simulator/recipes.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::simulator {
namespace {

namespace v1 = directory::v1;

bool Meets(const directory::OrganizationEntry& organization) {
  return organization.kind == v1::ORGANIZATION_KIND_COUNCIL ||
         organization.kind == v1::ORGANIZATION_KIND_COMMITTEE;
}

void RegisterPerson(Scene& scene, v1::RegisterPerson& command) {
  command.set_person_id(scene.NewId("person"));
}

void CreateOrganization(Scene& scene, v1::CreateOrganization& command) {
  command.set_organization_id(scene.NewId("organization"));
  const bool meets = command.kind() == v1::ORGANIZATION_KIND_COUNCIL ||
                     command.kind() == v1::ORGANIZATION_KIND_COMMITTEE;
  command.set_statutory_number(meets ? 3 + static_cast<uint32_t>(scene.dice.Below(5)) : 0);
}

void AddMembership(Scene& scene, v1::AddMembership& command) {
  command.set_membership_id(scene.NewId("membership"));
  if (!scene.IsPinned("organization") && scene.dice.Chance(40)) command.set_organization_id("rat");
}

void IssueEnrolmentCode(Scene& scene, v1::IssueEnrolmentCode& command) {
  if (scene.dice.Chance(60)) command.set_person_id(scene.dice.Pick(scene.pools.All("person")));
  command.set_code_public_key(scene.wallet.Make(scene.dice).public_key().spki_der());
}

void EnrolKey(Scene& scene, v1::EnrolKey& command) {
  const directory::CodeEntry* code = scene.world.directory().FindCode(command.code_key_id());
  if (scene.wallet.Find(command.code_key_id()) == nullptr || code == nullptr) return;
  scene.author = code->person_id;
  const crypto::PublicKey& key = scene.wallet.Make(scene.dice).public_key();
  scene.key_ids = {key.id(), command.code_key_id()};
  command.mutable_header()->set_public_key(key.spki_der());
  *command.mutable_label() = scene.SealedAbout(code->person_id);
  if (command.label().commitment().empty()) command.clear_label();
}

void ConfirmKey(Scene& scene, v1::ConfirmKey& command) {
  if (const std::string key = scene.Some("waiting key"); !key.empty()) command.set_key_id(key);
}

void RevokeKey(Scene& scene, v1::RevokeKey& command) {
  if (scene.ends) {
    Ids administrators;
    for (const auto& [person, none] : scene.world.directory().state().administrators)
      administrators.push_back(person);
    const Ids keys = ActiveKeysOf(scene.world, scene.dice.Pick(administrators));
    if (!keys.empty()) command.set_key_id(scene.dice.Pick(keys));
  }
  const directory::KeyEntry* key = scene.world.directory().FindKey(command.key_id());
  if (key == nullptr) return;
  *command.mutable_reason() = scene.SealedAbout(key->person_id);
  if (scene.dice.Chance(50)) scene.author = key->person_id;
}

void EraseSubjects(Scene& scene, v1::EraseSubjects& command) {
  command.clear_subjects();
  const auto* idea = scene.world.ideas().state().ideas.Find(scene.Focus("idea"));
  command.add_subjects(idea == nullptr ? scene.dice.Bytes(16) : idea->details.Unpack().subject);
  const std::string& person = scene.dice.Pick(scene.pools.Actors());
  if (scene.dice.Chance(60)) command.add_subjects(scene.world.directory().SubjectOf(person));
}

void ActivateVersion(Scene& scene, v1::ActivateVersion& command) {
  // The services know the next version, and no later one.
  command.set_version(scene.may_raise_version ? kProgramVersion + 1 : 1);
}

void AcceptTime(Scene& scene, v1::AcceptTime& command) {
  command.set_last_record(scene.ledger.size() - 1);
  *command.mutable_time() = ToTimestamp(scene.device);
}

// The act that a story has just given, or any.
const v1::Act& Choose(Scene& scene, const std::vector<v1::Act>& acts) {
  return scene.pinned.empty() ? scene.dice.PickLate(acts) : acts.back();
}

// Somebody else who holds an office that the act asks for; empty if there is nobody.
std::string SecondFor(Scene& scene, const v1::Act& act) {
  const auto& offices = FindCommandType(act.payload_type())->options->second();
  Ids able;
  for (const std::string& person : scene.pools.Actors()) {
    if (person != act.actor_id() &&
        RequireOffice(scene.world.directory(), person, offices, "").ok())
      able.push_back(person);
  }
  return able.empty() ? std::string() : scene.dice.Pick(able);
}

void Confirm(Scene& scene, v1::Confirm& command) {
  command.clear_acts();
  std::vector<v1::Act> pending =
      scene.world.acts().List(v1::ACT_STATE_PENDING, 0, scene.world.acts().state().acts.size());
  // Seldom one that has lapsed.
  const bool lapsed = scene.dice.Chance(10);
  pending.erase(std::remove_if(pending.begin(), pending.end(),
                               [&](const v1::Act& act) {
                                 return !lapsed && FromTimestamp(act.lapse_time()) < scene.now;
                               }),
                pending.end());
  if (pending.empty()) return;
  for (uint64_t left = scene.pinned.empty() ? 1 + scene.dice.Below(2) : 1; left > 0; --left) {
    const v1::Act& act = Choose(scene, pending);
    v1::ActReference& reference = *command.add_acts();
    reference.set_record(act.record());
    reference.set_digest(act.digest());
    if (scene.dice.Chance(70)) scene.author = SecondFor(scene, act);
  }
}

void Contradict(Scene& scene, v1::Contradict& command) {
  std::vector<v1::Act> acts =
      scene.world.acts().List(v1::ACT_STATE_UNSPECIFIED, 0, scene.world.acts().state().acts.size());
  // Seldom one that concerns nobody, or that was contradicted before.
  const bool any = scene.dice.Chance(10);
  acts.erase(std::remove_if(acts.begin(), acts.end(),
                            [&](const v1::Act& act) {
                              return !any &&
                                     (act.concerned_id().empty() || act.contradict_record() != 0);
                            }),
             acts.end());
  if (acts.empty()) return;
  const v1::Act& act = Choose(scene, acts);
  command.set_record(act.record());
  scene.author = act.concerned_id();
  if (scene.author.empty() || scene.dice.Chance(10))
    scene.author = scene.dice.Pick(scene.pools.Actors());
  *command.mutable_reason() = scene.SealedAbout(scene.author);
  if (command.reason().commitment().empty()) command.clear_reason();
}

void AdoptRuleProfile(Scene& scene, v1::AdoptRuleProfile& command) {
  if (scene.dice.Chance(80)) {
    const auto* organization = scene.world.directory().FindOrganization(command.organization_id());
    if (organization == nullptr || !Meets(*organization))
      command.set_organization_id(scene.dice.Chance(25) ? "rat" : "ausschuss");
  }
  // A story needs the rules that it was made for.
  if (command.organization_id() == "rat" && *scene.fields != '\0') {
    *command.mutable_profile() = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
    return;
  }
  static constexpr absl::string_view kLikely[] = {"de-nw-rat", "generic-majority", "de-sh-rat"};
  *command.mutable_profile() =
      scene.dice.Chance(30) ? scene.dice.Pick(rules::BuiltInProfiles())
                            : *rules::BuiltInProfile(kLikely[scene.dice.Below(3)], "2026-11-01");
  if (command.organization_id() != "ausschuss") return;
  // The committee may have rules that allow no secret votes, or that are not in force yet.
  const uint64_t roll = scene.dice.Below(100);
  if (roll < 50) *command.mutable_profile() = *rules::BuiltInProfile("de-sh-rat", "2026-11-01");
  if (roll < 15) command.mutable_profile()->set_valid_from("2031-01-01");
}

}  // namespace

std::vector<Recipe> DirectoryRecipes() {
  return {For<v1::FoundDeployment>(0), For(6, RegisterPerson),     For(2, CreateOrganization),
          For(8, AddMembership),       For<v1::EndMembership>(2),  For<v1::GrantOffice>(5),
          For<v1::WithdrawOffice>(2),  For(8, IssueEnrolmentCode), For(8, EnrolKey),
          For(8, ConfirmKey),          For(2, RevokeKey),          For(3, EraseSubjects),
          For(1, ActivateVersion),     For(1, AcceptTime),         For(16, Confirm),
          For(3, Contradict),          For(2, AdoptRuleProfile)};
}

}  // namespace votum::simulator
