// Tests of the reach: the reach of each type of command, in a table that must list every type;
// the withheld records of a running vote; the records that an established result opens; and the
// readers of non-public records.
#include "core/command/reach.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/command/payload_type.h"
#include "core/command/sealed_text.h"
#include "core/fold/envelope.h"
#include "core/fold/reach_log.h"
#include "core/fold/sealing.h"
#include "core/fold/world.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rules/profile.h"

namespace votum {
namespace {

using google::protobuf::Message;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace dv1 = directory::v1;
namespace mv1 = meetings::v1;

// A commitment that a test calls by a name.
std::string Commitment(std::string name) {
  name.resize(crypto::kDigestSize);
  return name;
}

// The log of a town whose council "rat" deals with the item "public" in public and with "hidden"
// behind closed doors: each with a motion, and the other things that are named after it. Signatures
// and checks are left out: a given command is in effect, unless it says otherwise.
class Town {
 public:
  Town() {
    Settle();
    mv1::ConveneMeeting convene;
    convene.set_meeting_id("meeting");
    convene.set_organization_id("rat");
    Give(convene);
    mv1::PublishAgenda agenda;
    agenda.set_meeting_id("meeting");
    for (const char* id : {"public", "hidden"}) {
      agenda.add_items()->set_item_id(id);
      agenda.mutable_items()->rbegin()->set_public_(std::string(id) == "public");
    }
    Give(agenda);
    Give(With<mv1::OpenMeeting>(""));
    for (const char* member : {"mia", "max", "eva"}) {
      mv1::CheckIn check_in = With<mv1::CheckIn>("");
      check_in.set_person_id(member);
      Give(check_in, member);
    }
  }

  // The index of the record.
  uint64_t Give(const Message& command, const std::string& actor = "vera", bool in_effect = true) {
    Envelope envelope;
    envelope.type = FindCommandType(PayloadType(command.GetDescriptor()));
    envelope.command.reset(command.New());
    envelope.command->CopyFrom(command);
    CommandContext context;
    context.index = log_.size();
    context.time = absl::FromUnixSeconds(1793534400 + static_cast<int64_t>(context.index));
    context.command_id = absl::StrCat("command-", context.index);
    context.actor = actor;
    envelope.signatures.Add()->set_key_id(actor);
    world_.mutable_directory().Own(SealingOf(envelope, context.index, context.time));
    Reach reach;
    if (in_effect) {
      reach = envelope.type->ReachOf(world_, command);
      envelope.type->apply(world_, context, command);
    }
    log_.Add(world_, &envelope, reach, in_effect);
    return context.index;
  }

  // A command about `item`: every field that names something is filled in.
  template <typename Command>
  static Command With(const std::string& item) {
    Command command;
    Fill(item, &command);
    return command;
  }
  static void Fill(const std::string& item, Message* command) {
    const std::map<std::string, std::string> values = {
        {"meeting_id", "meeting"},           {"item_id", item},
        {"motion_id", "motion-" + item},     {"vote_event_id", "vote-" + item},
        {"decision_id", "decision-" + item}, {"project_id", "project-" + item},
        {"proposal_id", "proposal-" + item}, {"round_id", "round"},
        {"lot_id", "lot-" + item},
    };
    for (const auto& [name, value] : values) {
      const auto* field = command->GetDescriptor()->FindFieldByName(name);
      if (field != nullptr) command->GetReflection()->SetString(command, field, value);
    }
  }

  void OpenVote(const std::string& item, mv1::VoteMode mode = mv1::VOTE_MODE_ROLL_CALL) {
    Give(With<mv1::ProposeMotion>(item));
    mv1::OpenVote open = With<mv1::OpenVote>(item);
    open.set_mode(mode);
    Give(open);
  }
  uint64_t Cast(const std::string& item, const std::string& member, bool in_effect = true) {
    mv1::CastVote cast = With<mv1::CastVote>(item);
    cast.set_choice(mv1::CHOICE_YES);
    return Give(cast, member, in_effect);
  }
  uint64_t Establish(const std::string& item) {
    Give(With<mv1::CloseVote>(item));
    return Give(With<mv1::EstablishResult>(item));
  }

  // Whether that person may see the record.
  bool Sees(const char* person, uint64_t index) const {
    return MaySee(world_, log_, person, index);
  }
  // The people of the town who may see the record.
  std::vector<std::string> WhoSees(uint64_t index) const {
    std::vector<std::string> all;
    for (const char* person : {"", "gast", "mia", "otto", "karl", "petra"}) {
      if (Sees(person, index)) all.emplace_back(person);
    }
    return all;
  }
  // The people of the town who may read the content of the attachment with this commitment.
  std::vector<std::string> WhoReads(const std::string& name) const {
    std::vector<std::string> all;
    for (const char* person : {"", "gast", "mia", "otto", "karl", "petra"}) {
      if (MayRead(world_, log_, person, Commitment(name))) all.emplace_back(person);
    }
    return all;
  }
  std::vector<uint64_t> Opened() const {
    std::vector<uint64_t> all;
    for (const auto& [number, opening] : log_.openings()) all.push_back(opening.index);
    return all;
  }

  const World& world() const { return world_; }
  const ReachLog& log() const { return log_; }

 private:
  void Settle() {
    for (const char* id : {"rat", "ortsrat"}) {
      dv1::CreateOrganization organization;
      organization.set_organization_id(id);
      organization.set_kind(dv1::ORGANIZATION_KIND_COUNCIL);
      organization.set_statutory_number(3);
      Give(organization);
      dv1::AdoptRuleProfile adopt;
      adopt.set_organization_id(id);
      *adopt.mutable_profile() = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
      Give(adopt);
    }
    for (const char* id : {"gast", "mia", "max", "eva", "otto", "karl", "petra"}) {
      dv1::RegisterPerson person;
      person.set_person_id(id);
      Give(person);
    }
    for (const char* id : {"mia", "max", "eva", "otto"}) {
      dv1::AddMembership membership;
      membership.set_membership_id(id);
      membership.set_person_id(id);
      membership.set_organization_id(std::string(id) == "otto" ? "ortsrat" : "rat");
      membership.set_role(dv1::MEMBERSHIP_ROLE_MEMBER);
      membership.set_voting_right(true);
      Give(membership);
    }
    const std::map<std::string, common::v1::Office> offices = {
        {"karl", common::v1::OFFICE_CLERK}, {"petra", common::v1::OFFICE_AUDITOR}};
    for (const auto& [id, office] : offices) {
      dv1::GrantOffice grant;
      grant.set_person_id(id);
      grant.set_office(office);
      Give(grant);
    }
  }

  World world_;
  ReachLog log_;
};

// How the reach of a type depends on the subject of the command.
enum class Depends {
  kPublic,  // on nothing
  kOffice,
  kSealed,
  kItem,     // public on a public item, else for the bodies of its meeting
  kMeeting,  // for the bodies of its meeting
  kPath,     // for the bodies on the proposal's path, and offices where there is none
};

const std::map<std::string, Depends>& Table() {
  static const auto* const kTable = new std::map<std::string, Depends>{
      {"FoundDeployment", Depends::kPublic},
      {"RegisterPerson", Depends::kPublic},
      {"CreateOrganization", Depends::kPublic},
      {"AddMembership", Depends::kPublic},
      {"EndMembership", Depends::kPublic},
      {"GrantOffice", Depends::kPublic},
      {"WithdrawOffice", Depends::kPublic},
      {"AppointMachine", Depends::kPublic},
      {"IssueEnrolmentCode", Depends::kPublic},
      {"EnrolKey", Depends::kPublic},
      {"ConfirmKey", Depends::kPublic},
      {"RevokeKey", Depends::kPublic},
      {"EraseSubjects", Depends::kPublic},
      {"ActivateVersion", Depends::kPublic},
      {"AcceptTime", Depends::kPublic},
      {"Confirm", Depends::kPublic},
      {"Contradict", Depends::kPublic},
      {"AdoptRuleProfile", Depends::kPublic},
      {"SubmitIdea", Depends::kOffice},
      {"RecordIdea", Depends::kOffice},
      {"ImportIdeas", Depends::kOffice},
      {"ModerateIdeas", Depends::kPublic},
      {"MergeIdeas", Depends::kPublic},
      {"SplitIdea", Depends::kPublic},
      {"OpenRound", Depends::kPublic},
      {"RegisterVoters", Depends::kSealed},
      {"ConfirmVoters", Depends::kSealed},
      {"CastPreference", Depends::kSealed},
      {"RecordPaperPreference", Depends::kSealed},
      {"ConfirmPaperPreference", Depends::kSealed},
      {"CloseRound", Depends::kPublic},
      {"EstablishRanking", Depends::kPublic},
      {"DraftProposal", Depends::kOffice},
      {"ReviseProposal", Depends::kPath},
      {"SetConsultationPath", Depends::kPath},
      {"RecordRecommendation", Depends::kPath},
      {"HandOverIdeas", Depends::kPublic},
      {"ConveneMeeting", Depends::kPublic},
      {"PublishAgenda", Depends::kItem},
      {"CancelMeeting", Depends::kPublic},
      {"AnnounceKeyCeremony", Depends::kPublic},
      {"SubmitTrusteeCertificate", Depends::kPublic},
      {"SubmitTrusteeContribution", Depends::kPublic},
      {"SubmitTrusteeKey", Depends::kPublic},
      {"CancelKeyCeremony", Depends::kPublic},
      {"OpenMeeting", Depends::kPublic},
      {"CloseMeeting", Depends::kPublic},
      {"CheckIn", Depends::kPublic},
      {"CheckOut", Depends::kPublic},
      {"DeclareConflict", Depends::kItem},
      // Of acts that are not public, or none; what confirms or contradicts a public one is public.
      {"ConfirmMeetingActs", Depends::kMeeting},
      {"ContradictMeetingAct", Depends::kMeeting},
      {"WithdrawConflict", Depends::kItem},
      {"RecordDisruption", Depends::kMeeting},
      {"ChallengeQuorum", Depends::kItem},
      {"CountQuorum", Depends::kItem},
      {"CallItemAgain", Depends::kItem},
      {"DecideConflict", Depends::kItem},
      {"DemandMode", Depends::kItem},
      {"ProposeMotion", Depends::kItem},
      {"WithdrawMotion", Depends::kItem},
      {"OpenVote", Depends::kItem},
      {"CastVote", Depends::kSealed},
      {"CorrectVote", Depends::kSealed},
      {"RecordPaperVote", Depends::kSealed},
      {"ConfirmPaperVote", Depends::kSealed},
      {"WithdrawPaperVote", Depends::kSealed},
      {"MarkBallot", Depends::kSealed},
      {"RegisterCredential", Depends::kSealed},
      {"WithdrawCredential", Depends::kSealed},
      {"CastSecretBallot", Depends::kSealed},
      {"EndRegistration", Depends::kMeeting},
      {"BeginBallots", Depends::kMeeting},
      {"SubmitDecryption", Depends::kMeeting},
      {"RecordParticipation", Depends::kItem},
      {"CloseVote", Depends::kItem},
      {"RecordBallotCount", Depends::kItem},
      {"ConfirmBallotCount", Depends::kItem},
      {"EstablishResult", Depends::kItem},
      {"RecordDefect", Depends::kItem},
      {"OpenLot", Depends::kItem},
      {"CommitToLot", Depends::kItem},
      {"FixLot", Depends::kItem},
      {"RevealForLot", Depends::kItem},
      {"DrawLot", Depends::kItem},
      {"DraftDecision", Depends::kItem},
      {"SignDecision", Depends::kItem},
      {"ObjectToDecision", Depends::kItem},
      {"ReleaseDecision", Depends::kItem},
      {"PublishDecision", Depends::kItem},
      {"StartProject", Depends::kItem},
      {"AssignLead", Depends::kItem},
      {"ReportProgress", Depends::kItem},
      {"ReachMilestone", Depends::kItem},
      {"AttestState", Depends::kSealed},
      {"AttestObjects", Depends::kPublic},
  };
  return *kTable;
}

Reach Expected(Depends depends, bool is_public) {
  switch (depends) {
    case Depends::kPublic:
      return Reach::Public();
    case Depends::kOffice:
      return Reach::Office();
    case Depends::kSealed:
      return Reach::Sealed();
    case Depends::kItem:
      return is_public ? Reach::Public() : Reach::Bodies({"rat"});
    case Depends::kMeeting:
      return Reach::Bodies({"rat"});
    case Depends::kPath:
      return is_public ? Reach::Bodies({"ortsrat", "rat"}) : Reach::Office();
  }
  return Reach::Sealed();
}

TEST(ReachTest, EveryTypeOfCommandHasTheReachOfTheTable) {
  Town town;
  for (const char* item : {"public", "hidden"}) {
    town.OpenVote(item);
    town.Establish(item);
    town.Give(Town::With<mv1::OpenLot>(item));
    town.Give(Town::With<decisions::v1::DraftDecision>(item));
    town.Give(Town::With<projects::v1::StartProject>(item));
    town.Give(Town::With<papers::v1::DraftProposal>(item));
  }
  papers::v1::SetConsultationPath path = Town::With<papers::v1::SetConsultationPath>("public");
  for (const char* id : {"rat", "ortsrat"}) path.add_steps()->set_organization_id(id);
  town.Give(path);

  size_t rows = 0;
  for (const CommandType& row : CommandTable()) {
    SCOPED_TRACE(row.name);
    const auto found = Table().find(row.name);
    ASSERT_NE(found, Table().end()) << "a new command has no row";
    ++rows;
    for (const char* item : {"public", "hidden"}) {
      SCOPED_TRACE(item);
      const bool is_public = std::string(item) == "public";
      std::unique_ptr<Message> command(row.prototype->New());
      Town::Fill(item, command.get());
      if (row.name == "SetConsultationPath" && is_public) command->CopyFrom(path);
      if (auto* agenda = dynamic_cast<mv1::PublishAgenda*>(command.get()); agenda != nullptr)
        agenda->add_items()->set_public_(is_public);
      const Reach reach = row.ReachOf(town.world(), *command);
      EXPECT_TRUE(reach == Expected(found->second, is_public))
          << "kind " << static_cast<int>(reach.kind());
    }
  }
  EXPECT_EQ(rows, Table().size()) << "the table has a row for no command";
}

TEST(ReachTest, WhatIsAboutNothingThatExistsIsSealed) {
  const World empty;
  for (const CommandType& row : CommandTable()) {
    const Depends depends = Table().at(row.name);
    if (depends != Depends::kItem && depends != Depends::kMeeting) continue;
    std::unique_ptr<Message> command(row.prototype->New());
    Town::Fill("public", command.get());
    if (auto* agenda = dynamic_cast<mv1::PublishAgenda*>(command.get()); agenda != nullptr)
      agenda->add_items()->set_public_(false);
    EXPECT_TRUE(row.ReachOf(empty, *command) == Reach::Sealed()) << row.name;
  }
}

TEST(ReachTest, ReadersSeeByTheirOfficesAndMemberships) {
  Town town;
  const uint64_t open = town.Give(Town::With<mv1::ProposeMotion>("public"));
  const uint64_t hidden = town.Give(Town::With<mv1::ProposeMotion>("hidden"));
  const uint64_t draft = town.Give(Town::With<papers::v1::DraftProposal>("public"));
  const uint64_t voted = town.Give(Town::With<mv1::ProposeMotion>("public"), "vera", false);
  EXPECT_THAT(town.WhoSees(open), ElementsAre("", "gast", "mia", "otto", "karl", "petra"));
  EXPECT_THAT(town.WhoSees(hidden), ElementsAre("mia", "karl", "petra"));
  EXPECT_THAT(town.WhoSees(draft), ElementsAre("karl", "petra"));
  EXPECT_THAT(town.WhoSees(voted), ElementsAre("petra")) << "what is void is sealed";
  EXPECT_THAT(town.WhoSees(town.log().size()), IsEmpty()) << "beyond the log";
}

// Present rights decide, not those at the record's time.
TEST(ReachTest, WhoLeavesReadsNoMoreAndWhoComesReadsWhatIsOlder) {
  Town town;
  const uint64_t hidden = town.Give(Town::With<mv1::ProposeMotion>("hidden"));
  dv1::EndMembership leave;
  leave.set_membership_id("mia");
  town.Give(leave);
  EXPECT_FALSE(town.Sees("mia", hidden));
  dv1::AddMembership come;
  come.set_membership_id("gast");
  come.set_person_id("gast");
  come.set_organization_id("rat");
  come.set_role(dv1::MEMBERSHIP_ROLE_MEMBER);
  town.Give(come);
  EXPECT_TRUE(town.Sees("gast", hidden));
}

common::v1::AttachmentRef RefTo(const std::string& name) {
  common::v1::AttachmentRef ref;
  ref.set_commitment(Commitment(name));
  ref.set_subject(Commitment(name).substr(0, kSubjectBytes));
  ref.set_media_type(kPlainText);
  return ref;
}

ideas::v1::RecordIdea IdeaOf(const std::string& id, const std::string& text,
                             const std::string& contact) {
  ideas::v1::RecordIdea idea;
  idea.mutable_content()->set_idea_id(id);
  *idea.mutable_content()->mutable_text() = RefTo(text);
  if (!contact.empty()) *idea.mutable_content()->mutable_contact() = RefTo(contact);
  return idea;
}

TEST(AttachmentsTest, AreReadByThoseWhomTheirFieldNamesAmongTheReadersOfTheRecord) {
  Town town;
  town.Give(IdeaOf("i1", "text 1", "contact 1"));
  town.Give(IdeaOf("i2", "text 2", ""));
  EXPECT_THAT(town.WhoReads("text 1"), ElementsAre("karl", "petra"));
  EXPECT_THAT(town.WhoReads("contact 1"), ElementsAre("petra"));
  ideas::v1::MergeIdeas merge;
  for (const char* id : {"i1", "i2"}) merge.add_source_idea_ids(id);
  merge.set_idea_id("i3");
  *merge.mutable_text() = RefTo("text 3");
  const uint64_t merged = town.Give(merge);
  EXPECT_TRUE(town.Sees("", merged));
  EXPECT_THAT(town.WhoReads("text 3"), ElementsAre("karl", "petra"))
      << "a public record does not make its attachments public";
  EXPECT_THAT(town.WhoReads("nothing"), ElementsAre("petra"));
}

// A later record that names the commitment is void (COMMITMENT_KNOWN), and would widen nothing:
// whoever has seen a commitment does not choose who reads its content.
TEST(AttachmentsTest, TheFirstRecordDecides) {
  Town town;
  town.Give(IdeaOf("i1", "text", "contact"), "vera", /*in_effect=*/false);
  EXPECT_THAT(town.WhoReads("text"), ElementsAre("petra")) << "of a void record";
  town.Give(IdeaOf("i1", "text", ""));
  EXPECT_THAT(town.WhoReads("text"), ElementsAre("petra"));
  town.Give(IdeaOf("i2", "text 2", "contact 2"));
  town.Give(IdeaOf("i3", "contact 2", ""));
  EXPECT_THAT(town.WhoReads("contact 2"), ElementsAre("petra"));
}

TEST(AttachmentsTest, EveryFieldThatHoldsOneDeclaresAnAudienceOrIsForOffices) {
  std::map<std::string, common::v1::Audience> declared;
  for (const CommandType& row : CommandTable()) {
    std::unique_ptr<Message> command(row.prototype->New());
    for (int i = 0; i < command->GetDescriptor()->field_count(); ++i) {
      const auto* field = command->GetDescriptor()->field(i);
      if (field->message_type() != common::v1::AttachmentRef::descriptor()) continue;
      if (field->is_repeated()) {
        command->GetReflection()->AddMessage(command.get(), field);
      } else {
        command->GetReflection()->MutableMessage(command.get(), field);
      }
      const auto found = DeclaredAttachmentsOf(*command);
      ASSERT_EQ(found.size(), 1u) << field->full_name();
      declared[absl::StrCat(row.name, ".", field->name())] = found[0].audience;
      command->Clear();
    }
  }
  EXPECT_EQ(declared.at("MergeIdeas.text"), common::v1::AUDIENCE_OFFICE);
  EXPECT_EQ(declared.at("RegisterCredential.credential"), common::v1::AUDIENCE_SEALED);
  for (const auto& [field, audience] : declared)
    EXPECT_NE(audience, common::v1::AUDIENCE_UNSPECIFIED) << field;
}

TEST(WithheldTest, NobodyIsGivenABallotBeforeTheVoteIsClosed) {
  Town town;
  for (const char* item : {"public", "hidden"}) {
    SCOPED_TRACE(item);
    town.OpenVote(item);
    const uint64_t opened = town.log().size() - 1;
    mv1::CorrectVote correct = Town::With<mv1::CorrectVote>(item);
    correct.set_choice(mv1::CHOICE_NO);
    std::vector<uint64_t> ballots = {town.Cast(item, "mia"), town.Give(correct, "mia"),
                                     town.Cast(item, "mia", /*in_effect=*/false)};
    mv1::RecordPaperVote paper = Town::With<mv1::RecordPaperVote>(item);
    paper.set_person_id("max");
    ballots.push_back(town.Give(paper, "karl"));
    mv1::ConfirmPaperVote confirm = Town::With<mv1::ConfirmPaperVote>(item);
    confirm.set_person_id("max");
    ballots.push_back(town.Give(confirm));
    // Whether it holds depends on the ballots.
    ballots.push_back(town.Give(Town::With<mv1::CloseVote>(item), "vera", /*in_effect=*/false));
    const uint64_t between = town.Give(Town::With<mv1::RecordDisruption>(item));
    for (const uint64_t index : ballots) {
      EXPECT_THAT(town.WhoSees(index), IsEmpty()) << index;
      EXPECT_TRUE(town.log().IsWithheld(index));
    }
    EXPECT_TRUE(town.Sees("petra", opened));
    EXPECT_TRUE(town.Sees("petra", between)) << "and nothing else is withheld";
    ASSERT_EQ(town.log().open_urns().size(), 1u);
    EXPECT_EQ(town.log().open_urns().begin()->first, absl::StrCat("vote vote-", item));
    EXPECT_EQ(town.log().open_urns().begin()->second.opened_by, opened);

    const uint64_t closed = town.Give(Town::With<mv1::CloseVote>(item));
    EXPECT_TRUE(town.log().open_urns().empty());
    EXPECT_TRUE(town.Sees("petra", closed));
    for (const uint64_t index : ballots) EXPECT_THAT(town.WhoSees(index), ElementsAre("petra"));
  }
}

TEST(WithheldTest, WhoPutAPaperIntoTheUrnIsShownOnceItIsClosed) {
  Town town;
  town.OpenVote("public", mv1::VOTE_MODE_SECRET);
  mv1::MarkBallot mark = Town::With<mv1::MarkBallot>("public");
  mark.set_person_id("mia");
  const uint64_t marked = town.Give(mark, "karl");
  EXPECT_THAT(town.WhoSees(marked), IsEmpty());
  town.Give(Town::With<mv1::CloseVote>("public"));
  EXPECT_THAT(town.WhoSees(marked), ElementsAre("petra"));
}

TEST(WithheldTest, PreferencesStaySealedUntilTheRoundIsClosed) {
  Town town;
  ideas::v1::OpenRound open;
  open.set_round_id("round");
  open.set_method("schulze.wv_lv");
  open.add_groups()->set_group_id("citizens");
  for (const char* idea : {"a", "b"}) open.add_idea_ids(idea);
  open.set_max_ranked(2);
  town.Give(open);
  ideas::v1::CastPreference cast;
  cast.set_round_id("round");
  cast.set_group_id("citizens");
  cast.mutable_ranking()->Add()->add_idea_ids("a");
  const uint64_t ballot = town.Give(cast, "gast");
  EXPECT_THAT(town.WhoSees(ballot), IsEmpty());
  ideas::v1::CloseRound close;
  close.set_round_id("round");
  town.Give(close);
  EXPECT_THAT(town.WhoSees(ballot), ElementsAre("petra"));
}

// The result of a roll call on a public item opens the record of each member that counts.
TEST(OpeningsTest, AnEstablishedRollCallOpensWhatCounted) {
  Town town;
  town.OpenVote("public");
  town.Cast("public", "mia");
  const uint64_t corrected = town.Give(Town::With<mv1::CorrectVote>("public"), "mia");
  town.Cast("public", "mia", /*in_effect=*/false);
  mv1::RecordPaperVote paper = Town::With<mv1::RecordPaperVote>("public");
  paper.set_person_id("max");
  town.Give(paper, "karl");
  mv1::WithdrawPaperVote withdraw = Town::With<mv1::WithdrawPaperVote>("public");
  withdraw.set_person_id("max");
  town.Give(withdraw, "karl");
  const uint64_t recorded = town.Give(paper, "karl");
  const uint64_t cast = town.Cast("public", "eva");
  mv1::ConfirmPaperVote confirm = Town::With<mv1::ConfirmPaperVote>("public");
  confirm.set_person_id("max");
  const uint64_t confirmed = town.Give(confirm);
  EXPECT_THAT(town.Opened(), IsEmpty());
  const uint64_t established = town.Establish("public");

  EXPECT_THAT(town.Opened(), ElementsAre(corrected, recorded, cast, confirmed));
  for (const auto& [number, opening] : town.log().openings()) {
    EXPECT_EQ(opening.opened_by, established);
    EXPECT_TRUE(town.Sees("", opening.index));
    EXPECT_TRUE(town.log().OwnReach(opening.index) == Reach::Sealed())
        << "what it was at its own position stays so";
  }
  for (uint64_t i = 0; i < town.log().size(); ++i) {
    EXPECT_EQ(town.Sees("", i), town.log().OwnReach(i).is_public() || town.log().IsOpened(i)) << i;
  }
}

// While a vote is open, and after its result has opened ballots.
TEST(ReachStateTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  Town town;
  town.OpenVote("public");
  const uint64_t ballot = town.Cast("public", "eva");
  const ReachState then = town.log().state();
  const crypto::Digest digest = DigestOf(then);
  town.Establish("public");
  const ReachState& now = town.log().state();
  EXPECT_TRUE(then.open_urns.Find("vote vote-public")->withheld.Contains(ballot));
  EXPECT_FALSE(then.opened.Contains(ballot));
  EXPECT_TRUE(now.opened.Contains(ballot));
  EXPECT_EQ(DigestOf(then), digest);
  for (const ReachState& state : {then, now}) {
    ReachState restored;
    ASSERT_TRUE(Decode(Encode(state), restored));
    EXPECT_EQ(Differences(restored, state), "");
    EXPECT_EQ(DigestOf(restored), DigestOf(state));
  }
}

TEST(ReachStateTest, AHandleKeepsTheNumbersOfItsRecords) {
  Town town;
  ReachLog log;
  std::vector<ReachState> handles;
  const Envelope* const none = nullptr;
  const auto add = [&](const Reach& reach) { log.Add(town.world(), none, reach, true); };
  for (uint64_t i = 0; i < 3000; ++i) {
    if (i % 500 == 0) handles.push_back(log.state());
    add(i % 3 == 0 ? Reach::Public() : Reach::Bodies({absl::StrCat("body-", i % 7)}));
  }
  EXPECT_EQ(log.state().reaches.size(), 8u);
  for (uint64_t i = 0; i < log.size(); ++i) ASSERT_EQ(log.OwnReach(i).is_public(), i % 3 == 0) << i;
  for (uint64_t n = 0; n < handles.size(); ++n) {
    EXPECT_EQ(handles[n].size, 500 * n);
    uint64_t numbers = 0;
    for (const auto& [chunk, own] : handles[n].own) numbers += own.size();
    EXPECT_EQ(numbers, 500 * n);
  }
}

TEST(OpeningsTest, NothingElseIsOpened) {
  Town town;
  town.OpenVote("hidden");
  const uint64_t hidden = town.Cast("hidden", "mia");
  town.Establish("hidden");
  town.OpenVote("public", mv1::VOTE_MODE_OPEN);
  const uint64_t shown_hands = town.Cast("public", "mia");
  town.Establish("public");
  EXPECT_THAT(town.Opened(), IsEmpty());
  EXPECT_THAT(town.WhoSees(hidden), ElementsAre("petra"));
  EXPECT_THAT(town.WhoSees(shown_hands), ElementsAre("petra"));
}

}  // namespace
}  // namespace votum
