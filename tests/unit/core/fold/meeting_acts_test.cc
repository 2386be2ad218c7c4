// What somebody else enters about a member in a meeting: it counts once a second person confirms it,
// the member may say no, and nobody learns of it who may not see its record.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status_matchers.h"
#include "core/command/timestamps.h"
#include "core/fold/acts.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rules/profile.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/meetings/v1/acts.pb.h"
#include "votum/meetings/v1/agenda.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum {
namespace {

namespace dv1 = directory::v1;
namespace mv1 = meetings::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Program;
using ::testing::SizeIs;
using testing::SmallLog;

// A council of three, vera (chair), m1 and m2, whose meeting "sitzung" has begun: item "public", and
// "hidden" behind closed doors. carla and chris are clerks, sam is secretary.
class MeetingActsTest : public ::testing::Test {
 protected:
  MeetingActsTest() {
    for (const char* person : {"vera", "m1", "m2", "carla", "chris", "sam"}) {
      log_.Register(person);
      log_.GiveKey(person, "bert");
    }
    Grant("carla", common::v1::OFFICE_CLERK);
    Grant("chris", common::v1::OFFICE_CLERK);
    Grant("sam", common::v1::OFFICE_SECRETARY);
    dv1::CreateOrganization organization;
    organization.set_organization_id("rat");
    organization.set_name("Rat");
    organization.set_kind(dv1::ORGANIZATION_KIND_COUNCIL);
    organization.set_statutory_number(3);
    log_.Append("anna", std::move(organization));
    for (const char* person : {"vera", "m1", "m2"}) {
      dv1::AddMembership join;
      join.set_membership_id(std::string("rat-") + person);
      join.set_person_id(person);
      join.set_organization_id("rat");
      join.set_role(person == std::string("vera") ? dv1::MEMBERSHIP_ROLE_CHAIR
                                                  : dv1::MEMBERSHIP_ROLE_MEMBER);
      join.set_voting_right(true);
      log_.Append("anna", std::move(join));
    }
    dv1::AdoptRuleProfile adopt;
    adopt.set_organization_id("rat");
    *adopt.mutable_profile() = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
    log_.Append("anna", std::move(adopt));
    for (const char* meeting : {"sitzung", "andere"}) Convene(meeting);
    log_.Wait(absl::Hours(24 * 20));
    for (const char* meeting : {"sitzung", "andere"}) {
      mv1::OpenMeeting open;
      open.set_meeting_id(meeting);
      EXPECT_EQ(VoidReason(Give("vera", std::move(open))), std::nullopt);
    }
  }

  void Grant(const std::string& person, common::v1::Office office) {
    dv1::GrantOffice grant;
    grant.set_person_id(person);
    grant.set_office(office);
    log_.Append("anna", std::move(grant));
  }

  void Convene(const std::string& id) {
    mv1::ConveneMeeting convene;
    convene.set_meeting_id(id);
    convene.set_organization_id("rat");
    convene.set_title("1. Sitzung");
    convene.set_place("Ratssaal");
    *convene.mutable_start_time() = ToTimestamp(log_.time() + absl::Hours(24 * 20));
    Give("carla", std::move(convene));
    mv1::PublishAgenda agenda;
    agenda.set_meeting_id(id);
    for (const bool is_public : {true, false}) {
      mv1::AgendaItemContent& item = *agenda.add_items();
      item.set_item_id((is_public ? "public-" : "hidden-") + id);
      item.set_number(is_public ? "Ö 1" : "N 1");
      item.set_title("Bänke");
      item.set_public_(is_public);
      if (!is_public) item.set_public_title("Grundstück");
    }
    EXPECT_EQ(VoidReason(Give("carla", std::move(agenda))), std::nullopt);
  }

  uint64_t Give(const std::string& person, google::protobuf::Message&& command) {
    return log_.Append(person, std::move(command), "meetings");
  }
  uint64_t CheckIn(const std::string& by, const std::string& person,
                   const std::string& meeting = "sitzung") {
    mv1::CheckIn come;
    come.set_meeting_id(meeting);
    come.set_person_id(person);
    return Give(by, std::move(come));
  }
  uint64_t CheckOut(const std::string& by, const std::string& person) {
    mv1::CheckOut leave;
    leave.set_meeting_id("sitzung");
    leave.set_person_id(person);
    return Give(by, std::move(leave));
  }
  uint64_t Conflict(const std::string& by, const std::string& person, const std::string& item) {
    mv1::DeclareConflict conflict;
    conflict.set_meeting_id("sitzung");
    conflict.set_item_id(item + "-sitzung");
    conflict.set_person_id(person);
    return Give(by, std::move(conflict));
  }
  uint64_t Confirm(const std::string& by, const std::vector<uint64_t>& acts) {
    mv1::ConfirmMeetingActs confirm;
    confirm.set_meeting_id("sitzung");
    const dv1::Confirm references = log_.ConfirmationOf(acts);
    *confirm.mutable_acts() = references.acts();
    return Give(by, std::move(confirm));
  }
  uint64_t Contradict(const std::string& by, uint64_t record) {
    mv1::ContradictMeetingAct contradict;
    contradict.set_meeting_id("sitzung");
    contradict.set_record(record);
    *contradict.mutable_reason() =
        testing::About(by, "Record " + std::to_string(log_.records().size())).ref;
    return Give(by, std::move(contradict));
  }

  std::optional<Reason> VoidReason(uint64_t index) {
    EXPECT_OK(program_.FoldAll());
    return program_.VoidReason(index);
  }
  const World& world() {
    EXPECT_OK(program_.FoldAll());
    return program_.fold().world();
  }
  std::vector<std::string> Present() {
    std::vector<std::string> present;
    for (const auto& [person, number] : world().sittings().Find("sitzung")->present)
      present.push_back(person);
    return present;
  }
  std::vector<mv1::MeetingAct> Shown() { return world().meeting_acts().OfMeeting("sitzung"); }
  bool IsPublic(uint64_t record) {
    EXPECT_EQ(VoidReason(record), std::nullopt);
    return program_.fold().reach_log().OwnReach(record).is_public();
  }

  SmallLog log_;
  Program program_{log_};
};

TEST_F(MeetingActsTest, WhoeverComesIsPresentAtOnceAndWhoeverIsEnteredOnceItIsConfirmed) {
  CheckIn("m1", "m1");
  EXPECT_THAT(Present(), ElementsAre("m1"));
  const uint64_t entered = CheckIn("carla", "m2");
  EXPECT_EQ(VoidReason(entered), std::nullopt);
  EXPECT_THAT(Present(), ElementsAre("m1"));
  ASSERT_THAT(Shown(), SizeIs(1));
  EXPECT_EQ(Shown()[0].act().record(), entered);
  EXPECT_EQ(Shown()[0].act().concerned_id(), "m2");
  EXPECT_EQ(Shown()[0].obstacle(), "");
  EXPECT_EQ(world().meeting_acts().RevisionOf("sitzung"), entered);

  log_.Wait(absl::Minutes(5));
  const uint64_t confirmed = Confirm("vera", {entered});
  EXPECT_EQ(VoidReason(confirmed), std::nullopt);
  EXPECT_THAT(Present(), ElementsAre("m1", "m2"));
  EXPECT_THAT(Shown(), IsEmpty());
  const auto attendance = *world().sittings().GetAttendance("sitzung");
  const mv1::Presence& presence = attendance.presences(1);
  EXPECT_EQ(presence.recorder_id(), "carla");
  EXPECT_EQ(presence.confirmer_id(), "vera");
  EXPECT_EQ(FromTimestamp(presence.start_time()), log_.time()) << "not from the entry on";
  EXPECT_EQ(world().sittings().Find("sitzung")->revision, confirmed);
}

TEST_F(MeetingActsTest, OneConfirmationIsEnoughForAListAndNotByJustAnybody) {
  const std::vector<uint64_t> list = {CheckIn("carla", "m1"), CheckIn("carla", "m2"),
                                      CheckIn("carla", "vera"), Conflict("carla", "m1", "public")};
  EXPECT_EQ(VoidReason(Confirm("carla", list)), Reason::kSamePerson);
  EXPECT_EQ(VoidReason(Confirm("m2", list)), Reason::kOfficeMissing);
  EXPECT_EQ(VoidReason(Confirm("anna", list)), Reason::kOfficeMissing);
  EXPECT_THAT(Present(), IsEmpty());
  EXPECT_EQ(VoidReason(Confirm("vera", list)), std::nullopt);
  EXPECT_THAT(Present(), ElementsAre("m1", "m2", "vera"));

  EXPECT_EQ(VoidReason(Confirm("sam", {CheckOut("carla", "m1")})), std::nullopt);
  EXPECT_EQ(VoidReason(Confirm("chris", {CheckOut("carla", "m2")})), std::nullopt);
  EXPECT_THAT(Present(), ElementsAre("vera"));
}

TEST_F(MeetingActsTest, WhatTheMemberHasDoneSinceComesFirst) {
  const uint64_t come = CheckIn("carla", "m1");
  const uint64_t other = CheckIn("carla", "m2");
  CheckIn("m1", "m1");
  EXPECT_EQ(VoidReason(Confirm("vera", {other, come})), Reason::kActLapsed);
  EXPECT_THAT(Present(), ElementsAre("m1")) << "all or none";
  EXPECT_NE(Shown()[0].obstacle(), "");
  EXPECT_EQ(Shown()[1].obstacle(), "");
  CheckOut("m1", "m1");
  EXPECT_EQ(VoidReason(Confirm("vera", {come})), Reason::kActLapsed);
  EXPECT_THAT(Present(), IsEmpty()) << "nobody is present because of an older entry";

  const uint64_t again = CheckIn("carla", "m1");
  const uint64_t twice = CheckIn("chris", "m1");
  EXPECT_EQ(VoidReason(Confirm("vera", {again, twice})), Reason::kActLapsed);
  EXPECT_EQ(VoidReason(Confirm("vera", {again})), std::nullopt);
  EXPECT_EQ(VoidReason(Confirm("vera", {twice})), Reason::kActLapsed);
  EXPECT_EQ(world().sittings().Find("sitzung")->presences.size(), 2u);
}

TEST_F(MeetingActsTest, TheMemberSaysNoBeforeAndAfter) {
  CheckIn("m1", "m1");
  const uint64_t leave = CheckOut("carla", "m1");
  EXPECT_EQ(VoidReason(Contradict("m2", leave)), Reason::kNotConcerned);
  EXPECT_EQ(VoidReason(Contradict("m1", leave)), std::nullopt);
  EXPECT_EQ(VoidReason(Confirm("vera", {leave})), Reason::kActBlocked);
  EXPECT_THAT(Present(), ElementsAre("m1"));
  EXPECT_EQ(Shown().at(0).act().state(), dv1::ACT_STATE_BLOCKED);

  const uint64_t conflict = Conflict("carla", "m1", "public");
  EXPECT_EQ(VoidReason(Confirm("vera", {conflict})), std::nullopt);
  EXPECT_THAT(Shown(), SizeIs(1)) << "what is in effect shows in the attendance itself";
  const uint64_t contradiction = Contradict("m1", conflict);
  EXPECT_EQ(VoidReason(contradiction), std::nullopt);
  ASSERT_THAT(Shown(), SizeIs(2));
  EXPECT_EQ(Shown()[1].act().state(), dv1::ACT_STATE_CONFIRMED);
  EXPECT_EQ(Shown()[1].act().contradict_record(), contradiction);
  EXPECT_THAT(world().sittings().Find("sitzung")->conflicts, SizeIs(1)) << "it stays";
}

// Whoever may not see an act may not learn of it by what is done with it.
TEST_F(MeetingActsTest, ItIsShownAsItsOwnRecordIs) {
  const uint64_t open = Conflict("carla", "m1", "public");
  const uint64_t hidden = Conflict("carla", "m2", "hidden");
  EXPECT_TRUE(IsPublic(open));
  EXPECT_FALSE(IsPublic(hidden));
  EXPECT_TRUE(Shown()[0].public_());
  EXPECT_FALSE(Shown()[1].public_());
  // One record for both would be hidden, and tell that there is something hidden.
  EXPECT_EQ(VoidReason(Confirm("vera", {open, hidden})), Reason::kBadActs);
  EXPECT_TRUE(IsPublic(Confirm("vera", {open})));
  const uint64_t confirmed = Confirm("vera", {hidden});
  EXPECT_FALSE(IsPublic(confirmed));
  EXPECT_EQ(program_.fold().reach_log().OwnReach(confirmed), Reach::Bodies({"rat"}));
  EXPECT_TRUE(IsPublic(Contradict("m1", open)));
  EXPECT_FALSE(IsPublic(Contradict("m2", hidden)));
  EXPECT_TRUE(IsPublic(Confirm("vera", {CheckIn("carla", "m1"), CheckIn("carla", "m2")})));
}

TEST_F(MeetingActsTest, EachMeetingAndTheDirectoryHaveTheirOwn) {
  const uint64_t other = CheckIn("carla", "m1", "andere");
  EXPECT_EQ(VoidReason(Confirm("vera", {other})), Reason::kNoSuchAct);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {other})), Reason::kNoSuchAct);
  EXPECT_EQ(VoidReason(Contradict("m1", other)), Reason::kNoSuchAct);
  dv1::GrantOffice grant;
  grant.set_person_id("m1");
  grant.set_office(common::v1::OFFICE_SECRETARY);
  const uint64_t office = log_.AppendSigned(log_.Sign("anna", &grant));
  EXPECT_EQ(VoidReason(Confirm("vera", {office})), Reason::kNoSuchAct);
  EXPECT_EQ(VoidReason(Confirm("vera", {})), Reason::kBadActs);
}

TEST_F(MeetingActsTest, ItEndsWithTheDayAndWithTheMeeting) {
  const uint64_t early = CheckIn("carla", "m1");
  log_.Wait(kActLapse);
  const uint64_t late = CheckIn("carla", "m2");
  EXPECT_EQ(VoidReason(Confirm("vera", {early})), Reason::kActLapsed);
  mv1::CloseMeeting close;
  close.set_meeting_id("sitzung");
  ASSERT_EQ(VoidReason(Give("vera", std::move(close))), std::nullopt);
  EXPECT_EQ(VoidReason(Confirm("vera", {late})), Reason::kMeetingClosed);
}

TEST_F(MeetingActsTest, AVoteIsOpenedWithoutWhatWaits) {
  for (const char* person : {"vera", "m1"}) CheckIn(person, person);
  const uint64_t entered = CheckIn("carla", "m2");
  const uint64_t conflict = Conflict("carla", "m1", "public");
  mv1::ProposeMotion propose;
  propose.set_meeting_id("sitzung");
  propose.set_item_id("public-sitzung");
  propose.set_motion_id("antrag");
  propose.set_proposition("Zwölf Bänke.");
  propose.set_polarity(mv1::POLARITY_ADOPTS_ITEM);
  ASSERT_EQ(VoidReason(Give("vera", std::move(propose))), std::nullopt);
  mv1::OpenVote open;
  open.set_meeting_id("sitzung");
  open.set_motion_id("antrag");
  open.set_vote_event_id("abstimmung");
  open.set_mode(mv1::VOTE_MODE_ROLL_CALL);
  ASSERT_EQ(VoidReason(Give("vera", std::move(open))), std::nullopt);
  EXPECT_EQ(VoidReason(Confirm("vera", {conflict})), Reason::kVoteOpened);
  EXPECT_EQ(VoidReason(Confirm("vera", {entered})), std::nullopt);
  EXPECT_THAT(world().votes().Find("abstimmung")->electorate, ElementsAre("m1", "vera"));
}

}  // namespace
}  // namespace votum
