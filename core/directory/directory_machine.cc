#include "core/directory/directory_machine.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"
#include "crypto/keys.h"
#include "rules/profile.h"

namespace votum::directory {
namespace {

constexpr size_t kMaxNameBytes = 200;

absl::Status NoSuchPerson(absl::string_view id) {
  return Refuse(Reason::kNoSuchPerson,
                absl::StrCat("there is no person ", id, "; register the person first"));
}

absl::Status NoSuchOrganization(absl::string_view id) {
  return Refuse(Reason::kNoSuchOrganization,
                absl::StrCat("there is no organization ", id, "; create it first"));
}

absl::Status NoSuchKey(absl::string_view id) {
  return Refuse(
      Reason::kNoSuchKey,
      absl::StrCat("no key ", id, " is enrolled; compare the id with the owner's device"));
}

bool IsCouncilOrCommittee(v1::OrganizationKind kind) {
  return kind == v1::ORGANIZATION_KIND_COUNCIL || kind == v1::ORGANIZATION_KIND_COMMITTEE;
}

absl::Status CheckPublicKey(absl::string_view field, absl::string_view der) {
  const auto key = crypto::PublicKey::FromSpkiDer(der);
  if (key.ok()) return absl::OkStatus();
  return Refuse(Reason::kBadPublicKey, absl::StrCat(field, ": ", key.status().message()));
}

// Elements of `map` after `after_id` that `wanted` takes, at most `limit`, as resources.
template <typename Map, typename Wanted, typename ToProto>
auto ListFrom(const Map& map, absl::string_view after_id, size_t limit, Wanted wanted,
              ToProto to_proto) {
  std::vector<decltype(to_proto(map.begin()->second))> resources;
  for (auto it = map.upper_bound(after_id); it != map.end() && resources.size() < limit; ++it) {
    if (wanted(it->second)) resources.push_back(to_proto(it->second));
  }
  return resources;
}

constexpr auto kAll = [](const auto&) { return true; };

v1::Organization ToProto(const OrganizationEntry& entry) {
  v1::Organization organization;
  organization.set_id(entry.id);
  organization.set_name(entry.name);
  organization.set_kind(entry.kind);
  organization.set_statutory_number(entry.statutory_number);
  if (entry.profile_index.has_value()) {
    *organization.mutable_profile() = entry.profile;
    organization.set_profile_index(*entry.profile_index);
  }
  return organization;
}

v1::Membership ToProto(const MembershipEntry& entry) {
  v1::Membership membership;
  membership.set_id(entry.id);
  membership.set_person_id(entry.person_id);
  membership.set_organization_id(entry.organization_id);
  membership.set_role(entry.role);
  membership.set_voting_right(entry.voting_right);
  *membership.mutable_start_time() = ToTimestamp(entry.start);
  if (entry.end.has_value()) *membership.mutable_end_time() = ToTimestamp(*entry.end);
  return membership;
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Founding, persons, organizations, memberships, offices

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::FoundDeployment& command) const {
  if (founded() || context.index != 0) {
    return Refuse(Reason::kAlreadyFounded, "only the first record of a log founds a deployment");
  }
  if (command.deployment() != command.header().deployment()) {
    return Refuse(Reason::kWrongDeployment, "deployment and header.deployment differ");
  }
  RETURN_IF_ERROR(CheckText("deployment", command.deployment(), kMaxNameBytes));
  RETURN_IF_ERROR(CheckText("body_name", command.body_name(), kMaxNameBytes));
  RETURN_IF_ERROR(CheckId("administrator_id", command.administrator_id()));
  RETURN_IF_ERROR(CheckAttachmentRef("administrator_name", command.administrator_name()));
  return CheckPublicKey("code_public_key", command.code_public_key());
}

void DirectoryMachine::Apply(const CommandContext&, const v1::FoundDeployment& command) {
  deployment_ = command.deployment();
  body_name_ = command.body_name();
  simulated_clock_ = command.simulated_clock();
  founder_id_ = command.administrator_id();
  persons_[founder_id_] = {
      founder_id_, command.administrator_name(), {common::v1::OFFICE_ADMINISTRATOR}};
  subjects_.insert(command.administrator_name().subject());
  const std::string code_id = crypto::PublicKey::FromSpkiDer(command.code_public_key())->id();
  codes_[code_id] = {code_id, founder_id_, command.code_public_key(), "", absl::InfiniteFuture(),
                     false};
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::RegisterPerson& command) const {
  RETURN_IF_ERROR(CheckId("person_id", command.person_id()));
  RETURN_IF_ERROR(CheckAttachmentRef("name", command.name()));
  if (PersonExists(command.person_id())) {
    return Refuse(Reason::kPersonExists,
                  absl::StrCat("person ", command.person_id(), " exists; choose another id"));
  }
  return CheckSubjectIsFree("name", command.name());
}

void DirectoryMachine::Apply(const CommandContext&, const v1::RegisterPerson& command) {
  persons_[command.person_id()] = {command.person_id(), command.name(), {}};
  subjects_.insert(command.name().subject());
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::CreateOrganization& command) const {
  RETURN_IF_ERROR(CheckId("organization_id", command.organization_id()));
  RETURN_IF_ERROR(CheckText("name", command.name(), kMaxNameBytes));
  if (FindOrganization(command.organization_id()) != nullptr) {
    return Refuse(
        Reason::kOrganizationExists,
        absl::StrCat("organization ", command.organization_id(), " exists; choose another id"));
  }
  if (command.kind() == v1::ORGANIZATION_KIND_UNSPECIFIED ||
      !v1::OrganizationKind_IsValid(command.kind())) {
    return Refuse(Reason::kBadKind, "kind must say what the organization is");
  }
  if (IsCouncilOrCommittee(command.kind()) != (command.statutory_number() > 0)) {
    return Refuse(Reason::kBadStatutoryNumber,
                  "councils and committees need a statutory number of members, other "
                  "organizations have none");
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext&, const v1::CreateOrganization& command) {
  OrganizationEntry& entry = organizations_[command.organization_id()];
  entry.id = command.organization_id();
  entry.name = command.name();
  entry.kind = command.kind();
  entry.statutory_number = command.statutory_number();
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::AddMembership& command) const {
  RETURN_IF_ERROR(CheckId("membership_id", command.membership_id()));
  if (memberships_.find(command.membership_id()) != memberships_.end()) {
    return Refuse(Reason::kMembershipExists, absl::StrCat("membership ", command.membership_id(),
                                                          " exists; choose another id"));
  }
  if (!PersonExists(command.person_id())) return NoSuchPerson(command.person_id());
  const OrganizationEntry* organization = FindOrganization(command.organization_id());
  if (organization == nullptr) return NoSuchOrganization(command.organization_id());
  if (command.role() == v1::MEMBERSHIP_ROLE_UNSPECIFIED ||
      !v1::MembershipRole_IsValid(command.role())) {
    return Refuse(Reason::kBadRole, "role must say what the member is");
  }
  if (ActiveMembership(command.person_id(), command.organization_id()) != nullptr) {
    return Refuse(Reason::kAlreadyMember,
                  absl::StrCat(command.person_id(), " is a member of ", organization->id,
                               "; end that membership first"));
  }
  const std::vector<const MembershipEntry*> members = ActiveMembers(command.organization_id());
  const auto voting =
      std::count_if(members.begin(), members.end(), [](const auto* m) { return m->voting_right; });
  if (organization->statutory_number > 0 && command.voting_right() &&
      voting >= organization->statutory_number) {
    return Refuse(Reason::kNoSeatLeft,
                  absl::StrCat("all ", organization->statutory_number, " seats of ",
                               organization->id, " are taken; end a membership first"));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::AddMembership& command) {
  memberships_[command.membership_id()] = {command.membership_id(),
                                           command.person_id(),
                                           command.organization_id(),
                                           command.role(),
                                           command.voting_right(),
                                           context.time,
                                           std::nullopt};
  active_[command.organization_id()][command.person_id()] = command.membership_id();
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::EndMembership& command) const {
  const auto found = memberships_.find(command.membership_id());
  if (found == memberships_.end()) {
    return Refuse(Reason::kNoSuchMembership,
                  absl::StrCat("there is no membership ", command.membership_id()));
  }
  if (found->second.end.has_value()) {
    return Refuse(Reason::kMembershipEnded,
                  absl::StrCat("membership ", command.membership_id(), " has ended"));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::EndMembership& command) {
  MembershipEntry& entry = memberships_.find(command.membership_id())->second;
  entry.end = context.time;
  active_[entry.organization_id].erase(entry.person_id);
}

absl::Status DirectoryMachine::Check(const CommandContext&, const v1::GrantOffice& command) const {
  if (!PersonExists(command.person_id())) return NoSuchPerson(command.person_id());
  if (command.office() == common::v1::OFFICE_UNSPECIFIED ||
      !common::v1::Office_IsValid(command.office())) {
    return Refuse(Reason::kBadOffice, "office must name one");
  }
  if (HasOffice(command.person_id(), command.office())) {
    return Refuse(Reason::kOfficeHeld, absl::StrCat(command.person_id(), " holds ",
                                                    common::v1::Office_Name(command.office())));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext&, const v1::GrantOffice& command) {
  persons_.find(command.person_id())->second.offices.insert(command.office());
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::WithdrawOffice& command) const {
  if (!HasOffice(command.person_id(), command.office())) {
    return Refuse(Reason::kOfficeNotHeld, absl::StrCat(command.person_id(), " does not hold ",
                                                       common::v1::Office_Name(command.office())));
  }
  if (command.office() == common::v1::OFFICE_ADMINISTRATOR && HasActiveKey(command.person_id()) &&
      AdministratorsWithActiveKey() == 1) {
    return Refuse(Reason::kLastAdministrator,
                  "nobody could enter people and keys any more; enrol another first");
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext&, const v1::WithdrawOffice& command) {
  persons_.find(command.person_id())->second.offices.erase(command.office());
}

// ---------------------------------------------------------------------------------------------------------------------
// Keys

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::IssueEnrolmentCode& command) const {
  if (!PersonExists(command.person_id())) return NoSuchPerson(command.person_id());
  RETURN_IF_ERROR(CheckPublicKey("code_public_key", command.code_public_key()));
  const std::string id = crypto::PublicKey::FromSpkiDer(command.code_public_key())->id();
  if (codes_.find(id) != codes_.end() || keys_.find(id) != keys_.end()) {
    return Refuse(Reason::kCodeExists, "this code was issued before; make a new one");
  }
  if (FromTimestamp(command.expire_time()) <= context.time) {
    return Refuse(Reason::kBadExpiry, "expire_time must lie ahead");
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::IssueEnrolmentCode& command) {
  const std::string id = crypto::PublicKey::FromSpkiDer(command.code_public_key())->id();
  codes_[id] = {id,
                command.person_id(),
                command.code_public_key(),
                context.actor,
                FromTimestamp(command.expire_time()),
                false};
}

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::EnrolKey& command) const {
  if (command.has_label())
    RETURN_IF_ERROR(CheckSealedAbout(context.actor, "label", command.label()));
  if (keys_.find(context.key_id) != keys_.end() || codes_.find(context.key_id) != codes_.end()) {
    return Refuse(Reason::kKeyExists,
                  absl::StrCat("key ", context.key_id, " is known already; make a new key"));
  }
  // The fold has verified the code's signature, owner, use and expiry.
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::EnrolKey& command) {
  CodeEntry& code = codes_.find(command.code_key_id())->second;
  code.used = true;
  const bool founders_first = context.actor == founder_id_ && code.issued_by.empty();
  KeyEntry& key = keys_[context.key_id];
  key.id = context.key_id;
  key.person_id = context.actor;
  key.public_key_der = command.header().public_key();
  key.public_key = *crypto::PublicKey::FromSpkiDer(key.public_key_der);
  key.label = command.label();
  key.issued_by = code.issued_by;
  key.state = founders_first ? v1::KEY_STATE_ACTIVE : v1::KEY_STATE_ENROLLED;
}

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::ConfirmKey& command) const {
  const KeyEntry* key = FindKey(command.key_id());
  if (key == nullptr) return NoSuchKey(command.key_id());
  if (key->state != v1::KEY_STATE_ENROLLED) {
    return Refuse(Reason::kKeyNotWaiting,
                  absl::StrCat("key ", key->id, " does not wait for confirmation"));
  }
  if (context.actor == key->person_id) {
    return Refuse(Reason::kSamePerson,
                  "nobody confirms a key of one's own; ask another administrator");
  }
  const bool only_one = AdministratorsWithActiveKey() == 1;
  const bool for_second = HasOffice(key->person_id, common::v1::OFFICE_ADMINISTRATOR);
  if (context.actor == key->issued_by && !(only_one && for_second)) {
    return Refuse(Reason::kSamePerson, absl::StrCat(context.actor,
                                                    " issued the code of this key; another "
                                                    "administrator must confirm it (four eyes)"));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::ConfirmKey& command) {
  KeyEntry& key = keys_.find(command.key_id())->second;
  key.state = v1::KEY_STATE_ACTIVE;
  key.confirmed_by = context.actor;
}

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::RevokeKey& command) const {
  const KeyEntry* key = FindKey(command.key_id());
  if (key == nullptr) return NoSuchKey(command.key_id());
  RETURN_IF_ERROR(CheckSealedAbout(key->person_id, "reason", command.reason()));
  if (key->state == v1::KEY_STATE_REVOKED) {
    return Refuse(Reason::kAlreadyRevoked, absl::StrCat("key ", key->id, " is revoked already"));
  }
  if (context.actor != key->person_id &&
      !HasOffice(context.actor, common::v1::OFFICE_ADMINISTRATOR)) {
    return Refuse(Reason::kOfficeMissing, "a key is revoked by its owner or an administrator");
  }
  const bool administrators = HasOffice(key->person_id, common::v1::OFFICE_ADMINISTRATOR) &&
                              key->state == v1::KEY_STATE_ACTIVE;
  const auto others = std::count_if(keys_.begin(), keys_.end(), [&](const auto& entry) {
    return entry.second.state == v1::KEY_STATE_ACTIVE && entry.first != key->id &&
           HasOffice(entry.second.person_id, common::v1::OFFICE_ADMINISTRATOR);
  });
  if (administrators && others == 0) {
    return Refuse(Reason::kLastAdministrator,
                  "nobody could enrol keys any more; enrol another administrator's first");
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext&, const v1::RevokeKey& command) {
  KeyEntry& key = keys_.find(command.key_id())->second;
  key.state = v1::KEY_STATE_REVOKED;
  key.revocation_reason = command.reason();
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::AdoptRuleProfile& command) const {
  const OrganizationEntry* organization = FindOrganization(command.organization_id());
  if (organization == nullptr) return NoSuchOrganization(command.organization_id());
  if (!IsCouncilOrCommittee(organization->kind)) {
    return Refuse(Reason::kBadKind,
                  absl::StrCat(organization->id, " is neither a council nor a committee"));
  }
  return rules::ValidateProfile(command.profile());
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::AdoptRuleProfile& command) {
  OrganizationEntry& organization = organizations_.find(command.organization_id())->second;
  organization.profile = command.profile();
  organization.profile_index = context.index;
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

const KeyEntry* DirectoryMachine::FindKey(absl::string_view key_id) const {
  const auto found = keys_.find(key_id);
  return found == keys_.end() ? nullptr : &found->second;
}

const CodeEntry* DirectoryMachine::FindCode(absl::string_view code_key_id) const {
  const auto found = codes_.find(code_key_id);
  return found == codes_.end() ? nullptr : &found->second;
}

bool DirectoryMachine::PersonExists(absl::string_view person_id) const {
  return persons_.find(person_id) != persons_.end();
}

bool DirectoryMachine::HasOffice(absl::string_view person_id, common::v1::Office office) const {
  const auto found = persons_.find(person_id);
  return found != persons_.end() && found->second.offices.count(office) > 0;
}

bool DirectoryMachine::HasAnyOffice(absl::string_view person_id,
                                    std::initializer_list<common::v1::Office> offices) const {
  return std::any_of(offices.begin(), offices.end(),
                     [&](common::v1::Office office) { return HasOffice(person_id, office); });
}

const OrganizationEntry* DirectoryMachine::FindOrganization(
    absl::string_view organization_id) const {
  const auto found = organizations_.find(organization_id);
  return found == organizations_.end() ? nullptr : &found->second;
}

const MembershipEntry* DirectoryMachine::ActiveMembership(absl::string_view person_id,
                                                          absl::string_view organization_id) const {
  const auto organization = active_.find(organization_id);
  if (organization == active_.end()) return nullptr;
  const auto membership = organization->second.find(person_id);
  return membership == organization->second.end() ? nullptr
                                                  : &memberships_.find(membership->second)->second;
}

std::vector<const MembershipEntry*> DirectoryMachine::ActiveMembers(
    absl::string_view organization_id) const {
  std::vector<const MembershipEntry*> members;
  const auto organization = active_.find(organization_id);
  if (organization == active_.end()) return members;
  for (const auto& [person, id] : organization->second)
    members.push_back(&memberships_.find(id)->second);
  return members;
}

bool DirectoryMachine::PresidesOver(absl::string_view person_id,
                                    absl::string_view organization_id) const {
  const MembershipEntry* membership = ActiveMembership(person_id, organization_id);
  return membership != nullptr && (membership->role == v1::MEMBERSHIP_ROLE_CHAIR ||
                                   membership->role == v1::MEMBERSHIP_ROLE_DEPUTY_CHAIR);
}

bool DirectoryMachine::BelongsToCouncilOrAdministration(absl::string_view person_id) const {
  if (HasAnyOffice(person_id, {common::v1::OFFICE_ADMINISTRATOR, common::v1::OFFICE_CLERK,
                               common::v1::OFFICE_SECRETARY, common::v1::OFFICE_MAYOR})) {
    return true;
  }
  return std::any_of(active_.begin(), active_.end(), [&](const auto& entry) {
    return entry.second.find(person_id) != entry.second.end() &&
           IsCouncilOrCommittee(FindOrganization(entry.first)->kind);
  });
}

bool DirectoryMachine::HasActiveKey(absl::string_view person_id) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const auto& entry) {
    return entry.second.person_id == person_id && entry.second.state == v1::KEY_STATE_ACTIVE;
  });
}

int DirectoryMachine::AdministratorsWithActiveKey() const {
  return static_cast<int>(std::count_if(persons_.begin(), persons_.end(), [&](const auto& entry) {
    return entry.second.offices.count(common::v1::OFFICE_ADMINISTRATOR) > 0 &&
           HasActiveKey(entry.first);
  }));
}

v1::Body DirectoryMachine::GetBody() const {
  v1::Body body;
  body.set_deployment(deployment_);
  body.set_name(body_name_);
  body.set_simulated_clock(simulated_clock_);
  body.set_version(version_);
  if (accept_record_ != 0) *body.mutable_accepted_time() = ToTimestamp(accepted_time_);
  body.set_accept_record(accept_record_);
  return body;
}

v1::Person DirectoryMachine::ToProto(const PersonEntry& entry) const {
  v1::Person person;
  person.set_id(entry.id);
  *person.mutable_sealed_name() = entry.name;
  for (const common::v1::Office office : entry.offices) person.add_offices(office);
  person.set_erased(IsErased(entry.name.subject()));
  return person;
}

v1::Key DirectoryMachine::ToProto(const KeyEntry& entry) const {
  v1::Key key;
  key.set_id(entry.id);
  key.set_person_id(entry.person_id);
  key.set_public_key(entry.public_key_der);
  if (!entry.label.commitment().empty()) *key.mutable_sealed_label() = entry.label;
  key.set_state(entry.state);
  key.set_issued_by(entry.issued_by);
  key.set_confirmed_by(entry.confirmed_by);
  if (!entry.revocation_reason.commitment().empty())
    *key.mutable_sealed_revocation_reason() = entry.revocation_reason;
  key.set_erased(IsErased(SubjectOf(entry.person_id)));
  return key;
}

absl::StatusOr<v1::Person> DirectoryMachine::GetPerson(absl::string_view person_id) const {
  const auto found = persons_.find(person_id);
  if (found == persons_.end()) return NoSuchPerson(person_id);
  return ToProto(found->second);
}

absl::StatusOr<v1::Organization> DirectoryMachine::GetOrganization(
    absl::string_view organization_id) const {
  const OrganizationEntry* entry = FindOrganization(organization_id);
  if (entry == nullptr) return NoSuchOrganization(organization_id);
  return directory::ToProto(*entry);
}

std::vector<v1::Person> DirectoryMachine::ListPersons(absl::string_view after_id,
                                                      size_t limit) const {
  return ListFrom(persons_, after_id, limit, kAll,
                  [this](const PersonEntry& entry) { return ToProto(entry); });
}

std::vector<v1::Organization> DirectoryMachine::ListOrganizations(absl::string_view after_id,
                                                                  size_t limit) const {
  return ListFrom(organizations_, after_id, limit, kAll,
                  [](const OrganizationEntry& entry) { return directory::ToProto(entry); });
}

std::vector<v1::Membership> DirectoryMachine::ListMemberships(absl::string_view organization_id,
                                                              absl::string_view after_id,
                                                              size_t limit) const {
  const auto wanted = [&](const MembershipEntry& entry) {
    return organization_id.empty() || entry.organization_id == organization_id;
  };
  return ListFrom(memberships_, after_id, limit, wanted,
                  [](const MembershipEntry& entry) { return directory::ToProto(entry); });
}

std::vector<v1::Key> DirectoryMachine::ListKeys(absl::string_view person_id,
                                                absl::string_view after_id, size_t limit) const {
  const auto wanted = [&](const KeyEntry& entry) {
    return person_id.empty() || entry.person_id == person_id;
  };
  return ListFrom(keys_, after_id, limit, wanted,
                  [this](const KeyEntry& entry) { return ToProto(entry); });
}

void DirectoryMachine::Visit(const ResourceVisitor& visitor) const {
  if (founded()) visitor(GetBody());
  for (const auto& [id, entry] : persons_) visitor(ToProto(entry));
  for (const auto& [id, entry] : organizations_) visitor(directory::ToProto(entry));
  for (const auto& [id, entry] : memberships_) visitor(directory::ToProto(entry));
  for (const auto& [id, entry] : keys_) visitor(ToProto(entry));
  for (const auto& [id, entry] : codes_) {
    v1::EnrolmentCode code;
    code.set_key_id(id);
    code.set_person_id(entry.person_id);
    code.set_issued_by(entry.issued_by);
    code.set_used(entry.used);
    if (entry.expire_time != absl::InfiniteFuture())
      *code.mutable_expire_time() = ToTimestamp(entry.expire_time);
    visitor(code);
  }
  for (const auto& [record, erasure] : erasures_) visitor(erasure);
}

}  // namespace votum::directory
