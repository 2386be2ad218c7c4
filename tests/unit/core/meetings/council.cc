#include "tests/unit/core/meetings/council.h"

#include "core/command/timestamps.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "crypto/secret.h"
#include "rules/profile.h"
#include "tests/harness/people.h"

namespace votum::meetings {
namespace {

namespace dv1 = directory::v1;
namespace av1 = meetings::v1;

constexpr char kDate[] = "2026-11-01";
constexpr char kDeployment[] = "votum.test/log";

}  // namespace

Council::Council() : Council(*rules::BuiltInProfile("de-nw-rat", kDate)) {}

Council::Council(const rules::v1::RuleProfile& profile)
    : time_(absl::FromUnixSeconds(1793534400)) {  // 2026-11-01T12:00:00Z
  Settle(profile);
  Convene();
}

CommandContext Council::Next(absl::string_view actor) {
  CommandContext context;
  context.index = ++index_;
  context.time = time_ += absl::Seconds(1);
  context.command_id = last_command_id();
  context.actor = std::string(actor);
  context.log_key = &log_public_key_;
  return context;
}

crypto::PrivateKey Council::LogKey() {
  return *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, 'l')));
}

std::string Council::CheckpointOf(uint64_t size) const {
  crypto::Checkpoint checkpoint;
  checkpoint.origin = kDeployment;
  checkpoint.size = size;
  return *crypto::SignCheckpoint(checkpoint, *crypto::NoteSigner::Create(kDeployment, LogKey()));
}

void Council::OpenAnother(const std::string& meeting_id, const std::string& item_id) {
  av1::ConveneMeeting convene;
  convene.set_meeting_id(meeting_id);
  convene.set_organization_id("rat");
  convene.set_title("2. Sitzung");
  convene.set_place("Ratssaal");
  const absl::Time start = time_ + absl::Hours(24 * 20);
  *convene.mutable_start_time() = ToTimestamp(start);
  Must("kai", convene);
  av1::PublishAgenda agenda;
  agenda.set_meeting_id(meeting_id);
  av1::AgendaItemContent* item = agenda.add_items();
  item->set_item_id(item_id);
  item->set_number("Ö 1");
  item->set_title("Mobilstationen");
  item->set_public_(true);
  Must("kai", agenda);
  time_ = start;
  Must("vera", OfMeeting<v1::OpenMeeting>(meeting_id));
}

void Council::Settle(const rules::v1::RuleProfile& profile) {
  dv1::FoundDeployment found;
  found.mutable_header()->set_deployment(kDeployment);
  found.set_deployment(kDeployment);
  found.set_body_name("Musterstadt");
  found.set_administrator_id("amt");
  *found.mutable_administrator_name() = testing::About("amt", "amt").ref;
  found.set_code_public_key(log_public_key_.spki_der());
  directory_.Apply(CommandContext(), found);
  dv1::CreateOrganization organization;
  organization.set_organization_id("rat");
  organization.set_name("Rat");
  organization.set_kind(dv1::ORGANIZATION_KIND_COUNCIL);
  organization.set_statutory_number(7);
  Must("amt", organization);
  for (const char* id :
       {"vera", "dora", "m1", "m2", "m3", "m4", "m5", "eva", "zoe", "kai", "kim", "sam"}) {
    Must("amt", testing::NewPerson(id));
  }
  const auto join = [this](const std::string& id, dv1::MembershipRole role, bool votes) {
    dv1::AddMembership membership;
    membership.set_membership_id("rat-" + id);
    membership.set_person_id(id);
    membership.set_organization_id("rat");
    membership.set_role(role);
    membership.set_voting_right(votes);
    Must("amt", membership);
  };
  join("vera", dv1::MEMBERSHIP_ROLE_CHAIR, true);
  join("dora", dv1::MEMBERSHIP_ROLE_DEPUTY_CHAIR, true);
  for (const char* id : {"m1", "m2", "m3", "m4", "m5"}) {
    join(id, dv1::MEMBERSHIP_ROLE_MEMBER, true);
  }
  join("eva", dv1::MEMBERSHIP_ROLE_MEMBER, false);
  const auto grant = [this](const std::string& id, common::v1::Office office) {
    dv1::GrantOffice command;
    command.set_person_id(id);
    command.set_office(office);
    Must("amt", command);
  };
  grant("kai", common::v1::OFFICE_CLERK);
  grant("kim", common::v1::OFFICE_CLERK);
  grant("sam", common::v1::OFFICE_SECRETARY);
  dv1::AdoptRuleProfile adopt;
  adopt.set_organization_id("rat");
  *adopt.mutable_profile() = profile;
  Must("amt", adopt);
}

void Council::Convene() {
  av1::ConveneMeeting convene;
  convene.set_meeting_id(kMeeting);
  convene.set_organization_id("rat");
  convene.set_title("1. Sitzung");
  convene.set_place("Ratssaal");
  const absl::Time start = time_ + absl::Hours(24 * 20);
  *convene.mutable_start_time() = ToTimestamp(start);
  Must("kai", convene);
  av1::PublishAgenda agenda;
  agenda.set_meeting_id(kMeeting);
  av1::AgendaItemContent* item = agenda.add_items();
  item->set_item_id("top-1");
  item->set_number("Ö 1");
  item->set_title("Mobilstationen");
  item->set_public_(true);
  item = agenda.add_items();
  item->set_item_id("top-2");
  item->set_number("N 1");
  item->set_title("Grundstück Meier");
  item->set_public_title("Grundstücksangelegenheit");
  Must("kai", agenda);
  time_ = start;
}

void Council::Open() { Must("vera", OfMeeting<v1::OpenMeeting>()); }

void Council::CheckIn(std::initializer_list<absl::string_view> present) {
  for (const absl::string_view person_id : present) Must(person_id, CheckInOf(person_id));
}

void Council::Propose(absl::string_view item, absl::string_view rule_key,
                      absl::string_view motion_id, v1::Polarity polarity) {
  auto motion = OfMeeting<v1::ProposeMotion>();
  motion.set_item_id(std::string(item));
  motion.set_motion_id(std::string(motion_id));
  motion.set_proposition("Der Rat beschließt fünf Mobilstationen.");
  motion.set_polarity(polarity);
  motion.set_rule_key(std::string(rule_key));
  Must("vera", motion);
}

void Council::OpenVote(v1::VoteMode mode, absl::string_view motion_id,
                       absl::string_view vote_event_id) {
  auto open = OfMeeting<v1::OpenVote>();
  open.set_motion_id(std::string(motion_id));
  open.set_vote_event_id(std::string(vote_event_id));
  open.set_mode(mode);
  Must("vera", open);
}

void Council::UpToVote() {
  Open();
  CheckIn({"vera", "m1", "m2", "m3", "m4"});
  Propose();
  OpenVote();
}

std::vector<crypto::Digest> Council::State() const {
  return {DigestOf(sittings_.state()), DigestOf(motions_.state()), DigestOf(votes_.state()),
          DigestOf(votes_.setups().state()), DigestOf(lots_.state())};
}

v1::CheckIn CheckInOf(absl::string_view person_id) {
  auto command = OfMeeting<v1::CheckIn>();
  command.set_person_id(std::string(person_id));
  return command;
}

v1::CheckOut CheckOutOf(absl::string_view person_id) {
  auto command = OfMeeting<v1::CheckOut>();
  command.set_person_id(std::string(person_id));
  return command;
}

v1::DeclareConflict ConflictOf(absl::string_view person_id, absl::string_view item_id) {
  auto command = OfMeeting<v1::DeclareConflict>();
  command.set_person_id(std::string(person_id));
  command.set_item_id(std::string(item_id));
  return command;
}

v1::CastVote Cast(v1::Choice choice, absl::string_view vote_event_id) {
  auto command = OfMeeting<v1::CastVote>();
  command.set_vote_event_id(std::string(vote_event_id));
  command.set_choice(choice);
  return command;
}

void CastAll(Council& council, absl::string_view votes) {
  const char* const members[] = {"vera", "m1", "m2", "m3", "m4"};
  for (size_t i = 0; i < votes.size(); ++i) {
    if (votes[i] == 'Y') council.Must(members[i], Cast(v1::CHOICE_YES));
    if (votes[i] == 'N') council.Must(members[i], Cast(v1::CHOICE_NO));
    if (votes[i] == 'A') council.Must(members[i], Cast(v1::CHOICE_ABSTAIN));
  }
}

v1::CorrectVote Correct(v1::Choice choice, absl::string_view replaces_command_id) {
  auto command = OfMeeting<v1::CorrectVote>();
  command.set_vote_event_id("vote");
  command.set_replaces_command_id(std::string(replaces_command_id));
  command.set_choice(choice);
  return command;
}

v1::RecordPaperVote Paper(absl::string_view person_id, v1::Choice choice) {
  auto command = OfMeeting<v1::RecordPaperVote>();
  command.set_vote_event_id("vote");
  command.set_person_id(std::string(person_id));
  command.set_choice(choice);
  return command;
}

v1::ConfirmPaperVote ConfirmPaper(absl::string_view person_id, v1::Choice choice) {
  auto command = OfMeeting<v1::ConfirmPaperVote>();
  command.set_vote_event_id("vote");
  command.set_person_id(std::string(person_id));
  command.set_choice(choice);
  return command;
}

v1::WithdrawPaperVote WithdrawPaper(absl::string_view person_id) {
  auto command = OfMeeting<v1::WithdrawPaperVote>();
  command.set_vote_event_id("vote");
  command.set_person_id(std::string(person_id));
  return command;
}

v1::CloseVote Close(absl::string_view vote_event_id) {
  auto command = OfMeeting<v1::CloseVote>();
  command.set_vote_event_id(std::string(vote_event_id));
  return command;
}

v1::EstablishResult Establish(uint32_t yes, uint32_t no, uint32_t abstain, uint32_t not_voted,
                              v1::Outcome outcome, absl::string_view vote_event_id) {
  auto command = OfMeeting<v1::EstablishResult>();
  command.set_vote_event_id(std::string(vote_event_id));
  command.mutable_tally()->set_yes(yes);
  command.mutable_tally()->set_no(no);
  command.mutable_tally()->set_abstain(abstain);
  command.mutable_tally()->set_not_voted(not_voted);
  command.set_outcome(outcome);
  return command;
}

}  // namespace votum::meetings
