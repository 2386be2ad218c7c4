// The first records of a simulated deployment: a log key, two administrators, and a council of a few
// people with offices. From there on chance gives the commands.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "rules/profile.h"
#include "tests/simulator/simulation.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::simulator {
namespace {

namespace v1 = directory::v1;

struct Person {
  const char* id;
  common::v1::Office office;
  const char* organization;  // null for none
  v1::MembershipRole role;
};

// Eight can vote.
constexpr Person kPeople[] = {
    {"bert", common::v1::OFFICE_ADMINISTRATOR, nullptr, v1::MEMBERSHIP_ROLE_MEMBER},
    {"kai", common::v1::OFFICE_CLERK, nullptr, v1::MEMBERSHIP_ROLE_MEMBER},
    {"kim", common::v1::OFFICE_CLERK, nullptr, v1::MEMBERSHIP_ROLE_MEMBER},
    {"sam", common::v1::OFFICE_SECRETARY, nullptr, v1::MEMBERSHIP_ROLE_MEMBER},
    {"rita", common::v1::OFFICE_AUDITOR, nullptr, v1::MEMBERSHIP_ROLE_MEMBER},
    {"max", common::v1::OFFICE_MAYOR, "rat", v1::MEMBERSHIP_ROLE_CHAIR},
    {"vera", common::v1::OFFICE_UNSPECIFIED, "rat", v1::MEMBERSHIP_ROLE_DEPUTY_CHAIR},
    {"m1", common::v1::OFFICE_UNSPECIFIED, "rat", v1::MEMBERSHIP_ROLE_MEMBER},
    {"m2", common::v1::OFFICE_UNSPECIFIED, "rat", v1::MEMBERSHIP_ROLE_MEMBER},
    {"m4", common::v1::OFFICE_UNSPECIFIED, "rat", v1::MEMBERSHIP_ROLE_MEMBER},
    {"m5", common::v1::OFFICE_UNSPECIFIED, "rat", v1::MEMBERSHIP_ROLE_MEMBER},
    {"m6", common::v1::OFFICE_UNSPECIFIED, "rat", v1::MEMBERSHIP_ROLE_MEMBER},
    {"m3", common::v1::OFFICE_UNSPECIFIED, "rat", v1::MEMBERSHIP_ROLE_MEMBER},
};

}  // namespace

absl::Status Simulation::GiveByHand(const std::string& author, google::protobuf::Message&& command,
                                    Ids key_ids) {
  clocks_.Pass(absl::Seconds(1));
  Pools pools(lead_.world());
  Scene scene = MakeScene(pools);
  scene.now = clocks_.ledger_time();
  Draft draft{FindCommandType(PayloadType(command.GetDescriptor())),
              std::unique_ptr<google::protobuf::Message>(command.New()), std::move(key_ids)};
  draft.command->CopyFrom(command);
  HeaderOf(*draft.command).set_actor(author);
  if (draft.key_ids.empty()) draft.key_ids = ActiveKeysOf(lead_.world(), author);
  draft.key_ids.resize(draft.type->options->signer() == common::v1::SIGNER_NEW_KEY ? 2 : 1);
  const Sent sent{Sign(scene, draft), draft.type, /*faulty=*/false, ledger_.size()};
  RETURN_IF_ERROR(Append(sent, DomainName(draft.type->domain), ledger_.TimeOfNext(), std::nullopt));
  const uint64_t index = ledger_.size() - 1;
  RETURN_IF_ERROR(lead_.WhyVoid(index));
  const auto waiting = lead_.world().acts().List(v1::ACT_STATE_PENDING, index, 1);
  if (waiting.empty()) return absl::OkStatus();
  v1::Confirm confirm;
  confirm.add_acts()->set_record(index);
  confirm.mutable_acts(0)->set_digest(waiting[0].digest());
  return GiveByHand(author == "anna" ? "bert" : "anna", std::move(confirm));
}

absl::Status Simulation::EnrolByHand(const std::string& person, const std::string& code,
                                     const std::string& confirmer) {
  Pools pools(lead_.world());
  Scene scene = MakeScene(pools);
  const crypto::PublicKey& key = wallet_.Make(dice_).public_key();
  v1::EnrolKey enrol;
  enrol.mutable_header()->set_public_key(key.spki_der());
  enrol.set_code_key_id(code);
  *enrol.mutable_label() = scene.SealedAbout(person);
  RETURN_IF_ERROR(GiveByHand(person, std::move(enrol), {key.id(), code}));
  if (confirmer.empty()) return absl::OkStatus();
  v1::ConfirmKey confirm;
  confirm.set_key_id(key.id());
  return GiveByHand(confirmer, std::move(confirm));
}

absl::Status Simulation::AddPersonByHand(const std::string& id, common::v1::Office office,
                                         const std::string& confirmer) {
  Pools pools(lead_.world());
  Scene scene = MakeScene(pools);
  v1::RegisterPerson person;
  person.set_person_id(id);
  *person.mutable_name() = scene.Sealed();
  RETURN_IF_ERROR(GiveByHand("anna", std::move(person)));
  if (office != common::v1::OFFICE_UNSPECIFIED) {
    v1::GrantOffice grant;
    grant.set_person_id(id);
    grant.set_office(office);
    RETURN_IF_ERROR(GiveByHand("anna", std::move(grant)));
  }
  const crypto::PublicKey& code = wallet_.Make(dice_).public_key();
  v1::IssueEnrolmentCode issue;
  issue.set_person_id(id);
  issue.set_code_public_key(code.spki_der());
  *issue.mutable_expire_time() = ToTimestamp(clocks_.true_time + absl::Hours(1));
  RETURN_IF_ERROR(GiveByHand("anna", std::move(issue)));
  return EnrolByHand(id, code.id(), confirmer);
}

absl::Status Simulation::AddOrganizationByHand(const std::string& id, v1::OrganizationKind kind,
                                               const std::string& profile) {
  v1::CreateOrganization create;
  create.set_organization_id(id);
  create.set_name(id);
  create.set_kind(kind);
  if (!profile.empty()) create.set_statutory_number(8 + static_cast<uint32_t>(dice_.Below(3)));
  RETURN_IF_ERROR(GiveByHand("anna", std::move(create)));
  if (profile.empty()) return absl::OkStatus();
  v1::AdoptRuleProfile adopt;
  adopt.set_organization_id(id);
  ASSIGN_OR_RETURN(*adopt.mutable_profile(), rules::BuiltInProfile(profile, "2026-11-01"));
  return GiveByHand("bert", std::move(adopt));
}

absl::Status Simulation::FoundTown() {
  const crypto::PublicKey& code = wallet_.Make(dice_).public_key();
  Pools pools(lead_.world());
  v1::FoundDeployment found;
  found.mutable_header()->set_public_key(log_key_.public_key().spki_der());
  found.set_deployment(kDeployment);
  found.set_body_name("Zufallsstadt");
  found.set_administrator_id("anna");
  *found.mutable_administrator_name() = MakeScene(pools).Sealed();
  found.set_code_public_key(code.spki_der());
  RETURN_IF_ERROR(GiveByHand("", std::move(found), {log_key_.public_key().id()}));
  RETURN_IF_ERROR(EnrolByHand("anna", code.id(), ""));
  for (const Person& person : kPeople) {
    // The only administrator confirms the second one's key alone; all others four eyes look at.
    const std::string confirmer = person.id == std::string("bert") ? "anna" : "bert";
    RETURN_IF_ERROR(AddPersonByHand(person.id, person.office, confirmer));
  }
  RETURN_IF_ERROR(AddOrganizationByHand("rat", v1::ORGANIZATION_KIND_COUNCIL, "de-nw-rat"));
  RETURN_IF_ERROR(
      AddOrganizationByHand("ausschuss", v1::ORGANIZATION_KIND_COMMITTEE, "generic-majority"));
  RETURN_IF_ERROR(AddOrganizationByHand("fraktion", v1::ORGANIZATION_KIND_FACTION, ""));
  RETURN_IF_ERROR(AddPersonByHand("maschine", common::v1::OFFICE_UNSPECIFIED, "bert"));
  v1::AppointMachine appoint;
  appoint.set_person_id("maschine");
  appoint.set_office(common::v1::OFFICE_ATTESTER);
  RETURN_IF_ERROR(GiveByHand("anna", std::move(appoint)));
  for (const Person& person : kPeople) {
    if (person.organization == nullptr) continue;
    v1::AddMembership add;
    add.set_membership_id(absl::StrCat("membership-", person.id));
    add.set_person_id(person.id);
    add.set_organization_id(person.organization);
    add.set_role(person.role);
    add.set_voting_right(true);
    RETURN_IF_ERROR(GiveByHand("anna", std::move(add)));
    add.set_membership_id(absl::StrCat("membership-a-", person.id));
    add.set_organization_id("ausschuss");
    RETURN_IF_ERROR(GiveByHand("anna", std::move(add)));
  }
  return absl::OkStatus();
}

}  // namespace votum::simulator
