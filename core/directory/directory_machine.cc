#include "core/directory/directory_machine.h"

#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"
#include "crypto/keys.h"
#include "rules/profile.h"
#include "rules/profile_origin.h"

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

// Entries of `table` after `after_id` that `wanted` takes, at most `limit`, as resources.
template <typename Entry, typename Wanted, typename ToProto>
auto ListFrom(const Table<std::string, Entry>& table, absl::string_view after_id, size_t limit,
              Wanted wanted, ToProto to_proto) {
  std::vector<std::invoke_result_t<ToProto, const Entry&>> resources;
  const auto end = table.end();
  for (auto it = table.upper_bound(after_id); it != end && resources.size() < limit; ++it) {
    if (wanted(it->second)) resources.push_back(to_proto(it->second));
  }
  return resources;
}

constexpr auto kAll = [](const auto&) { return true; };

// Takes `inner` out of the table of `outer`, and that too if nothing is left in it.
template <typename Value>
void Remove(Table<std::string, Table<std::string, Value>>& table, const std::string& outer,
            const std::string& inner) {
  Table<std::string, Value>& row = *table.Mutable(outer);
  row.Erase(inner);
  if (row.empty()) table.Erase(outer);
}

v1::ProfileOrigin OriginOf(const rules::v1::RuleProfile& profile) {
  switch (rules::OriginOf(profile)) {
    case rules::ProfileOrigin::kBuiltIn:
      return v1::PROFILE_ORIGIN_BUILT_IN;
    case rules::ProfileOrigin::kAltered:
      return v1::PROFILE_ORIGIN_ALTERED;
    case rules::ProfileOrigin::kOwn:
      return v1::PROFILE_ORIGIN_OWN;
  }
}

v1::Organization ToProto(const DirectoryState& state, const OrganizationEntry& entry) {
  v1::Organization organization;
  organization.set_id(entry.id);
  organization.set_name(entry.name);
  organization.set_kind(entry.kind);
  organization.set_statutory_number(entry.statutory_number);
  if (entry.profile_index.has_value()) {
    const rules::v1::RuleProfile& profile = *state.profiles.Find(*entry.profile_index);
    *organization.mutable_profile() = profile;
    organization.set_profile_index(*entry.profile_index);
    organization.set_profile_origin(OriginOf(profile));
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
  state_.deployment = command.deployment();
  state_.body_name = command.body_name();
  state_.simulated_clock = command.simulated_clock();
  state_.founder_id = command.administrator_id();
  AddPerson(state_.founder_id, command.administrator_name());
  AddOffice(state_.founder_id, common::v1::OFFICE_ADMINISTRATOR);
  const std::string code_id = crypto::PublicKey::FromSpkiDer(command.code_public_key())->id();
  CodeEntry& code = state_.codes.MutableOrNew(code_id);
  code.person_id = state_.founder_id;
  code.public_key_der = command.code_public_key();
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
  AddPerson(command.person_id(), command.name());
}

void DirectoryMachine::AddPerson(const std::string& id, const common::v1::AttachmentRef& name) {
  state_.persons.InsertOrAssign(id, {id, name, {}});
  state_.subjects.InsertOrAssign(name.subject(), {});
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
  OrganizationEntry& entry = state_.organizations.MutableOrNew(command.organization_id());
  entry.id = command.organization_id();
  entry.name = command.name();
  entry.kind = command.kind();
  entry.statutory_number = command.statutory_number();
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::AddMembership& command) const {
  RETURN_IF_ERROR(CheckId("membership_id", command.membership_id()));
  if (state_.memberships.Contains(command.membership_id())) {
    return Refuse(Reason::kMembershipExists, absl::StrCat("membership ", command.membership_id(),
                                                          " exists; choose another id"));
  }
  if (!PersonExists(command.person_id())) return NoSuchPerson(command.person_id());
  RETURN_IF_ERROR(CheckNoMachine(command.person_id()));
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
  state_.memberships.InsertOrAssign(
      command.membership_id(),
      {command.membership_id(), command.person_id(), command.organization_id(), command.role(),
       command.voting_right(), context.time, std::nullopt});
  state_.members.MutableOrNew(command.organization_id())
      .InsertOrAssign(command.person_id(), command.membership_id());
  state_.organizations_of.MutableOrNew(command.person_id())
      .InsertOrAssign(command.organization_id(), {});
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::EndMembership& command) const {
  const MembershipEntry* membership = state_.memberships.Find(command.membership_id());
  if (membership == nullptr) {
    return Refuse(Reason::kNoSuchMembership,
                  absl::StrCat("there is no membership ", command.membership_id()));
  }
  if (membership->end.has_value()) {
    return Refuse(Reason::kMembershipEnded,
                  absl::StrCat("membership ", command.membership_id(), " has ended"));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::EndMembership& command) {
  MembershipEntry& entry = *state_.memberships.Mutable(command.membership_id());
  entry.end = context.time;
  Remove(state_.members, entry.organization_id, entry.person_id);
  Remove(state_.organizations_of, entry.person_id, entry.organization_id);
}

absl::Status DirectoryMachine::Check(const CommandContext&, const v1::GrantOffice& command) const {
  if (!PersonExists(command.person_id())) return NoSuchPerson(command.person_id());
  if (command.office() == common::v1::OFFICE_UNSPECIFIED ||
      !common::v1::Office_IsValid(command.office())) {
    return Refuse(Reason::kBadOffice, "office must name one");
  }
  RETURN_IF_ERROR(CheckPersonsOffice(command.office()));
  RETURN_IF_ERROR(CheckNoMachine(command.person_id()));
  if (HasOffice(command.person_id(), command.office())) {
    return Refuse(Reason::kOfficeHeld, absl::StrCat(command.person_id(), " holds ",
                                                    common::v1::Office_Name(command.office())));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext&, const v1::GrantOffice& command) {
  AddOffice(command.person_id(), command.office());
}

void DirectoryMachine::AddOffice(const std::string& person_id, common::v1::Office office) {
  state_.persons.Mutable(person_id)->offices.insert(office);
  if (office == common::v1::OFFICE_ADMINISTRATOR)
    state_.administrators.InsertOrAssign(person_id, {});
  EndFounding();
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
  state_.persons.Mutable(command.person_id())->offices.erase(command.office());
  if (command.office() == common::v1::OFFICE_ADMINISTRATOR)
    state_.administrators.Erase(command.person_id());
}

// ---------------------------------------------------------------------------------------------------------------------
// Keys

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::IssueEnrolmentCode& command) const {
  if (!PersonExists(command.person_id())) return NoSuchPerson(command.person_id());
  RETURN_IF_ERROR(CheckPublicKey("code_public_key", command.code_public_key()));
  const std::string id = crypto::PublicKey::FromSpkiDer(command.code_public_key())->id();
  if (state_.codes.Contains(id) || state_.keys.Contains(id)) {
    return Refuse(Reason::kCodeExists, "this code was issued before; make a new one");
  }
  if (FromTimestamp(command.expire_time()) <= context.time) {
    return Refuse(Reason::kBadExpiry, "expire_time must lie ahead");
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::IssueEnrolmentCode& command) {
  const std::string id = crypto::PublicKey::FromSpkiDer(command.code_public_key())->id();
  state_.codes.InsertOrAssign(id, {command.person_id(), command.code_public_key(), context.actor,
                                   FromTimestamp(command.expire_time()), false});
}

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::EnrolKey& command) const {
  if (command.has_label())
    RETURN_IF_ERROR(CheckSealedAbout(context.actor, "label", command.label()));
  if (state_.keys.Contains(context.key_id) || state_.codes.Contains(context.key_id)) {
    return Refuse(Reason::kKeyExists,
                  absl::StrCat("key ", context.key_id, " is known already; make a new key"));
  }
  // The fold has verified the code's signature, owner, use and expiry.
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::EnrolKey& command) {
  CodeEntry& code = *state_.codes.Mutable(command.code_key_id());
  code.used = true;
  const bool founders_first = context.actor == state_.founder_id && code.issued_by.empty();
  KeyEntry& key = state_.keys.MutableOrNew(context.key_id);
  key.id = context.key_id;
  key.person_id = context.actor;
  key.public_key = *crypto::PublicKey::FromSpkiDer(command.header().public_key());
  key.label = command.label();
  key.issued_by = code.issued_by;
  key.state = founders_first ? v1::KEY_STATE_ACTIVE : v1::KEY_STATE_ENROLLED;
  state_.keys_of.MutableOrNew(context.actor).InsertOrAssign(context.key_id, {});
}

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::ConfirmKey& command) const {
  const KeyEntry* key = FindKey(command.key_id());
  if (key == nullptr) return NoSuchKey(command.key_id());
  if (key->state != v1::KEY_STATE_ENROLLED) {
    return Refuse(Reason::kKeyNotWaiting,
                  absl::StrCat("key ", key->id, " does not wait for confirmation"));
  }
  return CheckMayConfirm(context, *key);
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::ConfirmKey& command) {
  const bool alone = founding();
  KeyEntry& key = *state_.keys.Mutable(command.key_id());
  key.state = v1::KEY_STATE_ACTIVE;
  key.confirmed_by = context.actor;
  if (!alone) key.confirm_time = context.time;
  EndFounding();
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
  const auto has_another = [&](const auto& administrator) {
    return HasActiveKey(administrator.first, /*except=*/key->id);
  };
  if (key->state == v1::KEY_STATE_ACTIVE && state_.administrators.Contains(key->person_id) &&
      std::none_of(state_.administrators.begin(), state_.administrators.end(), has_another)) {
    return Refuse(Reason::kLastAdministrator,
                  "nobody could enrol keys any more; enrol another administrator's first");
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext&, const v1::RevokeKey& command) {
  KeyEntry& key = *state_.keys.Mutable(command.key_id());
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
  state_.profiles.InsertOrAssign(context.index, command.profile());
  state_.organizations.Mutable(command.organization_id())->profile_index = context.index;
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

const KeyEntry* DirectoryMachine::FindKey(absl::string_view key_id) const {
  return state_.keys.Find(key_id);
}

const CodeEntry* DirectoryMachine::FindCode(absl::string_view code_key_id) const {
  return state_.codes.Find(code_key_id);
}

bool DirectoryMachine::PersonExists(absl::string_view person_id) const {
  return state_.persons.Contains(person_id);
}

bool DirectoryMachine::HasOffice(absl::string_view person_id, common::v1::Office office) const {
  const PersonEntry* person = state_.persons.Find(person_id);
  return person != nullptr && person->offices.count(office) > 0;
}

bool DirectoryMachine::HasAnyOffice(absl::string_view person_id,
                                    std::initializer_list<common::v1::Office> offices) const {
  return std::any_of(offices.begin(), offices.end(),
                     [&](common::v1::Office office) { return HasOffice(person_id, office); });
}

const OrganizationEntry* DirectoryMachine::FindOrganization(
    absl::string_view organization_id) const {
  return state_.organizations.Find(organization_id);
}

const MembershipEntry* DirectoryMachine::ActiveMembership(absl::string_view person_id,
                                                          absl::string_view organization_id) const {
  const auto* members = state_.members.Find(organization_id);
  const std::string* membership = members == nullptr ? nullptr : members->Find(person_id);
  return membership == nullptr ? nullptr : state_.memberships.Find(*membership);
}

std::vector<const MembershipEntry*> DirectoryMachine::ActiveMembers(
    absl::string_view organization_id) const {
  std::vector<const MembershipEntry*> entries;
  const auto* members = state_.members.Find(organization_id);
  if (members == nullptr) return entries;
  entries.reserve(members->size());
  for (const auto& [person, id] : *members) entries.push_back(state_.memberships.Find(id));
  return entries;
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
  const auto* organizations = state_.organizations_of.Find(person_id);
  return organizations != nullptr &&
         std::any_of(organizations->begin(), organizations->end(), [&](const auto& organization) {
           return IsCouncilOrCommittee(FindOrganization(organization.first)->kind);
         });
}

bool DirectoryMachine::HasActiveKey(absl::string_view person_id, absl::string_view except) const {
  const auto* keys = state_.keys_of.Find(person_id);
  return keys != nullptr && std::any_of(keys->begin(), keys->end(), [&](const auto& key) {
           return key.first != except && FindKey(key.first)->state == v1::KEY_STATE_ACTIVE;
         });
}

int DirectoryMachine::AdministratorsWithActiveKey() const {
  const auto has_key = [&](const auto& person) { return HasActiveKey(person.first); };
  return static_cast<int>(
      std::count_if(state_.administrators.begin(), state_.administrators.end(), has_key));
}

v1::Body DirectoryMachine::GetBody() const {
  v1::Body body;
  body.set_deployment(state_.deployment);
  body.set_name(state_.body_name);
  body.set_simulated_clock(state_.simulated_clock);
  body.set_version(state_.version);
  if (state_.accept_record != 0) *body.mutable_accepted_time() = ToTimestamp(state_.accepted_time);
  body.set_accept_record(state_.accept_record);
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
  key.set_public_key(entry.public_key->spki_der());
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
  const PersonEntry* entry = state_.persons.Find(person_id);
  if (entry == nullptr) return NoSuchPerson(person_id);
  return ToProto(*entry);
}

absl::StatusOr<v1::Organization> DirectoryMachine::GetOrganization(
    absl::string_view organization_id) const {
  const OrganizationEntry* entry = FindOrganization(organization_id);
  if (entry == nullptr) return NoSuchOrganization(organization_id);
  return directory::ToProto(state_, *entry);
}

std::vector<v1::Person> DirectoryMachine::ListPersons(absl::string_view after_id,
                                                      size_t limit) const {
  return ListFrom(state_.persons, after_id, limit, kAll,
                  [this](const PersonEntry& entry) { return ToProto(entry); });
}

std::vector<v1::Organization> DirectoryMachine::ListOrganizations(absl::string_view after_id,
                                                                  size_t limit) const {
  return ListFrom(
      state_.organizations, after_id, limit, kAll,
      [this](const OrganizationEntry& entry) { return directory::ToProto(state_, entry); });
}

std::vector<v1::Membership> DirectoryMachine::ListMemberships(absl::string_view organization_id,
                                                              absl::string_view after_id,
                                                              size_t limit) const {
  const auto wanted = [&](const MembershipEntry& entry) {
    return organization_id.empty() || entry.organization_id == organization_id;
  };
  return ListFrom(state_.memberships, after_id, limit, wanted,
                  [](const MembershipEntry& entry) { return directory::ToProto(entry); });
}

std::vector<v1::Key> DirectoryMachine::ListKeys(absl::string_view person_id,
                                                absl::string_view after_id, size_t limit) const {
  if (person_id.empty()) {
    return ListFrom(state_.keys, after_id, limit, kAll,
                    [this](const KeyEntry& entry) { return ToProto(entry); });
  }
  std::vector<v1::Key> keys;
  const auto* ids = state_.keys_of.Find(person_id);
  if (ids == nullptr) return keys;
  for (auto it = ids->upper_bound(after_id); it != ids->end() && keys.size() < limit; ++it)
    keys.push_back(ToProto(*FindKey(it->first)));
  return keys;
}

}  // namespace votum::directory
