#include "tests/golden/directory_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/audit/archive.h"
#include "core/command/payload_type.h"
#include "crypto/commitment.h"
#include "crypto/dsse.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "rules/profile.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::testing {
namespace {

namespace v1 = directory::v1;

void Grant(SmallLog& log, const std::string& actor, const std::string& person,
           common::v1::Office office) {
  v1::GrantOffice grant;
  grant.set_person_id(person);
  grant.set_office(office);
  log.Append(actor, std::move(grant));
}

void AddOrganizationWithMembers(SmallLog& log) {
  v1::CreateOrganization council;
  council.set_organization_id("rat");
  council.set_name("Rat");
  council.set_kind(v1::ORGANIZATION_KIND_COUNCIL);
  council.set_statutory_number(1);
  log.Append("anna", v1::CreateOrganization(council));
  log.Append("anna", std::move(council));  // void: it exists
  v1::AddMembership member;
  member.set_membership_id("rat-carla");
  member.set_person_id("carla");
  member.set_organization_id("rat");
  member.set_role(v1::MEMBERSHIP_ROLE_CHAIR);
  member.set_voting_right(true);
  log.Append("anna", v1::AddMembership(member));
  member.set_membership_id("rat-dora");
  member.set_person_id("dora");
  log.Append("anna", v1::AddMembership(member));  // void: no seat is left
  v1::EndMembership end;
  end.set_membership_id("rat-carla");
  log.Append("anna", v1::EndMembership(end));
  log.Append("anna", std::move(end));  // void: it has ended
  log.Append("anna", std::move(member));
  v1::AdoptRuleProfile adopt;
  adopt.set_organization_id("rat");
  *adopt.mutable_profile() = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  log.Append("anna", std::move(adopt));
}

void GrantAndWithdrawOffices(SmallLog& log) {
  Grant(log, "anna", "carla", common::v1::OFFICE_CLERK);
  Grant(log, "carla", "dora", common::v1::OFFICE_CLERK);   // void: carla is no administrator
  Grant(log, "anna", "nobody", common::v1::OFFICE_CLERK);  // void: there is no such person
  v1::WithdrawOffice withdraw;
  withdraw.set_person_id("carla");
  withdraw.set_office(common::v1::OFFICE_CLERK);
  log.Append("anna", v1::WithdrawOffice(withdraw));
  log.Append("anna", std::move(withdraw));  // void: she does not hold it
}

void EraseASubject(SmallLog& log) {
  v1::ProposeErasure propose;
  propose.set_erasure_id("e1");
  propose.add_subjects(std::string(16, 's'));
  propose.set_legal_ground("Art. 17 (1) (a) GDPR");
  log.Append("anna", std::move(propose));
  v1::ConfirmErasure confirm;
  confirm.set_erasure_id("e1");
  log.Append("anna", v1::ConfirmErasure(confirm));  // void: the same person
  log.Append("bert", v1::ConfirmErasure(confirm));
  log.Append("bert", std::move(confirm));  // void: it is confirmed
}

void ProposeAVersion(SmallLog& log) {
  v1::ProposeVersion propose;
  propose.set_version(1);
  log.Append("anna", v1::ProposeVersion(propose));  // void: it is in force
  propose.set_version(2);
  log.Append("anna", std::move(propose));
  v1::ActivateVersion activate;
  activate.set_version(2);
  log.Append("anna", std::move(activate));  // void: the same person
}

void RevokeAKey(SmallLog& log) {
  v1::RevokeKey revoke;
  revoke.set_key_id(log.KeyOf("carla").public_key().id());
  *revoke.mutable_reason() = About("carla", "lost").ref;
  log.Append("dora", v1::RevokeKey(revoke));  // void: not her key
  log.Append("carla", v1::RevokeKey(revoke));
  log.Append("carla", std::move(revoke));  // void: it is revoked
}

// What honest services never let in.
void AddFaults(SmallLog& log) {
  const std::string type = PayloadType(v1::RegisterPerson::descriptor());
  v1::RegisterPerson person;
  person.set_person_id("emil");
  *person.mutable_name() = About("emil", "Emil").ref;
  const common::v1::SignedCommand good = log.Sign("anna", &person);
  log.AppendSigned(good, "meetings");  // WRONG_SERVICE
  log.AppendSigned(good);
  log.AppendSigned(good);  // COMMAND_ID_REUSED
  person.set_person_id("frieda");
  *person.mutable_name() = About("frieda", "Frieda").ref;
  common::v1::SignedCommand bad = log.Sign("anna", &person);
  bad.mutable_signatures(0)->mutable_signature()->front() ^= 1;
  log.AppendSigned(bad);  // BAD_SIGNATURE
  bad = log.Sign("anna", &person);
  bad.clear_signatures();
  log.AppendSigned(bad);                    // UNSIGNED
  log.AppendBytes("anna", type, "\xff");    // BAD_COMMAND
  log.AppendBytes("anna", type + "x", "");  // UNKNOWN_COMMAND
  person.mutable_header()->set_deployment("votum.other.example/log");
  log.AppendBytes("anna", type, person.SerializeAsString());  // WRONG_DEPLOYMENT
  person.GetReflection()->MutableUnknownFields(&person)->AddVarint(999, 1);
  log.AppendBytes("anna", type, person.SerializeAsString());        // UNKNOWN_FIELD
  Grant(log, "anna", "dora", static_cast<common::v1::Office>(99));  // UNKNOWN_VALUE
}

}  // namespace

MadeLog MakeDirectoryLog() {
  SmallLog log;
  for (const char* id : {"carla", "dora"}) {
    log.Register(id);
    log.GiveKey(id, "bert");
  }
  log.Register("carla");  // void: she exists
  AddOrganizationWithMembers(log);
  GrantAndWithdrawOffices(log);
  EraseASubject(log);
  ProposeAVersion(log);
  AddFaults(log);
  RevokeAKey(log);
  MadeLog made;
  made.vkey = crypto::NoteVerifier::Create(kSmallDeployment, log.log_key())->vkey() + "\n";
  for (const std::string& record : log.records()) {
    const uint64_t index = static_cast<uint64_t>(&record - log.records().data());
    crypto::Salt salt;
    salt.fill(static_cast<uint8_t>(index));
    const crypto::Digest leaf = crypto::Commit(salt, record);
    absl::StrAppend(&made.records,
                    audit::FormatEntry({index, std::string(crypto::AsBytes(leaf)),
                                        std::string(crypto::AsBytes(salt)), record}),
                    "\n");
  }
  return made;
}

}  // namespace votum::testing
