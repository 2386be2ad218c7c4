#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/command/timestamps.h"
#include "core/directory/directory_machine.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rules/profile.h"
#include "tests/harness/people.h"

namespace votum::directory {
namespace {

using testing::About;
using testing::NewPerson;
using testing::SubjectOf;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

crypto::PublicKey NewKey() {
  return crypto::PrivateKey::Generate(crypto::KeyType::kEd25519)->public_key();
}

// The fold enters what each record seals.
Sealing SealingUnder(const std::string& subject) {
  Sealing sealing;
  sealing.index = 3;
  common::v1::AttachmentRef& ref = sealing.parts.emplace_back().ref;
  ref.set_subject(subject);
  ref.set_commitment(std::string(crypto::kDigestSize, 'c'));
  return sealing;
}

class DirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    v1::FoundDeployment found;
    found.mutable_header()->set_deployment("votum.test/log");
    found.set_deployment("votum.test/log");
    found.set_body_name("Stadt Test");
    found.set_administrator_id("anna");
    *found.mutable_administrator_name() = About("anna", "Anna").ref;
    founding_code_ = NewKey().spki_der();
    found.set_code_public_key(founding_code_);
    ASSERT_OK(Do("", found, 0));
    anna_key_ = Enrol("anna", founding_code_);
  }

  template <typename Command>
  absl::Status Do(const std::string& actor, const Command& command, uint64_t index = 1,
                  const std::string& key_id = "") {
    CommandContext context;
    context.index = index;
    context.time = now_;
    context.actor = actor;
    context.key_id = key_id;
    const absl::Status status = machine_.Check(context, command);
    if (status.ok()) machine_.Apply(context, command);
    return status;
  }

  absl::Status Register(const std::string& id) { return Do("anna", NewPerson(id)); }
  absl::Status Grant(const std::string& id, common::v1::Office office) {
    v1::GrantOffice grant;
    grant.set_person_id(id);
    grant.set_office(office);
    return Do("anna", grant);
  }
  // Enrols a new key with the code; its id.
  std::string Enrol(const std::string& person, const std::string& code_der) {
    const crypto::PublicKey key = NewKey();
    v1::EnrolKey enrol;
    enrol.mutable_header()->set_public_key(key.spki_der());
    enrol.set_code_key_id(crypto::PublicKey::FromSpkiDer(code_der)->id());
    *enrol.mutable_label() = About(person, "tablet").ref;
    EXPECT_OK(Do(person, enrol, 1, key.id()));
    return key.id();
  }
  std::string IssueAndEnrol(const std::string& issuer, const std::string& person) {
    v1::IssueEnrolmentCode issue;
    issue.set_person_id(person);
    issue.set_code_public_key(NewKey().spki_der());
    *issue.mutable_expire_time() = ToTimestamp(now_ + absl::Hours(1));
    EXPECT_OK(Do(issuer, issue));
    return Enrol(person, issue.code_public_key());
  }
  absl::Status Confirm(const std::string& actor, const std::string& key_id) {
    v1::ConfirmKey confirm;
    confirm.set_key_id(key_id);
    return Do(actor, confirm);
  }
  absl::Status Revoke(const std::string& actor, const std::string& key_id) {
    v1::RevokeKey revoke;
    revoke.set_key_id(key_id);
    const KeyEntry* key = machine_.FindKey(key_id);
    if (key != nullptr) *revoke.mutable_reason() = About(key->person_id, "lost").ref;
    return Do(actor, revoke);
  }

  absl::Time now_ = kNow;
  std::string founding_code_;
  std::string anna_key_;
  DirectoryMachine machine_;
};

TEST_F(DirectoryTest, IsFoundedOnceByTheFirstRecord) {
  v1::FoundDeployment again;
  EXPECT_THAT(Do("", again, 0), IsRefused(Reason::kAlreadyFounded));
  EXPECT_EQ(machine_.FindKey(anna_key_)->state, v1::KEY_STATE_ACTIVE)
      << "the founder's first key needs nobody";
  EXPECT_TRUE(machine_.FindCode(crypto::PublicKey::FromSpkiDer(founding_code_)->id())->used);
}

TEST_F(DirectoryTest, KeysNeedFourEyesOnceThereAreTwoAdministrators) {
  ASSERT_OK(Register("bernd"));
  ASSERT_OK(Grant("bernd", common::v1::OFFICE_ADMINISTRATOR));
  const std::string bernd_key = IssueAndEnrol("anna", "bernd");
  EXPECT_EQ(machine_.FindKey(bernd_key)->state, v1::KEY_STATE_ENROLLED);
  EXPECT_OK(Confirm("anna", bernd_key)) << "the first confirms the second alone, once";

  ASSERT_OK(Register("m1"));
  const std::string key = IssueAndEnrol("anna", "m1");
  EXPECT_THAT(Confirm("anna", key), IsRefused(Reason::kSamePerson));
  EXPECT_THAT(Confirm("m1", key), IsRefused(Reason::kSamePerson));
  EXPECT_OK(Confirm("bernd", key));
  EXPECT_EQ(machine_.FindKey(key)->confirmed_by, "bernd");
  EXPECT_THAT(Confirm("bernd", key), IsRefused(Reason::kKeyNotWaiting));
}

TEST_F(DirectoryTest, TheFoundingEndsForGoodAndTheMayorIsTheRoadBack) {
  const auto admit = [&](const char* id, common::v1::Office office) {
    EXPECT_OK(Register(id));
    EXPECT_OK(Grant(id, office));
    return IssueAndEnrol("anna", id);
  };
  EXPECT_TRUE(machine_.founding());
  const std::string bernd = admit("bernd", common::v1::OFFICE_ADMINISTRATOR);
  EXPECT_TRUE(machine_.founding()) << "the key is not in force yet";
  ASSERT_OK(Register("max"));
  ASSERT_OK(Grant("max", common::v1::OFFICE_MAYOR));
  EXPECT_THAT(Confirm("max", bernd), IsRefused(Reason::kOfficeMissing)) << "the founder does";
  ASSERT_OK(Confirm("anna", bernd));
  EXPECT_FALSE(machine_.founding());
  EXPECT_THAT(Confirm("max", admit("carla", common::v1::OFFICE_ADMINISTRATOR)),
              IsRefused(Reason::kOfficeMissing))
      << "two administrators are there";

  v1::RevokeKey revoke;
  revoke.set_key_id(bernd);
  *revoke.mutable_reason() = About("bernd", "lost").ref;
  ASSERT_OK(Do("bernd", revoke));
  EXPECT_FALSE(machine_.founding());
  const std::string straw = admit("straw", common::v1::OFFICE_ADMINISTRATOR);
  EXPECT_THAT(Confirm("anna", straw), IsRefused(Reason::kSamePerson)) << "she issued its code";
  ASSERT_OK(Register("m1"));
  EXPECT_THAT(Confirm("max", IssueAndEnrol("anna", "m1")), IsRefused(Reason::kOfficeMissing))
      << "a member's key";
  EXPECT_OK(Confirm("max", straw));
}

TEST_F(DirectoryTest, WhoeverWasLetInConfirmsNoKeyOfTheirPatronWithinTheHour) {
  ASSERT_OK(Register("bernd"));
  ASSERT_OK(Grant("bernd", common::v1::OFFICE_ADMINISTRATOR));
  ASSERT_OK(Confirm("anna", IssueAndEnrol("anna", "bernd")));
  ASSERT_OK(Register("straw"));
  ASSERT_OK(Grant("straw", common::v1::OFFICE_ADMINISTRATOR));
  const std::string straw = IssueAndEnrol("bernd", "straw");
  ASSERT_OK(Confirm("anna", straw));
  ASSERT_OK(Register("m1"));
  v1::ConfirmKey confirm;
  confirm.set_key_id(IssueAndEnrol("anna", "m1"));
  EXPECT_THAT(Do("straw", confirm, 1, straw), IsRefused(Reason::kKeyJustConfirmed));
  now_ += kKeySettles;
  EXPECT_OK(Do("straw", confirm, 1, straw));
}

TEST_F(DirectoryTest, AProfileIsShownWithItsOrigin) {
  v1::CreateOrganization create;
  create.set_organization_id("rat");
  create.set_name("Rat");
  create.set_kind(v1::ORGANIZATION_KIND_COUNCIL);
  create.set_statutory_number(3);
  ASSERT_OK(Do("anna", create));
  EXPECT_EQ(machine_.GetOrganization("rat")->profile_origin(), v1::PROFILE_ORIGIN_UNSPECIFIED);
  const auto origin = [&](const rules::v1::RuleProfile& profile) {
    v1::AdoptRuleProfile adopt;
    adopt.set_organization_id("rat");
    *adopt.mutable_profile() = profile;
    EXPECT_OK(Do("anna", adopt));
    return machine_.GetOrganization("rat")->profile_origin();
  };
  for (const rules::v1::RuleProfile& profile : rules::BuiltInProfiles())
    EXPECT_EQ(origin(profile), v1::PROFILE_ORIGIN_BUILT_IN) << profile.id();
  rules::v1::RuleProfile other = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  other.mutable_motions(0)->set_numerator(1);
  other.mutable_motions(0)->set_denominator(10);
  EXPECT_EQ(origin(other), v1::PROFILE_ORIGIN_ALTERED);
  other.set_id("de-nw-rat-eigen");
  EXPECT_EQ(origin(other), v1::PROFILE_ORIGIN_OWN);
}

TEST_F(DirectoryTest, TheFirstAdministratorMayNotConfirmMembersAlone) {
  ASSERT_OK(Register("m1"));
  EXPECT_THAT(Confirm("anna", IssueAndEnrol("anna", "m1")), IsRefused(Reason::kSamePerson));
}

TEST_F(DirectoryTest, RevocationByOwnerOrAdministratorButNeverOfTheLast) {
  ASSERT_OK(Register("bernd"));
  ASSERT_OK(Grant("bernd", common::v1::OFFICE_ADMINISTRATOR));
  const std::string bernd_key = IssueAndEnrol("anna", "bernd");
  EXPECT_THAT(Revoke("anna", anna_key_), IsRefused(Reason::kLastAdministrator));
  ASSERT_OK(Confirm("anna", bernd_key));
  ASSERT_OK(Register("m1"));
  EXPECT_THAT(Revoke("m1", bernd_key), IsRefused(Reason::kOfficeMissing));
  EXPECT_OK(Revoke("bernd", anna_key_));
  EXPECT_THAT(Revoke("bernd", anna_key_), IsRefused(Reason::kAlreadyRevoked));
  EXPECT_THAT(Revoke("bernd", bernd_key), IsRefused(Reason::kLastAdministrator));
  EXPECT_THAT(Revoke("bernd", "no such key"), IsRefused(Reason::kNoSuchKey));
  v1::WithdrawOffice withdraw;
  withdraw.set_person_id("bernd");
  withdraw.set_office(common::v1::OFFICE_ADMINISTRATOR);
  EXPECT_THAT(Do("bernd", withdraw), IsRefused(Reason::kLastAdministrator));
}

TEST_F(DirectoryTest, OrganizationsMembershipsAndSeats) {
  v1::CreateOrganization rat;
  rat.set_organization_id("rat");
  rat.set_name("Rat");
  rat.set_kind(v1::ORGANIZATION_KIND_COUNCIL);
  EXPECT_THAT(Do("anna", rat), IsRefused(Reason::kBadStatutoryNumber));
  rat.set_statutory_number(2);
  ASSERT_OK(Do("anna", rat));
  EXPECT_THAT(Do("anna", rat), IsRefused(Reason::kOrganizationExists));

  const auto join = [&](const std::string& person, bool voting) {
    v1::AddMembership add;
    add.set_membership_id("rat-" + person);
    add.set_person_id(person);
    add.set_organization_id("rat");
    add.set_role(v1::MEMBERSHIP_ROLE_MEMBER);
    add.set_voting_right(voting);
    return Do("anna", add);
  };
  EXPECT_THAT(join("nobody", true), IsRefused(Reason::kNoSuchPerson));
  for (const char* person : {"m1", "m2", "m3"}) ASSERT_OK(Register(person));
  EXPECT_OK(join("m1", true));
  EXPECT_THAT(join("m1", true), IsRefused(Reason::kMembershipExists));
  EXPECT_OK(join("m2", true));
  EXPECT_THAT(join("m3", true), IsRefused(Reason::kNoSeatLeft));
  EXPECT_OK(join("m3", false)) << "advisers take no seat";
  EXPECT_EQ(machine_.ActiveMembers("rat").size(), 3u);

  v1::EndMembership end;
  end.set_membership_id("rat-m1");
  EXPECT_OK(Do("anna", end));
  EXPECT_THAT(Do("anna", end), IsRefused(Reason::kMembershipEnded));
  EXPECT_EQ(machine_.ActiveMembership("m1", "rat"), nullptr);
}

TEST_F(DirectoryTest, RulesAreAdoptedByCouncilsAndMustBeComplete) {
  v1::CreateOrganization faction;
  faction.set_organization_id("blau");
  faction.set_name("Blau");
  faction.set_kind(v1::ORGANIZATION_KIND_FACTION);
  ASSERT_OK(Do("anna", faction));
  v1::CreateOrganization rat;
  rat.set_organization_id("rat");
  rat.set_name("Rat");
  rat.set_kind(v1::ORGANIZATION_KIND_COUNCIL);
  rat.set_statutory_number(45);
  ASSERT_OK(Do("anna", rat));
  v1::AdoptRuleProfile adopt;
  adopt.set_organization_id("blau");
  *adopt.mutable_profile() = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  EXPECT_THAT(Do("anna", adopt), IsRefused(Reason::kBadKind));
  adopt.set_organization_id("rat");
  EXPECT_OK(Do("anna", adopt, 42));
  EXPECT_EQ(machine_.FindOrganization("rat")->profile_index, 42u);
  adopt.mutable_profile()->clear_motions();
  EXPECT_THAT(Do("anna", adopt), IsRefused(Reason::kBadProfile));
}

TEST_F(DirectoryTest, BadFieldsAreNamed) {
  EXPECT_THAT(Register("Großbuchstabe"), IsRefused(Reason::kBadId));
  ASSERT_OK(Register("m1"));
  EXPECT_THAT(Register("m1"), IsRefused(Reason::kPersonExists));
  EXPECT_THAT(Grant("nobody", common::v1::OFFICE_CLERK), IsRefused(Reason::kNoSuchPerson));
  EXPECT_THAT(Grant("m1", common::v1::OFFICE_UNSPECIFIED), IsRefused(Reason::kBadOffice));
  ASSERT_OK(Grant("m1", common::v1::OFFICE_CLERK));
  EXPECT_THAT(Grant("m1", common::v1::OFFICE_CLERK), IsRefused(Reason::kOfficeHeld));
  v1::IssueEnrolmentCode issue;
  issue.set_person_id("m1");
  issue.set_code_public_key("not a key");
  EXPECT_THAT(Do("anna", issue), IsRefused(Reason::kBadPublicKey));
  issue.set_code_public_key(NewKey().spki_der());
  *issue.mutable_expire_time() = ToTimestamp(now_);
  EXPECT_THAT(Do("anna", issue), IsRefused(Reason::kBadExpiry));
}

TEST_F(DirectoryTest, AudiencesFollowOfficesAndMemberships) {
  ASSERT_OK(Register("m1"));
  EXPECT_FALSE(machine_.BelongsToCouncilOrAdministration("m1"));
  ASSERT_OK(Grant("m1", common::v1::OFFICE_CLERK));
  EXPECT_TRUE(machine_.BelongsToCouncilOrAdministration("m1"));
}

// Two administrators give it: core/fold/acts.h.
TEST_F(DirectoryTest, AMachineIsNoPerson) {
  ASSERT_OK(Register("zeuge"));
  ASSERT_OK(Register("kai"));
  ASSERT_OK(Grant("kai", common::v1::OFFICE_CLERK));
  v1::CreateOrganization faction;
  faction.set_organization_id("fraktion");
  faction.set_name("Fraktion");
  faction.set_kind(v1::ORGANIZATION_KIND_FACTION);
  ASSERT_OK(Do("anna", faction));
  const auto join = [&](const std::string& person) {
    v1::AddMembership add;
    add.set_membership_id("fraktion-" + person);
    add.set_person_id(person);
    add.set_organization_id("fraktion");
    add.set_role(v1::MEMBERSHIP_ROLE_MEMBER);
    return Do("anna", add);
  };
  const auto appoint = [&](const std::string& person,
                           common::v1::Office office = common::v1::OFFICE_ATTESTER) {
    v1::AppointMachine command;
    command.set_person_id(person);
    command.set_office(office);
    return Do("anna", command);
  };

  EXPECT_THAT(appoint("nobody"), IsRefused(Reason::kNoSuchPerson));
  EXPECT_THAT(appoint("zeuge", common::v1::OFFICE_AUDITOR), IsRefused(Reason::kBadOffice));
  EXPECT_THAT(appoint("zeuge", common::v1::OFFICE_UNSPECIFIED), IsRefused(Reason::kBadOffice));
  EXPECT_THAT(Grant("zeuge", common::v1::OFFICE_ATTESTER), IsRefused(Reason::kBadOffice))
      << "one administrator is not enough";
  EXPECT_THAT(appoint("kai"), IsRefused(Reason::kMachine)) << "a clerk";
  ASSERT_OK(Register("mia"));
  ASSERT_OK(join("mia"));
  EXPECT_THAT(appoint("mia"), IsRefused(Reason::kMachine)) << "a member";

  EXPECT_FALSE(machine_.IsMachine("zeuge"));
  ASSERT_OK(appoint("zeuge"));
  EXPECT_TRUE(machine_.IsMachine("zeuge"));
  EXPECT_FALSE(machine_.BelongsToCouncilOrAdministration("zeuge"));
  EXPECT_THAT(appoint("zeuge"), IsRefused(Reason::kOfficeHeld));
  EXPECT_THAT(Grant("zeuge", common::v1::OFFICE_CLERK), IsRefused(Reason::kMachine));
  EXPECT_THAT(join("zeuge"), IsRefused(Reason::kMachine));

  v1::WithdrawOffice withdraw;
  withdraw.set_person_id("zeuge");
  withdraw.set_office(common::v1::OFFICE_ATTESTER);
  ASSERT_OK(Do("anna", withdraw));
  EXPECT_OK(join("zeuge"));
}

TEST_F(DirectoryTest, SubjectsAreErasedOnce) {
  const std::string subject(16, 's');
  machine_.Own(SealingUnder(subject));
  v1::EraseSubjects erase;
  erase.set_legal_ground("Art. 17 (1) (a) GDPR");
  EXPECT_THAT(Do("anna", erase), IsRefused(Reason::kBadSubject)) << "none is named";
  erase.add_subjects("short");
  EXPECT_THAT(Do("anna", erase), IsRefused(Reason::kBadSubject));
  erase.set_subjects(0, subject);
  erase.add_subjects(subject);
  EXPECT_THAT(Do("anna", erase), IsRefused(Reason::kBadSubject)) << "named twice";
  erase.mutable_subjects()->RemoveLast();
  EXPECT_FALSE(machine_.IsErased(subject));
  // A second person has confirmed it: core/fold/acts.h.
  CommandContext context;
  context.index = 5;
  context.time = now_;
  context.actor = "anna";
  context.second = "bert";
  context.effect_index = 9;
  ASSERT_OK(machine_.Check(context, erase));
  machine_.Apply(context, erase);
  EXPECT_TRUE(machine_.IsErased(subject));
  ASSERT_EQ(machine_.erased_subjects().size(), 1u);
  EXPECT_EQ(*machine_.erased_subjects().Find(0), subject);
  EXPECT_THAT(Do("anna", erase), IsRefused(Reason::kAlreadyErased));
  const v1::Erasure erasure = machine_.ListErasures(5, 10).at(0);
  EXPECT_EQ(erasure.record(), 5u);
  EXPECT_EQ(erasure.actor_id(), "anna");
  EXPECT_EQ(erasure.confirmer_id(), "bert");
  EXPECT_EQ(erasure.confirm_record(), 9u);
  EXPECT_TRUE(machine_.ListErasures(6, 10).empty());
}

TEST_F(DirectoryTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  ASSERT_OK(Register("m1"));
  Enrol("m1", founding_code_);
  const DirectoryState then = machine_.state();
  const crypto::Digest digest = DigestOf(then);
  ASSERT_OK(Grant("m1", common::v1::OFFICE_CLERK));
  const DirectoryState& now = machine_.state();
  EXPECT_TRUE(then.persons.Find("m1")->offices.empty());
  EXPECT_EQ(now.persons.Find("m1")->offices.size(), 1u);
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_THAT(Differences(then, now), ::testing::StartsWith("persons[\"m1\"].offices: "));
  DirectoryState restored;
  ASSERT_TRUE(Decode(Encode(now), restored));
  EXPECT_EQ(Differences(restored, now), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(now));
  EXPECT_EQ(restored.keys.Find(anna_key_)->public_key->id(), anna_key_);
}

// Rights are looked up in tables that follow from others: whatever people do, they agree with these.
TEST_F(DirectoryTest, LookUpsAgreeWithWhatTheyFollowFrom) {
  std::mt19937 random(20261129);
  const std::vector<std::string> people = {"m1", "m2", "m3"};
  for (const std::string& person : people) ASSERT_OK(Register(person));
  for (const char* id : {"rat", "blau"}) {
    v1::CreateOrganization organization;
    organization.set_organization_id(id);
    organization.set_name(id);
    organization.set_kind(v1::ORGANIZATION_KIND_FACTION);
    ASSERT_OK(Do("anna", organization));
  }
  int done = 0;
  for (int step = 0; step < 300; ++step) {
    const std::string& person = people[random() % people.size()];
    const std::string organization = random() % 2 == 0 ? "rat" : "blau";
    v1::AddMembership add;
    add.set_membership_id(absl::StrCat(organization, step));
    add.set_person_id(person);
    add.set_organization_id(organization);
    add.set_role(v1::MEMBERSHIP_ROLE_MEMBER);
    v1::EndMembership end;
    const MembershipEntry* membership = machine_.ActiveMembership(person, organization);
    if (membership != nullptr) end.set_membership_id(membership->id);
    v1::WithdrawOffice withdraw;
    withdraw.set_person_id(person);
    withdraw.set_office(common::v1::OFFICE_ADMINISTRATOR);
    switch (random() % 4) {
      case 0:
        done += Do("anna", add).ok();
        break;
      case 1:
        done += Do("anna", end).ok();
        break;
      case 2:
        done += Grant(person, common::v1::OFFICE_ADMINISTRATOR).ok();
        break;
      default:
        done += Do("anna", withdraw).ok();
    }
    DirectoryState follows;
    for (const auto& [id, entry] : machine_.state().memberships) {
      if (entry.end.has_value()) continue;
      follows.members.MutableOrNew(entry.organization_id).InsertOrAssign(entry.person_id, id);
      follows.organizations_of.MutableOrNew(entry.person_id)
          .InsertOrAssign(entry.organization_id, {});
    }
    for (const auto& [id, entry] : machine_.state().persons) {
      if (entry.offices.count(common::v1::OFFICE_ADMINISTRATOR) > 0)
        follows.administrators.InsertOrAssign(id, {});
    }
    ASSERT_EQ(Differences(follows.members, machine_.state().members), "");
    ASSERT_EQ(Differences(follows.organizations_of, machine_.state().organizations_of), "");
    ASSERT_EQ(Differences(follows.administrators, machine_.state().administrators), "");
  }
  EXPECT_GT(done, 50);
}

// Everything about a person is under one subject, and no two persons share one.
class SealedAboutPeopleTest : public DirectoryTest {
 protected:
  void SetUp() override {
    DirectoryTest::SetUp();
    ASSERT_OK(Register("bernd"));
    ASSERT_OK(Grant("bernd", common::v1::OFFICE_ADMINISTRATOR));
    ASSERT_OK(Confirm("anna", IssueAndEnrol("anna", "bernd")));
    ASSERT_OK(Register("m1"));
    key_ = IssueAndEnrol("anna", "m1");
    ASSERT_OK(Confirm("bernd", key_));
  }
  absl::Status RevokeFor(const std::optional<common::v1::AttachmentRef>& reason) {
    v1::RevokeKey revoke;
    revoke.set_key_id(key_);
    if (reason.has_value()) *revoke.mutable_reason() = *reason;
    return Do("anna", revoke);
  }
  absl::Status EnrolLabelled(const common::v1::AttachmentRef& label) {
    v1::EnrolKey enrol;
    enrol.set_code_key_id(crypto::PublicKey::FromSpkiDer(founding_code_)->id());
    *enrol.mutable_label() = label;
    return Do("m1", enrol, 1, NewKey().id());
  }
  void Erase(const std::string& subject) {
    machine_.Own(SealingUnder(subject));
    v1::EraseSubjects erase;
    erase.set_legal_ground("Art. 17 (1) (a) GDPR");
    erase.add_subjects(subject);
    ASSERT_OK(Do("anna", erase));
  }

  std::string key_;
};

TEST_F(SealedAboutPeopleTest, TheStateHasReferencesAndNoNames) {
  const v1::Person person = *machine_.GetPerson("m1");
  EXPECT_EQ(person.sealed_name().commitment(), About("m1", "Name").ref.commitment());
  EXPECT_EQ(person.name(), "");
  EXPECT_FALSE(person.erased());
  const v1::Key key = machine_.ListKeys("m1", "", 1).at(0);
  EXPECT_EQ(key.sealed_label().commitment(), About("m1", "tablet").ref.commitment());
  EXPECT_FALSE(key.has_sealed_revocation_reason());
}

TEST_F(SealedAboutPeopleTest, NamesNeedASubjectOfTheirOwn) {
  v1::RegisterPerson person = NewPerson("m2");
  *person.mutable_name() = About("m1", "Name").ref;
  EXPECT_THAT(Do("anna", person), IsRefused(Reason::kSubjectTaken));
  *person.mutable_name() = About("anna", "Name").ref;
  EXPECT_THAT(Do("anna", person), IsRefused(Reason::kSubjectTaken)) << "the founder's";
  person.clear_name();
  EXPECT_THAT(Do("anna", person), IsRefused(Reason::kBadAttachment));
}

TEST_F(SealedAboutPeopleTest, LabelsAndReasonsAreUnderTheSubjectOfTheOwner) {
  EXPECT_THAT(EnrolLabelled(About("anna", "tablet").ref), IsRefused(Reason::kBadAttachment));
  EXPECT_THAT(RevokeFor(About("anna", "lost").ref), IsRefused(Reason::kBadAttachment));
  EXPECT_THAT(RevokeFor(std::nullopt), IsRefused(Reason::kBadAttachment));
  EXPECT_OK(RevokeFor(About("m1", "lost").ref));
  EXPECT_EQ(machine_.ListKeys("m1", "", 1).at(0).sealed_revocation_reason().commitment(),
            About("m1", "lost").ref.commitment());
}

TEST_F(SealedAboutPeopleTest, AfterAnErasureNothingIsSealedButKeysCanBeRevoked) {
  Erase(SubjectOf("m1"));
  EXPECT_TRUE(machine_.GetPerson("m1")->erased());
  EXPECT_FALSE(machine_.GetPerson("anna")->erased());
  EXPECT_TRUE(machine_.ListKeys("m1", "", 1).at(0).erased());
  EXPECT_THAT(EnrolLabelled(About("m1", "tablet").ref), IsRefused(Reason::kSubjectErased));
  EXPECT_THAT(RevokeFor(About("m1", "lost").ref), IsRefused(Reason::kSubjectErased));
  EXPECT_OK(RevokeFor(std::nullopt));
  EXPECT_EQ(machine_.FindKey(key_)->state, v1::KEY_STATE_REVOKED);
}

}  // namespace
}  // namespace votum::directory
