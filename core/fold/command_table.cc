#include "core/fold/command_table.h"

#include <set>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/command/payload_type.h"

namespace votum {
namespace {

using directory::v1::Office;
using google::protobuf::Message;

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

// What stands in these does not exist: nobody is to learn more of it.
Reach OfMeeting(const World& world, absl::string_view meeting_id) {
  const meetings::MeetingEntry* meeting = world.agenda().FindMeeting(meeting_id);
  return meeting == nullptr ? Reach::Sealed() : Reach::Bodies({meeting->organization_id});
}

Reach OfItem(const World& world, absl::string_view item_id) {
  const meetings::ItemEntry* item = world.agenda().FindItem(item_id);
  if (item == nullptr) return Reach::Sealed();
  return item->content.public_() ? Reach::Public() : OfMeeting(world, item->meeting_id);
}

Reach OfMotion(const World& world, absl::string_view motion_id) {
  const meetings::MotionEntry* motion = world.voting().FindMotion(motion_id);
  return motion == nullptr ? Reach::Sealed() : OfItem(world, motion->item_id);
}

Reach OfVote(const World& world, absl::string_view vote_event_id) {
  const meetings::VoteEventEntry* event = world.voting().FindVoteEvent(vote_event_id);
  return event == nullptr ? Reach::Sealed() : OfMotion(world, event->motion_id);
}

Reach OfDecision(const World& world, absl::string_view decision_id) {
  const decisions::v1::Decision* decision = world.decisions().FindDecision(decision_id);
  if (decision == nullptr) return Reach::Sealed();
  return decision->public_() ? Reach::Public() : OfMeeting(world, decision->meeting_id());
}

// A proposal is a draft, for offices, until it has a path; then it is for those who advise and
// decide. The public reads it when it stands on a public item, from the papers service.
Reach OfProposal(const World& world, absl::string_view proposal_id) {
  const papers::v1::Proposal* proposal = world.papers().FindProposal(proposal_id);
  if (proposal == nullptr) return Reach::Sealed();
  std::set<std::string> bodies;
  for (const papers::v1::Consultation& step : proposal->consultations())
    bodies.insert(step.organization_id());
  return Reach::Bodies({bodies.begin(), bodies.end()});
}

// The part of a row that depends on the command's C++ type. `machine` gives the domain's state
// machine.
template <typename Command, typename Machine>
CommandType Row(Domain domain, Machine& (World::*mutable_machine)(),
                const Machine& (World::*machine)() const, Authority authority,
                std::function<Reach(const World&, const Command&)> reach) {
  CommandType row;
  row.payload_type = PayloadType(Command::descriptor());
  row.name = Command::descriptor()->name();
  row.domain = domain;
  row.authority = std::move(authority);
  row.prototype = &Command::default_instance();
  row.header = [](const Message& message) -> const common::v1::CommandHeader& {
    return static_cast<const Command&>(message).header();
  };
  row.reach = [reach = std::move(reach)](const World& world, const Message& message) {
    return reach(world, static_cast<const Command&>(message));
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
std::function<Reach(const World&, const Command&)> Always(Reach reach) {
  return [reach = std::move(reach)](const World&, const Command&) { return reach; };
}

template <typename Command>
std::function<Reach(const World&, const Command&)> AsItem() {
  return
      [](const World& world, const Command& command) { return OfItem(world, command.item_id()); };
}

template <typename Command>
std::function<Reach(const World&, const Command&)> AsMotion() {
  return [](const World& world, const Command& command) {
    return OfMotion(world, command.motion_id());
  };
}

template <typename Command>
std::function<Reach(const World&, const Command&)> AsVote() {
  return [](const World& world, const Command& command) {
    return OfVote(world, command.vote_event_id());
  };
}

template <typename Command>
std::function<Reach(const World&, const Command&)> AsDecision() {
  return [](const World& world, const Command& command) {
    return OfDecision(world, command.decision_id());
  };
}

template <typename Command>
std::function<Reach(const World&, const Command&)> AsProposal() {
  return [](const World& world, const Command& command) {
    return OfProposal(world, command.proposal_id());
  };
}

template <typename Command>
std::function<Reach(const World&, const Command&)> AsMeeting() {
  return [](const World& world, const Command& command) {
    return OfMeeting(world, command.meeting_id());
  };
}

template <typename Command>
std::function<Reach(const World&, const Command&)> AsProject() {
  return [](const World& world, const Command& command) {
    const projects::v1::Project* project = world.projects().FindProject(command.project_id());
    return project == nullptr ? Reach::Sealed() : OfDecision(world, project->decision_id());
  };
}

using Rows = std::vector<CommandType>;

// Of a command whose type another argument tells.
template <typename Command>
using ReachOf = std::function<Reach(const World&, const std::type_identity_t<Command>&)>;

void AddDirectory(Rows& rows) {
  namespace v1 = directory::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority) {
    rows.push_back(Row<Command>(Domain::kDirectory, &World::mutable_directory, &World::directory,
                                std::move(authority), Always<Command>(Reach::Public())));
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
  const auto add = [&rows]<typename Command>(const Command&, Authority authority, Reach reach) {
    rows.push_back(Row<Command>(Domain::kIdeas, &World::mutable_ideas, &World::ideas,
                                std::move(authority), Always<Command>(std::move(reach))));
  };
  add(v1::SubmitIdea(), Anybody(), Reach::Office());
  add(v1::RecordIdea(), Office_(), Reach::Office());
  add(v1::ImportIdeas(), Office_(), Reach::Office());
  add(v1::ModerateIdeas(), Office_(), Reach::Public());
  add(v1::MergeIdeas(), Office_(), Reach::Public());
  add(v1::SplitIdea(), Office_(), Reach::Public());
  add(v1::OpenRound(), Office_(), Reach::Public());
  add(v1::RegisterVoters(), Office_(), Reach::Sealed());
  add(v1::CastPreference(), Anybody(), Reach::Sealed());
  add(v1::RecordPaperPreference(), Clerk(), Reach::Sealed());
  add(v1::ConfirmPaperPreference(),
      {Signer::kOffice,
       {directory::v1::OFFICE_CLERK, directory::v1::OFFICE_SECRETARY,
        directory::v1::OFFICE_ADMINISTRATOR}},
      Reach::Sealed());
  add(v1::CloseRound(), Office_(), Reach::Public());
  add(v1::EstablishRanking(), Office_(), Reach::Public());
}

void AddPapers(Rows& rows) {
  namespace v1 = papers::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             ReachOf<Command> reach) {
    rows.push_back(Row<Command>(Domain::kPapers, &World::mutable_papers, &World::papers,
                                std::move(authority), std::move(reach)));
  };
  add(v1::DraftProposal(), Office_(), Always<v1::DraftProposal>(Reach::Office()));
  add(v1::ReviseProposal(), Office_(), AsProposal<v1::ReviseProposal>());
  add(v1::SetConsultationPath(), Office_(),
      [](const World&, const v1::SetConsultationPath& command) {
        std::set<std::string> bodies;
        for (const v1::ConsultationStep& step : command.steps())
          bodies.insert(step.organization_id());
        return Reach::Bodies({bodies.begin(), bodies.end()});
      });
  add(v1::RecordRecommendation(), Person(), AsProposal<v1::RecordRecommendation>());
  add(v1::HandOverIdeas(), Office_(), Always<v1::HandOverIdeas>(Reach::Public()));
}

void AddAgenda(Rows& rows) {
  namespace v1 = meetings::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             ReachOf<Command> reach) {
    rows.push_back(Row<Command>(Domain::kMeetings, &World::mutable_agenda, &World::agenda,
                                std::move(authority), std::move(reach)));
  };
  add(v1::ConveneMeeting(), Office_(), Always<v1::ConveneMeeting>(Reach::Public()));
  add(v1::PublishAgenda(), Office_(), [](const World& world, const v1::PublishAgenda& command) {
    for (const v1::AgendaItemContent& item : command.items()) {
      if (!item.public_()) return OfMeeting(world, command.meeting_id());
    }
    return Reach::Public();
  });
  add(v1::CancelMeeting(), Office_(), Always<v1::CancelMeeting>(Reach::Public()));
}

void AddVoting(Rows& rows) {
  namespace v1 = meetings::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             ReachOf<Command> reach) {
    rows.push_back(Row<Command>(Domain::kMeetings, &World::mutable_voting, &World::voting,
                                std::move(authority), std::move(reach)));
  };
  const auto add_ceremony = [&rows]<typename Command>(const Command&, Authority authority) {
    // What trustees hand in is made to be public.
    rows.push_back(Row<Command>(Domain::kMeetings, &World::mutable_ceremonies, &World::ceremonies,
                                std::move(authority), Always<Command>(Reach::Public())));
  };
  add_ceremony(v1::AnnounceKeyCeremony(), Office_());
  add_ceremony(v1::SubmitTrusteeCertificate(), Person());
  add_ceremony(v1::SubmitTrusteeContribution(), Person());
  add_ceremony(v1::SubmitTrusteeKey(), Person());
  add_ceremony(v1::CancelKeyCeremony(), Person());
  add(v1::OpenMeeting(), Person(), Always<v1::OpenMeeting>(Reach::Public()));
  add(v1::CloseMeeting(), Person(), Always<v1::CloseMeeting>(Reach::Public()));
  add(v1::CheckIn(), Person(), Always<v1::CheckIn>(Reach::Public()));
  add(v1::CheckOut(), Person(), Always<v1::CheckOut>(Reach::Public()));
  add(v1::DeclareConflict(), Person(), AsItem<v1::DeclareConflict>());
  add(v1::RecordDisruption(), Person(), AsMeeting<v1::RecordDisruption>());
  add(v1::ChallengeQuorum(), Person(), AsItem<v1::ChallengeQuorum>());
  add(v1::CountQuorum(), Person(), AsItem<v1::CountQuorum>());
  add(v1::CallItemAgain(), Person(), AsItem<v1::CallItemAgain>());
  add(v1::DecideConflict(), Person(), AsItem<v1::DecideConflict>());
  add(v1::DemandMode(), Person(), AsMotion<v1::DemandMode>());
  add(v1::ProposeMotion(), Person(), AsItem<v1::ProposeMotion>());
  add(v1::OpenVote(), Person(), AsMotion<v1::OpenVote>());
  // Whoever could read these while the vote is open could count. What a result opens later, and
  // what auditors are not shown either before the vote is closed, stands in reach_log.h.
  add(v1::CastVote(), Person(), Always<v1::CastVote>(Reach::Sealed()));
  add(v1::CorrectVote(), Person(), Always<v1::CorrectVote>(Reach::Sealed()));
  add(v1::RecordPaperVote(), Clerk(), Always<v1::RecordPaperVote>(Reach::Sealed()));
  add(v1::ConfirmPaperVote(), Person(), Always<v1::ConfirmPaperVote>(Reach::Sealed()));
  add(v1::WithdrawPaperVote(), Clerk(), Always<v1::WithdrawPaperVote>(Reach::Sealed()));
  add(v1::MarkBallot(), Clerk(), Always<v1::MarkBallot>(Reach::Sealed()));
  // Who registers when, or casts when, is for nobody but auditors to see.
  add(v1::RegisterCredential(), Person(), Always<v1::RegisterCredential>(Reach::Sealed()));
  add(v1::WithdrawCredential(), Person(), Always<v1::WithdrawCredential>(Reach::Sealed()));
  add(v1::CastSecretBallot(), Anybody(), Always<v1::CastSecretBallot>(Reach::Sealed()));
  // Credentials and ciphertexts are for those who may have the archive.
  add(v1::BeginBallots(), Person(), AsMeeting<v1::BeginBallots>());
  add(v1::SubmitDecryption(), Person(), AsMeeting<v1::SubmitDecryption>());
  add(v1::RecordParticipation(), Person(), AsVote<v1::RecordParticipation>());
  add(v1::CloseVote(), Person(), AsVote<v1::CloseVote>());
  add(v1::RecordBallotCount(), Clerk(), AsVote<v1::RecordBallotCount>());
  add(v1::ConfirmBallotCount(), Person(), AsVote<v1::ConfirmBallotCount>());
  add(v1::EstablishResult(), Person(), AsVote<v1::EstablishResult>());
  add(v1::OpenLot(), Person(), Always<v1::OpenLot>(Reach::Public()));
  add(v1::CommitToLot(), Person(), Always<v1::CommitToLot>(Reach::Public()));
  add(v1::FixLot(), Person(), Always<v1::FixLot>(Reach::Public()));
  add(v1::RevealForLot(), Person(), Always<v1::RevealForLot>(Reach::Public()));
  add(v1::DrawLot(), Person(), Always<v1::DrawLot>(Reach::Public()));
}

void AddDecisions(Rows& rows) {
  namespace v1 = decisions::v1;
  const auto add = [&rows]<typename Command>(const Command&, Authority authority,
                                             ReachOf<Command> reach) {
    rows.push_back(Row<Command>(Domain::kDecisions, &World::mutable_decisions, &World::decisions,
                                std::move(authority), std::move(reach)));
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
                                             ReachOf<Command> reach) {
    rows.push_back(Row<Command>(Domain::kProjects, &World::mutable_projects, &World::projects,
                                std::move(authority), std::move(reach)));
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
