// Acts of two persons: when they wait, when they take effect, and when they never do.
#include "core/fold/acts.h"

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rules/profile.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum {
namespace {

namespace v1 = directory::v1;
using directory::kKeySettles;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Program;
using testing::SmallLog;

// The act whose record is at this index.
v1::Act ActAt(const Acts& acts, uint64_t record) {
  const std::vector<v1::Act> found = acts.List(v1::ACT_STATE_UNSPECIFIED, record, 1);
  EXPECT_THAT(found, ::testing::SizeIs(1));
  EXPECT_EQ(found.at(0).record(), record);
  return found.at(0);
}

std::string Subject(int number) { return absl::StrCat("subject-", 10000000 + number); }

v1::EraseSubjects Erase(const std::vector<int>& subjects) {
  v1::EraseSubjects erase;
  erase.set_legal_ground("Art. 17 (1) (a) GDPR");
  for (const int subject : subjects) erase.add_subjects(Subject(subject));
  return erase;
}

v1::ActivateVersion Activate(uint32_t version) {
  v1::ActivateVersion activate;
  activate.set_version(version);
  return activate;
}

// `person` contradicts the act that is record `record`.
v1::Contradict Contradiction(const std::string& person, uint64_t record) {
  v1::Contradict contradict;
  contradict.set_record(record);
  *contradict.mutable_reason() = testing::About(person, "It is not true").ref;
  return contradict;
}

// A small town with anna and bert (administrators), carla (clerk), petra (auditor) and emil (a
// person with a key and no office).
class ActsTest : public ::testing::Test {
 protected:
  ActsTest() {
    for (const char* person : {"carla", "petra", "emil"}) {
      log_.Register(person);
      log_.GiveKey(person, "bert");
    }
    Grant("carla", common::v1::OFFICE_CLERK);
    Grant("petra", common::v1::OFFICE_AUDITOR);
    SealSubjects();
    log_.Wait(kKeySettles);
  }

  // Carla brings in ideas under the subjects 0 to 199.
  void SealSubjects() {
    ideas::v1::ImportIdeas import;
    import.set_source("workshop");
    for (int number = 0; number < 200; ++number) {
      ideas::v1::ImportedIdea& row = *import.add_ideas();
      row.set_import_key(absl::StrCat(number));
      row.mutable_content()->set_idea_id(absl::StrCat("idea-", number));
      row.mutable_content()->set_channel(ideas::v1::CHANNEL_WORKSHOP);
      row.mutable_content()->set_group(ideas::v1::SUBMITTER_GROUP_CITIZENS);
      const crypto::Salt salt = crypto::Sha256(Subject(number));
      *row.mutable_content()->mutable_text() = Seal(salt, Subject(number), "a bench").ref;
    }
    EXPECT_EQ(VoidReason(log_.Append("carla", std::move(import), "ideas")), std::nullopt);
  }
  // Appends `command` of `person`, for which nobody has signed yet as the second.
  uint64_t Give(const std::string& person, google::protobuf::Message&& command) {
    return log_.AppendSigned(log_.Sign(person, &command));
  }

  void Grant(const std::string& person, common::v1::Office office) {
    v1::GrantOffice grant;
    grant.set_person_id(person);
    grant.set_office(office);
    log_.Append("anna", std::move(grant));
  }
  void Withdraw(const std::string& person, common::v1::Office office) {
    v1::WithdrawOffice withdraw;
    withdraw.set_person_id(person);
    withdraw.set_office(office);
    log_.Append("anna", std::move(withdraw));
  }

  // Folds what is new, and why the record at `index` is void.
  std::optional<Reason> VoidReason(uint64_t index) {
    EXPECT_OK(program_.FoldAll());
    return program_.VoidReason(index);
  }
  v1::Act Act(uint64_t index) const { return ActAt(program_.fold().world().acts(), index); }
  const directory::DirectoryMachine& directory() const {
    return program_.fold().world().directory();
  }
  std::vector<std::string> ErasedSubjects() const {
    std::vector<std::string> subjects;
    for (const auto& [number, subject] : directory().erased_subjects()) subjects.push_back(subject);
    return subjects;
  }

  SmallLog log_;
  Program program_{log_, 9};
};

TEST_F(ActsTest, AnActWaitsAndTakesEffectWithItsConfirmation) {
  const uint64_t act = log_.Append("carla", Erase({1, 2}));
  EXPECT_EQ(VoidReason(act), std::nullopt);
  EXPECT_EQ(Act(act).state(), v1::ACT_STATE_PENDING);
  EXPECT_EQ(Act(act).key_id(), log_.KeyOf("carla").public_key().id());
  EXPECT_FALSE(directory().IsErased(Subject(1)));
  EXPECT_THAT(directory().ListErasures(0, 10), IsEmpty());
  EXPECT_TRUE(program_.fold().reach_log().OwnReach(act).is_public()) << "as any EraseSubjects";

  log_.Wait(absl::Hours(3));
  const uint64_t confirmation = log_.Confirm("petra", {act});
  EXPECT_EQ(VoidReason(confirmation), std::nullopt);
  EXPECT_THAT(ErasedSubjects(), ElementsAre(Subject(1), Subject(2)));
  const v1::Erasure erasure = directory().ListErasures(0, 10).at(0);
  EXPECT_EQ(erasure.record(), act);
  EXPECT_EQ(erasure.actor_id(), "carla");
  EXPECT_EQ(erasure.confirmer_id(), "petra");
  EXPECT_EQ(erasure.confirm_record(), confirmation);
  EXPECT_EQ(erasure.confirm_time().seconds(), absl::ToUnixSeconds(log_.time()))
      << "the time is that of the confirmation";
  EXPECT_EQ(Act(act).state(), v1::ACT_STATE_CONFIRMED);
  EXPECT_EQ(Act(act).payload(), "") << "the record has it";
}

// Each case gives one act of carla, then a Confirm; why that is void.
TEST_F(ActsTest, AConfirmIsRefused) {
  const uint64_t code =
      log_.Append("anna", v1::IssueEnrolmentCode());  // void, and no act of two persons
  const auto confirm = [&](const std::string& person, std::vector<uint64_t> acts) {
    return VoidReason(log_.Confirm(person, acts));
  };
  int subject = 0;
  const auto act = [&] { return log_.Append("carla", Erase({++subject})); };

  EXPECT_EQ(confirm("bert", {}), Reason::kBadActs);
  EXPECT_EQ(confirm("bert", std::vector<uint64_t>(kMaxConfirmedActs + 1, act())), Reason::kBadActs);
  const uint64_t twice = act();
  EXPECT_EQ(confirm("bert", {twice, twice}), Reason::kBadActs);
  EXPECT_EQ(confirm("bert", {code}), Reason::kNoSuchAct);
  EXPECT_EQ(confirm("carla", {act()}), Reason::kSamePerson);
  EXPECT_EQ(confirm("emil", {act()}), Reason::kOfficeMissing);
  v1::GrantOffice to_bert;
  to_bert.set_person_id("bert");
  to_bert.set_office(common::v1::OFFICE_CLERK);
  const uint64_t gift = Give("anna", std::move(to_bert));
  EXPECT_EQ(confirm("bert", {gift}), Reason::kSamePerson) << "whom it concerns is no second person";
  EXPECT_EQ(confirm("petra", {gift}), std::nullopt);
  EXPECT_EQ(confirm("carla", {log_.Append("anna", Activate(2))}), Reason::kOfficeMissing)
      << "each act says which office its second person needs";

  const uint64_t done = act();
  EXPECT_EQ(confirm("bert", {done}), std::nullopt);
  EXPECT_EQ(confirm("anna", {done}), Reason::kAlreadyConfirmed);

  v1::Confirm other = log_.ConfirmationOf({act()});
  other.mutable_acts(0)->mutable_digest()->front() ^= 1;
  EXPECT_EQ(VoidReason(log_.Append("bert", std::move(other))), Reason::kActDiffers);

  const uint64_t first = log_.Append("carla", Erase({99}));
  const uint64_t second = log_.Append("anna", Erase({99}));
  EXPECT_EQ(VoidReason(second), std::nullopt) << "it holds as long as the first one waits";
  EXPECT_EQ(confirm("bert", {first}), std::nullopt);
  EXPECT_EQ(confirm("bert", {second}), Reason::kAlreadyErased) << "it is checked again";
}

TEST_F(ActsTest, AnActLapsesAfterADay) {
  const uint64_t act = log_.Append("carla", Erase({1}));
  log_.Wait(kActLapse - absl::Seconds(1));  // a record takes the last second
  const uint64_t late = log_.Append("carla", Erase({2}));
  EXPECT_EQ(VoidReason(late), std::nullopt);
  const Envelope in_time = log_.Open("bert", log_.ConfirmationOf({act}));
  EXPECT_OK(program_.fold().Check(in_time, log_.time()));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kActLapsed);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {late})), std::nullopt);
}

TEST_F(ActsTest, WhoeverLostOfficeOrKeyActsNoMore) {
  const uint64_t act = log_.Append("carla", Erase({1}));
  Withdraw("carla", common::v1::OFFICE_CLERK);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kOfficeMissing);
  Grant("carla", common::v1::OFFICE_CLERK);
  EXPECT_OK(program_.FoldAll());
  EXPECT_OK(program_.fold().Check(log_.Open("bert", log_.ConfirmationOf({act})), log_.time()));
  v1::RevokeKey revoke;
  revoke.set_key_id(log_.KeyOf("carla").public_key().id());
  *revoke.mutable_reason() = testing::About("carla", "stolen").ref;
  log_.Append("anna", std::move(revoke));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kKeyRevoked)
      << "a thief may have signed the act";
}

TEST_F(ActsTest, ARefusalNamesTheRecord) {
  const uint64_t good = log_.Append("carla", Erase({1}));
  const uint64_t bad = log_.Append("anna", Erase({2}));
  ASSERT_OK(program_.FoldAll());
  const absl::Status status =
      program_.fold().Check(log_.Open("anna", log_.ConfirmationOf({good, bad})), log_.time());
  EXPECT_THAT(status, IsRefused(Reason::kSamePerson));
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("record ", bad)));
}

TEST_F(ActsTest, TheVersionIsInForceFromTheNextRecordOn) {
  // The second act is judged by the version in force at the Confirm, and by the state that the
  // first one leaves.
  const uint64_t two = log_.Append("anna", Activate(2));
  const uint64_t three = log_.Append("anna", Activate(3));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {three, two})), Reason::kBadVersion);
  EXPECT_EQ(directory().version(), 1u);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {two, three})), std::nullopt);
  EXPECT_EQ(directory().version(), 3u);
}

// Random erasures, and random Confirms of several of them, against sets: a Confirm holds if no
// subject would be erased twice and no act confirmed twice; else nothing at all is changed.
TEST_F(ActsTest, AConfirmCarriesOutAllActsOrNone) {
  std::mt19937 random(20261129);  // NOLINT: the same numbers in every run
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  std::vector<std::pair<uint64_t, std::vector<int>>> acts;
  std::set<std::string> erased;
  std::set<uint64_t> confirmed;
  int held = 0;
  int refused = 0;
  for (int step = 0; step < 120; ++step) {
    std::set<int> subjects;
    for (size_t i = 0; i <= below(3); ++i) subjects.insert(static_cast<int>(below(200)));
    const uint64_t act = log_.Append("carla", Erase({subjects.begin(), subjects.end()}));
    if (VoidReason(act) == std::nullopt)
      acts.emplace_back(act, std::vector<int>(subjects.begin(), subjects.end()));

    std::vector<uint64_t> chosen;
    std::set<std::string> erased_then = erased;
    bool holds = true;
    const size_t count = 1 + below(3);
    for (size_t i = 0; i < count; ++i) {
      const auto& [record, named] = acts[below(acts.size())];
      holds &= confirmed.count(record) == 0 &&
               std::find(chosen.begin(), chosen.end(), record) == chosen.end();
      chosen.push_back(record);
      for (const int subject : named) holds &= erased_then.insert(Subject(subject)).second;
    }
    const crypto::Digest before = program_.fold().StateDigest(Domain::kDirectory);
    const std::optional<Reason> reason = VoidReason(log_.Confirm("bert", chosen));
    ASSERT_EQ(reason == std::nullopt, holds) << "step " << step;
    if (holds) {
      erased = erased_then;
      confirmed.insert(chosen.begin(), chosen.end());
    } else {
      EXPECT_EQ(program_.fold().StateDigest(Domain::kDirectory), before);
    }
    ++(holds ? held : refused);
    const std::vector<std::string> now = ErasedSubjects();
    EXPECT_EQ(std::set<std::string>(now.begin(), now.end()), erased);
    EXPECT_EQ(now.size(), erased.size()) << "none twice";
  }
  EXPECT_GT(held, 10);
  EXPECT_GT(refused, 10);
}

TEST_F(ActsTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  const uint64_t act = log_.Append("carla", Erase({1}));
  ASSERT_EQ(VoidReason(act), std::nullopt);
  const ActsState then = program_.fold().world().acts().state();
  const crypto::Digest digest = DigestOf(then);
  ASSERT_EQ(VoidReason(log_.Confirm("bert", {act})), std::nullopt);
  const ActsState& now = program_.fold().world().acts().state();
  EXPECT_EQ(then.acts.Find(act)->act.state(), v1::ACT_STATE_PENDING);
  EXPECT_EQ(now.acts.Find(act)->act.state(), v1::ACT_STATE_CONFIRMED);
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_THAT(Differences(then, now), ::testing::StartsWith("acts["));
  ActsState restored;
  ASSERT_TRUE(Decode(Encode(now), restored));
  EXPECT_EQ(Differences(restored, now), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(now));
}

TEST_F(ActsTest, AreListedByRecordAndState) {
  std::vector<uint64_t> records;
  for (int subject = 0; subject < 4; ++subject)
    records.push_back(log_.Append("carla", Erase({subject})));
  log_.Confirm("bert", {records[1]});
  ASSERT_OK(program_.FoldAll());
  const auto list = [&](v1::ActState state, uint64_t from, size_t limit) {
    std::vector<uint64_t> found;
    for (const v1::Act& act : program_.fold().world().acts().List(state, from, limit))
      found.push_back(act.record());
    return found;
  };
  EXPECT_EQ(list(v1::ACT_STATE_UNSPECIFIED, records[0], 10), records);
  EXPECT_THAT(list(v1::ACT_STATE_PENDING, 0, 2), ElementsAre(records[0], records[2]));
  EXPECT_THAT(list(v1::ACT_STATE_PENDING, records[2] + 1, 2), ElementsAre(records[3]));
  EXPECT_THAT(list(v1::ACT_STATE_CONFIRMED, records[0], 10), ElementsAre(records[1]));
}

TEST_F(ActsTest, NobodyContradictsWhatConcernsThemNot) {
  const uint64_t act = log_.Append("carla", Erase({1}));
  EXPECT_EQ(VoidReason(log_.Append("emil", Contradiction("emil", act))), Reason::kNotConcerned);
  EXPECT_EQ(VoidReason(log_.Append("emil", Contradiction("emil", 0))), Reason::kNoSuchAct);
  EXPECT_EQ(VoidReason(log_.Append("emil", v1::Contradict())), Reason::kBadAttachment);
  EXPECT_EQ(VoidReason(log_.Append("emil", Contradiction("anna", act))), Reason::kBadAttachment)
      << "one's reason is sealed under one's own subject";
}

v1::GrantOffice GrantOf(const std::string& person, common::v1::Office office) {
  v1::GrantOffice grant;
  grant.set_person_id(person);
  grant.set_office(office);
  return grant;
}

v1::WithdrawOffice WithdrawalOf(const std::string& person, common::v1::Office office) {
  v1::WithdrawOffice withdraw;
  withdraw.set_person_id(person);
  withdraw.set_office(office);
  return withdraw;
}

TEST_F(ActsTest, AContradictionBlocksAPendingActForGood) {
  const uint64_t act = Give("anna", GrantOf("emil", common::v1::OFFICE_SECRETARY));
  ASSERT_EQ(VoidReason(act), std::nullopt);
  EXPECT_EQ(Act(act).concerned_id(), "emil");
  EXPECT_EQ(VoidReason(log_.Append("anna", Contradiction("anna", act))), Reason::kNotConcerned);
  EXPECT_EQ(VoidReason(log_.Append("emil", Contradiction("emil", act))), std::nullopt);
  EXPECT_EQ(Act(act).state(), v1::ACT_STATE_BLOCKED);
  EXPECT_EQ(program_.fold().world().acts().PendingCommand(act), nullptr);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kActBlocked);
  v1::Contradict again = Contradiction("emil", act);
  *again.mutable_reason() = testing::About("emil", "Once more").ref;
  EXPECT_EQ(VoidReason(log_.Append("emil", std::move(again))), Reason::kAlreadyContradicted);
  EXPECT_FALSE(directory().HasOffice("emil", common::v1::OFFICE_SECRETARY));
}

TEST_F(ActsTest, AContradictionFlagsAnActThatIsInEffect) {
  const uint64_t act = Give("anna", GrantOf("emil", common::v1::OFFICE_SECRETARY));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), std::nullopt);
  log_.Wait(absl::Hours(24 * 365));
  const uint64_t contradiction = log_.Append("emil", Contradiction("emil", act));
  EXPECT_EQ(VoidReason(contradiction), std::nullopt);
  EXPECT_EQ(Act(act).state(), v1::ACT_STATE_CONFIRMED);
  EXPECT_EQ(Act(act).contradict_record(), contradiction);
  EXPECT_TRUE(directory().HasOffice("emil", common::v1::OFFICE_SECRETARY)) << "it stays in effect";
}

TEST_F(ActsTest, WhoeverLosesAPowerDoesNotKeepItByContradicting) {
  v1::RevokeKey revoke;
  revoke.set_key_id(log_.KeyOf("carla").public_key().id());
  *revoke.mutable_reason() = testing::About("carla", "stolen").ref;
  const uint64_t withdrawal = Give("anna", WithdrawalOf("carla", common::v1::OFFICE_CLERK));
  const uint64_t revocation = Give("anna", std::move(revoke));
  int number = 0;
  for (const uint64_t act : {withdrawal, revocation}) {
    ASSERT_EQ(VoidReason(act), std::nullopt);
    EXPECT_EQ(Act(act).concerned_id(), "carla");
    v1::Contradict contradict = Contradiction("carla", act);
    *contradict.mutable_reason() = testing::About("carla", absl::StrCat("No ", ++number)).ref;
    EXPECT_EQ(VoidReason(log_.Append("carla", std::move(contradict))), std::nullopt);
    EXPECT_EQ(Act(act).state(), v1::ACT_STATE_PENDING);
    EXPECT_NE(Act(act).contradict_record(), 0u);
  }
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {withdrawal, revocation})), std::nullopt);
  EXPECT_FALSE(directory().HasOffice("carla", common::v1::OFFICE_CLERK));
  EXPECT_EQ(directory().FindKey(log_.KeyOf("carla").public_key().id())->state,
            v1::KEY_STATE_REVOKED);
}

TEST_F(ActsTest, ALapsedActNeedsNoContradiction) {
  const uint64_t act = Give("anna", GrantOf("emil", common::v1::OFFICE_SECRETARY));
  log_.Wait(kActLapse);
  EXPECT_EQ(VoidReason(log_.Append("emil", Contradiction("emil", act))), Reason::kActLapsed);
}

TEST_F(ActsTest, WhatConcernsNobodyElseIsGivenAlone) {
  const uint64_t resigned = Give("carla", v1::RevokeKey());
  EXPECT_EQ(VoidReason(resigned), Reason::kNoSuchKey);
  v1::RevokeKey revoke;
  revoke.set_key_id(log_.KeyOf("emil").public_key().id());
  *revoke.mutable_reason() = testing::About("emil", "lost").ref;
  EXPECT_EQ(VoidReason(Give("emil", std::move(revoke))), std::nullopt);
  EXPECT_EQ(directory().FindKey(log_.KeyOf("emil").public_key().id())->state,
            v1::KEY_STATE_REVOKED);
  EXPECT_EQ(VoidReason(Give("bert", WithdrawalOf("bert", common::v1::OFFICE_ADMINISTRATOR))),
            std::nullopt);
  EXPECT_FALSE(directory().HasOffice("bert", common::v1::OFFICE_ADMINISTRATOR));
}

// Each act that changes whose power is whose.
TEST_F(ActsTest, PowerOverOthersTakesTwo) {
  v1::CreateOrganization create;
  create.set_organization_id("rat");
  create.set_name("Rat");
  create.set_kind(v1::ORGANIZATION_KIND_COUNCIL);
  create.set_statutory_number(3);
  log_.Append("anna", std::move(create));
  v1::AddMembership add;
  add.set_membership_id("rat-emil");
  add.set_person_id("emil");
  add.set_organization_id("rat");
  add.set_role(v1::MEMBERSHIP_ROLE_MEMBER);
  const uint64_t joined = Give("anna", std::move(add));
  ASSERT_EQ(VoidReason(joined), std::nullopt);
  EXPECT_EQ(directory().ActiveMembership("emil", "rat"), nullptr) << "it waits";
  EXPECT_EQ(Act(joined).concerned_id(), "emil");
  EXPECT_EQ(VoidReason(log_.Confirm("anna", {joined})), Reason::kSamePerson);
  EXPECT_EQ(VoidReason(log_.Confirm("petra", {joined})), std::nullopt) << "an auditor";
  ASSERT_NE(directory().ActiveMembership("emil", "rat"), nullptr);

  v1::EndMembership end;
  end.set_membership_id("rat-emil");
  const uint64_t ended = Give("anna", std::move(end));
  v1::AdoptRuleProfile adopt;
  adopt.set_organization_id("rat");
  *adopt.mutable_profile() = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  const uint64_t adopted = Give("anna", std::move(adopt));
  ASSERT_EQ(VoidReason(ended), std::nullopt);
  ASSERT_EQ(VoidReason(adopted), std::nullopt);
  EXPECT_EQ(Act(ended).concerned_id(), "emil");
  EXPECT_NE(directory().ActiveMembership("emil", "rat"), nullptr);
  EXPECT_FALSE(directory().FindOrganization("rat")->profile_index.has_value());
  EXPECT_EQ(VoidReason(log_.Confirm("carla", {ended})), Reason::kOfficeMissing);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {ended, adopted})), std::nullopt);
  EXPECT_EQ(directory().ActiveMembership("emil", "rat"), nullptr);
  EXPECT_EQ(directory().FindOrganization("rat")->profile_index, adopted);
}

TEST_F(ActsTest, OnePersonWithTwoOfficesIsOne) {
  Grant("anna", common::v1::OFFICE_MAYOR);
  const uint64_t act = Give("anna", GrantOf("emil", common::v1::OFFICE_CLERK));
  EXPECT_EQ(VoidReason(log_.Confirm("anna", {act})), Reason::kSamePerson);
}

TEST_F(ActsTest, WhoeverWasLetInThisHourIsNoSecondPersonForWhoeverLetThemIn) {
  log_.Register("straw");
  Grant("straw", common::v1::OFFICE_ADMINISTRATOR);
  log_.GiveKey("straw", "bert");
  const auto grant = [&](const std::string& person, common::v1::Office office) {
    return Give(person, GrantOf("emil", office));
  };
  const uint64_t of_bert = grant("bert", common::v1::OFFICE_CLERK);
  const uint64_t of_straw = grant("straw", common::v1::OFFICE_SECRETARY);
  EXPECT_EQ(VoidReason(log_.Confirm("straw", {of_bert})), Reason::kKeyJustConfirmed);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {of_straw})), Reason::kKeyJustConfirmed);
  EXPECT_EQ(VoidReason(log_.Confirm("anna", {of_straw})), std::nullopt) << "she did not";
  log_.Wait(kKeySettles);
  EXPECT_EQ(VoidReason(log_.Confirm("straw", {of_bert})), std::nullopt);
}

// Red team, a03: a straw man, confirmed under an exception that was brought about again.
TEST_F(ActsTest, TheFoundingDoesNotComeBackWithTheLastAdministrator) {
  v1::RevokeKey revoke;
  revoke.set_key_id(log_.KeyOf("bert").public_key().id());
  *revoke.mutable_reason() = testing::About("bert", "lost").ref;
  Give("bert", std::move(revoke));
  ASSERT_OK(program_.FoldAll());
  EXPECT_FALSE(directory().founding());
  const uint64_t act = Give("anna", GrantOf("straw", common::v1::OFFICE_ADMINISTRATOR));
  EXPECT_EQ(VoidReason(act), Reason::kNoSuchPerson);
  log_.Register("straw");
  const uint64_t grant = Give("anna", GrantOf("straw", common::v1::OFFICE_ADMINISTRATOR));
  EXPECT_EQ(VoidReason(grant), std::nullopt);
  EXPECT_FALSE(directory().HasOffice("straw", common::v1::OFFICE_ADMINISTRATOR)) << "it waits";

  // The road back: an auditor, or the mayor, is the second person.
  EXPECT_EQ(VoidReason(log_.Confirm("petra", {grant})), std::nullopt);
  log_.GiveKey("straw", "anna");
  ASSERT_OK(program_.FoldAll());
  v1::ConfirmKey confirm;
  confirm.set_key_id(log_.KeyOf("straw").public_key().id());
  EXPECT_EQ(directory().FindKey(confirm.key_id())->state, v1::KEY_STATE_ENROLLED)
      << "anna issued its code";
  EXPECT_EQ(VoidReason(log_.Append("carla", v1::ConfirmKey(confirm))), Reason::kOfficeMissing);
  EXPECT_EQ(VoidReason(log_.Append("petra", std::move(confirm))), std::nullopt);
}

}  // namespace
}  // namespace votum
