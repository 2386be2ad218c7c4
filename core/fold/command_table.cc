#include "core/fold/command_table.h"

#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/command/payload_type.h"

namespace votum {
namespace {

using common::v1::Disclosure;
using directory::v1::Office;
using google::protobuf::Message;

constexpr Disclosure kPublic = common::v1::DISCLOSURE_PUBLIC;
constexpr Disclosure kCouncil = common::v1::DISCLOSURE_COUNCIL;
constexpr Disclosure kConfidential = common::v1::DISCLOSURE_CONFIDENTIAL;

Authority Administrator() { return {Signer::kOffice, {directory::v1::OFFICE_ADMINISTRATOR}}; }
Authority Clerk() { return {Signer::kOffice, {directory::v1::OFFICE_CLERK}}; }
Authority Office_() {
  return {Signer::kOffice, {directory::v1::OFFICE_CLERK, directory::v1::OFFICE_ADMINISTRATOR}};
}
Authority Erasers() {
  return {Signer::kOffice,
          {directory::v1::OFFICE_CLERK, directory::v1::OFFICE_ADMINISTRATOR,
           directory::v1::OFFICE_AUDITOR}};
}
Authority Minutes() {
  return {Signer::kOffice, {directory::v1::OFFICE_SECRETARY, directory::v1::OFFICE_CLERK}};
}
Authority Mayor() { return {Signer::kOffice, {directory::v1::OFFICE_MAYOR}}; }
Authority Person() { return {Signer::kPerson, {}}; }
Authority Anybody() { return {Signer::kAnybody, {}}; }

Disclosure OfItem(const World& world, absl::string_view item_id) {
  const meetings::ItemEntry* item = world.agenda().FindItem(item_id);
  return item != nullptr && item->content.public_() ? kPublic : kCouncil;
}

Disclosure OfMotion(const World& world, absl::string_view motion_id) {
  const meetings::MotionEntry* motion = world.motions().Find(motion_id);
  return motion == nullptr ? kCouncil : OfItem(world, motion->item_id);
}

Disclosure OfVote(const World& world, absl::string_view vote_event_id) {
  const meetings::VoteEventEntry* event = world.votes().Find(vote_event_id);
  return event == nullptr ? kCouncil : OfMotion(world, event->motion_id);
}

Disclosure OfDecision(const World& world, absl::string_view decision_id) {
  const decisions::v1::Decision* decision = world.decisions().FindDecision(decision_id);
  return decision != nullptr && decision->public_() ? kPublic : kCouncil;
}

// The part of a row that depends on the command's C++ type. `machine` gives the domain's state
// machine.
template <typename Command, typename Machine>
CommandType Row(Domain domain, Machine& (World::*mutable_machine)(),
                const Machine& (World::*machine)() const, Authority authority,
                std::function<Disclosure(const World&, const Command&)> disclosure) {
  CommandType row;
  row.payload_type = PayloadType(Command::descriptor());
  row.name = Command::descriptor()->name();
  row.domain = domain;
  row.authority = std::move(authority);
  row.prototype = &Command::default_instance();
  row.header = [](const Message& message) -> const common::v1::CommandHeader& {
    return static_cast<const Command&>(message).header();
  };
  row.disclosure = [disclosure = std::move(disclosure)](const World& world,
                                                        const Message& message) {
    return disclosure(world, static_cast<const Command&>(message));
  };
  row.check = [machine](const World& world, const CommandContext& context, const Message& message) {
    return (world.*machine)().Check(context, static_cast<const Command&>(message));
  };
  row.apply = [mutable_machine](World& world, const CommandContext& context,
                                const Message& message) {
    (world.*mutable_machine)().Apply(context, static_cast<const Command&>(message));
  };
  return row;
}

template <typename Command>
std::function<Disclosure(const World&, const Command&)> Always(Disclosure disclosure) {
  return [disclosure](const World&, const Command&) { return disclosure; };
}

template <typename Command>
std::function<Disclosure(const World&, const Command&)> AsItem() {
  return
      [](const World& world, const Command& command) { return OfItem(world, command.item_id()); };
}

template <typename Command>
std::function<Disclosure(const World&, const Command&)> AsMotion() {
  return [](const World& world, const Command& command) {
    return OfMotion(world, command.motion_id());
  };
}

template <typename Command>
std::function<Disclosure(const World&, const Command&)> AsVote() {
  return [](const World& world, const Command& command) {
    return OfVote(world, command.vote_event_id());
  };
}

template <typename Command>
std::function<Disclosure(const World&, const Command&)> AsDecision() {
  return [](const World& world, const Command& command) {
    return OfDecision(world, command.decision_id());
  };
}

template <typename Command>
std::function<Disclosure(const World&, const Command&)> AsProject() {
  return [](const World& world, const Command& command) {
    const projects::v1::Project* project = world.projects().FindProject(command.project_id());
    return project == nullptr ? kCouncil : OfDecision(world, project->decision_id());
  };
}

using Rows = std::vector<CommandType>;

// Of a command whose type another argument tells.
template <typename Command>
using DisclosureOf = std::function<Disclosure(const World&, const std::type_identity_t<Command>&)>;

void AddDirectory(Rows& rows) {
  namespace v1 = directory::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority) {
    rows.push_back(Row<Command>(Domain::kDirectory, &World::mutable_directory, &World::directory,
                                std::move(authority), Always<Command>(kPublic)));
  };
  add(v1::FoundDeployment(), {Signer::kLogKey, {}});
  add(v1::RegisterPerson(), Office_());
  add(v1::CreateOrganization(), Administrator());
  add(v1::AddMembership(), Administrator());
  add(v1::EndMembership(), Administrator());
  add(v1::GrantOffice(), Administrator());
  add(v1::WithdrawOffice(), Administrator());
  add(v1::IssueEnrolmentCode(), Administrator());
  add(v1::EnrolKey(), {Signer::kNewKey, {}});
  add(v1::ConfirmKey(), Administrator());
  add(v1::RevokeKey(), Person());
  add(v1::ProposeErasure(), Office_());
  add(v1::ConfirmErasure(), Erasers());
  add(v1::AdoptRuleProfile(), Administrator());
}

void AddIdeas(Rows& rows) {
  namespace v1 = ideas::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             Disclosure disclosure) {
    rows.push_back(Row<Command>(Domain::kIdeas, &World::mutable_ideas, &World::ideas,
                                std::move(authority), Always<Command>(disclosure)));
  };
  add(v1::SubmitIdea(), Anybody(), kCouncil);
  add(v1::RecordIdea(), Office_(), kCouncil);
  add(v1::ImportIdeas(), Office_(), kCouncil);
  add(v1::ModerateIdeas(), Office_(), kPublic);
  add(v1::MergeIdeas(), Office_(), kPublic);
  add(v1::SplitIdea(), Office_(), kPublic);
  add(v1::OpenRound(), Office_(), kPublic);
  add(v1::RegisterVoters(), Office_(), kConfidential);
  add(v1::CastPreference(), Anybody(), kConfidential);
  add(v1::RecordPaperPreference(), Clerk(), kConfidential);
  add(v1::ConfirmPaperPreference(),
      {Signer::kOffice,
       {directory::v1::OFFICE_CLERK, directory::v1::OFFICE_SECRETARY,
        directory::v1::OFFICE_ADMINISTRATOR}},
      kConfidential);
  add(v1::CloseRound(), Office_(), kPublic);
  add(v1::EstablishRanking(), Office_(), kPublic);
}

void AddPapers(Rows& rows) {
  namespace v1 = papers::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             Disclosure disclosure) {
    rows.push_back(Row<Command>(Domain::kPapers, &World::mutable_papers, &World::papers,
                                std::move(authority), Always<Command>(disclosure)));
  };
  // A draft may turn out to belong to a non-public item.
  add(v1::DraftProposal(), Office_(), kCouncil);
  add(v1::ReviseProposal(), Office_(), kCouncil);
  add(v1::SetConsultationPath(), Office_(), kCouncil);
  add(v1::RecordRecommendation(), Person(), kCouncil);
  add(v1::HandOverIdeas(), Office_(), kPublic);
}

void AddAgenda(Rows& rows) {
  namespace v1 = meetings::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             DisclosureOf<Command> disclosure) {
    rows.push_back(Row<Command>(Domain::kMeetings, &World::mutable_agenda, &World::agenda,
                                std::move(authority), std::move(disclosure)));
  };
  add(v1::ConveneMeeting(), Office_(), Always<v1::ConveneMeeting>(kPublic));
  add(v1::PublishAgenda(), Office_(), [](const World&, const v1::PublishAgenda& command) {
    for (const v1::AgendaItemContent& item : command.items()) {
      if (!item.public_()) return kCouncil;
    }
    return kPublic;
  });
  add(v1::CancelMeeting(), Office_(), Always<v1::CancelMeeting>(kPublic));
}

void AddVoting(Rows& rows) {
  namespace v1 = meetings::v1;
  const auto to = [&rows]<typename Machine>(Machine& (World::*mutable_machine)(),
                                            const Machine& (World::*machine)() const) {
    return [&rows, mutable_machine, machine]<typename Command>(const Command&, Authority authority,
                                                               DisclosureOf<Command> disclosure) {
      rows.push_back(Row<Command>(Domain::kMeetings, mutable_machine, machine, std::move(authority),
                                  std::move(disclosure)));
    };
  };
  const auto to_sittings = to(&World::mutable_sittings, &World::sittings);
  const auto to_motions = to(&World::mutable_motions, &World::motions);
  const auto to_votes = to(&World::mutable_votes, &World::votes);
  const auto to_secret_votes = to(&World::mutable_secret_votes, &World::secret_votes);
  const auto to_lots = to(&World::mutable_lots, &World::lots);
  const auto add_ceremony = [&rows]<typename Command>(const Command&, Authority authority) {
    // What trustees hand in is made to be public.
    rows.push_back(Row<Command>(Domain::kMeetings, &World::mutable_ceremonies, &World::ceremonies,
                                std::move(authority), Always<Command>(kPublic)));
  };
  add_ceremony(v1::AnnounceKeyCeremony(), Office_());
  add_ceremony(v1::SubmitTrusteeCertificate(), Person());
  add_ceremony(v1::SubmitTrusteeContribution(), Person());
  add_ceremony(v1::SubmitTrusteeKey(), Person());
  add_ceremony(v1::CancelKeyCeremony(), Person());
  to_sittings(v1::OpenMeeting(), Person(), Always<v1::OpenMeeting>(kPublic));
  to_sittings(v1::CloseMeeting(), Person(), Always<v1::CloseMeeting>(kPublic));
  to_sittings(v1::CheckIn(), Person(), Always<v1::CheckIn>(kPublic));
  to_sittings(v1::CheckOut(), Person(), Always<v1::CheckOut>(kPublic));
  to_sittings(v1::DeclareConflict(), Person(), AsItem<v1::DeclareConflict>());
  to_sittings(v1::RecordDisruption(), Person(), Always<v1::RecordDisruption>(kCouncil));
  to_sittings(v1::ChallengeQuorum(), Person(), AsItem<v1::ChallengeQuorum>());
  to_sittings(v1::CountQuorum(), Person(), AsItem<v1::CountQuorum>());
  to_sittings(v1::CallItemAgain(), Person(), AsItem<v1::CallItemAgain>());
  to_votes(v1::DecideConflict(), Person(), AsItem<v1::DecideConflict>());
  to_motions(v1::DemandMode(), Person(), AsMotion<v1::DemandMode>());
  to_motions(v1::ProposeMotion(), Person(), AsItem<v1::ProposeMotion>());
  to_votes(v1::OpenVote(), Person(), AsMotion<v1::OpenVote>());
  // Whoever could read these while the vote is open could count: the reads show them after closing.
  to_votes(v1::CastVote(), Person(), Always<v1::CastVote>(kConfidential));
  to_votes(v1::CorrectVote(), Person(), Always<v1::CorrectVote>(kConfidential));
  to_votes(v1::RecordPaperVote(), Clerk(), Always<v1::RecordPaperVote>(kConfidential));
  to_votes(v1::ConfirmPaperVote(), Person(), Always<v1::ConfirmPaperVote>(kConfidential));
  to_votes(v1::WithdrawPaperVote(), Clerk(), Always<v1::WithdrawPaperVote>(kConfidential));
  to_votes(v1::MarkBallot(), Clerk(), Always<v1::MarkBallot>(kConfidential));
  // Who registers when, or casts when, is for nobody but the services and auditors to see.
  to_secret_votes(v1::RegisterCredential(), Person(),
                  Always<v1::RegisterCredential>(kConfidential));
  to_secret_votes(v1::WithdrawCredential(), Person(),
                  Always<v1::WithdrawCredential>(kConfidential));
  to_secret_votes(v1::CastSecretBallot(), Anybody(), Always<v1::CastSecretBallot>(kConfidential));
  // Credentials and ciphertexts are for those who may have the archive.
  to_secret_votes(v1::BeginBallots(), Person(), Always<v1::BeginBallots>(kCouncil));
  to_secret_votes(v1::SubmitDecryption(), Person(), Always<v1::SubmitDecryption>(kCouncil));
  to_secret_votes(v1::RecordParticipation(), Person(), AsVote<v1::RecordParticipation>());
  to_votes(v1::CloseVote(), Person(), AsVote<v1::CloseVote>());
  to_votes(v1::RecordBallotCount(), Clerk(), AsVote<v1::RecordBallotCount>());
  to_votes(v1::ConfirmBallotCount(), Person(), AsVote<v1::ConfirmBallotCount>());
  to_votes(v1::EstablishResult(), Person(), AsVote<v1::EstablishResult>());
  to_lots(v1::OpenLot(), Person(), Always<v1::OpenLot>(kPublic));
  to_lots(v1::CommitToLot(), Person(), Always<v1::CommitToLot>(kPublic));
  to_lots(v1::FixLot(), Person(), Always<v1::FixLot>(kPublic));
  to_lots(v1::RevealForLot(), Person(), Always<v1::RevealForLot>(kPublic));
  to_lots(v1::DrawLot(), Person(), Always<v1::DrawLot>(kPublic));
}

void AddDecisions(Rows& rows) {
  namespace v1 = decisions::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             DisclosureOf<Command> disclosure) {
    rows.push_back(Row<Command>(Domain::kDecisions, &World::mutable_decisions, &World::decisions,
                                std::move(authority), std::move(disclosure)));
  };
  add(v1::DraftDecision(), Minutes(), AsVote<v1::DraftDecision>());
  add(v1::SignDecision(), Person(), AsDecision<v1::SignDecision>());
  add(v1::ObjectToDecision(), Mayor(), AsDecision<v1::ObjectToDecision>());
  add(v1::ReleaseDecision(), Office_(), AsDecision<v1::ReleaseDecision>());
  add(v1::PublishDecision(), Office_(), AsDecision<v1::PublishDecision>());
}

void AddProjects(Rows& rows) {
  namespace v1 = projects::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             DisclosureOf<Command> disclosure) {
    rows.push_back(Row<Command>(Domain::kProjects, &World::mutable_projects, &World::projects,
                                std::move(authority), std::move(disclosure)));
  };
  add(v1::StartProject(), Office_(), AsDecision<v1::StartProject>());
  add(v1::AssignLead(), Person(), AsProject<v1::AssignLead>());
  add(v1::ReportProgress(), Person(), AsProject<v1::ReportProgress>());
  add(v1::ReachMilestone(), Person(), AsProject<v1::ReachMilestone>());
}

Rows MakeTable() {
  Rows rows;
  AddDirectory(rows);
  AddIdeas(rows);
  AddPapers(rows);
  AddAgenda(rows);
  AddVoting(rows);
  AddDecisions(rows);
  AddProjects(rows);
  return rows;
}

}  // namespace

const std::vector<CommandType>& CommandTable() {
  static const auto* const kTable = new Rows(MakeTable());
  return *kTable;
}

const CommandType* FindCommandType(absl::string_view payload_type) {
  static const auto* const kByType = [] {
    auto* map = new absl::flat_hash_map<std::string, const CommandType*>();
    for (const CommandType& row : CommandTable()) (*map)[row.payload_type] = &row;
    return map;
  }();
  const auto found = kByType->find(payload_type);
  return found == kByType->end() ? nullptr : found->second;
}

}  // namespace votum
