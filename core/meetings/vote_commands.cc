// The course of a vote: opening, casting, correcting, closing, establishing the result.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/meetings/voting_machine.h"
#include "rules/explain.h"
#include "rules/profile.h"
#include "rules/quorum.h"

namespace votum::meetings {
namespace {

// Whether what a voter says does not fit into one choice and one candidate.
bool NeedsBallots(const MotionEntry& motion) { return motion.choose_max > 1 || motion.places > 1; }

// "ordinary, hauptsatzung"
std::string KeysOf(const rules::v1::RuleProfile& profile) {
  std::string keys;
  for (const rules::v1::MotionRule& rule : profile.motions()) {
    absl::StrAppend(&keys, keys.empty() ? "" : ", ", rule.key());
  }
  return keys;
}

}  // namespace

absl::Status VotingMachine::CheckRule(const directory::OrganizationEntry& organization,
                                      absl::string_view rule_key) const {
  if (rules::FindMotionRule(organization.profile, rule_key) != nullptr) return absl::OkStatus();
  return Refuse(
      Reason::kUnknownRule,
      absl::StrCat("the rule profile ", organization.profile.id(), " of ", organization.id,
                   " has no majority \"", rule_key, "\"; it has: ", KeysOf(organization.profile)));
}

std::vector<std::string> VotingMachine::Electorate(const SittingEntry& sitting,
                                                   absl::string_view item_id,
                                                   absl::string_view norm) const {
  const auto conflicts = sitting.conflicts.find(item_id);
  const bool without_mayor =
      LeavesOutMayor(*directory_.FindOrganization(sitting.organization_id), norm);
  const auto excluded = [&](const std::string& person_id) {
    if (conflicts != sitting.conflicts.end() && conflicts->second.count(person_id) > 0) return true;
    return without_mayor && directory_.HasOffice(person_id, directory::v1::OFFICE_MAYOR);
  };
  std::vector<std::string> electorate;
  for (const auto& [person_id, position] : sitting.present) {
    const auto* membership = directory_.ActiveMembership(person_id, sitting.organization_id);
    if (membership != nullptr && membership->voting_right && !excluded(person_id)) {
      electorate.push_back(person_id);
    }
  }
  return electorate;
}

uint32_t VotingMachine::SeatedNumber(absl::string_view organization_id) const {
  uint32_t seated = 0;
  for (const directory::MembershipEntry* member : directory_.ActiveMembers(organization_id)) {
    if (member->voting_right) ++seated;
  }
  return seated;
}

absl::Status VotingMachine::CheckQuorate(const directory::OrganizationEntry& organization,
                                         const SittingEntry& sitting,
                                         const MotionEntry& motion) const {
  const rules::v1::QuorumRule& rule = organization.profile.quorum();
  const rules::QuorumResult quorum =
      rules::EvaluateQuorum(rule, AttendanceOn(organization, sitting, motion.item_id, motion.norm));
  if (quorum.quorate) return absl::OkStatus();
  return Refuse(
      Reason::kNotQuorate,
      absl::StrCat(rules::ExplainQuorum(rule, quorum).en(), " Members in conflict on item ",
                   motion.item_id,
                   " and members without voting right are not counted. Wait until more members "
                   "have checked in, or postpone the item"));
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::OpenVote& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(context, sitting->organization_id));
  const MotionEntry* motion = FindMotion(command.motion_id());
  if (motion == nullptr || motion->meeting_id != command.meeting_id()) {
    return Refuse(Reason::kNoSuchMotion,
                  absl::StrCat("there is no motion ", command.motion_id(), " in meeting ",
                               command.meeting_id(), "; propose it before"));
  }
  RETURN_IF_ERROR(CheckId("vote_event_id", command.vote_event_id()));
  if (FindVoteEvent(command.vote_event_id()) != nullptr) {
    return Refuse(Reason::kVoteExists,
                  absl::StrCat("vote ", command.vote_event_id(), " exists; choose another id"));
  }
  if (command.mode() == v1::VOTE_MODE_UNSPECIFIED || !v1::VoteMode_IsValid(command.mode())) {
    return Refuse(Reason::kBadMode, "mode must be open, roll call or secret");
  }
  if (!motion->vote_event_id.empty()) {
    return Refuse(Reason::kMotionHasVote,
                  absl::StrCat("motion ", motion->id, " was put in vote ", motion->vote_event_id,
                               "; to repeat it, propose it again under another id"));
  }
  if (!sitting->open_vote_event_id.empty()) {
    return Refuse(Reason::kAnotherVoteOpen, absl::StrCat("vote ", sitting->open_vote_event_id,
                                                         " is still open; close it before"));
  }
  const directory::OrganizationEntry& organization =
      *directory_.FindOrganization(sitting->organization_id);
  RETURN_IF_ERROR(CheckRule(organization, motion->rule_key));
  RETURN_IF_ERROR(CheckInForce(organization, context.time));
  RETURN_IF_ERROR(CheckQuorumCourse(*sitting, motion->item_id));
  RETURN_IF_ERROR(CheckQuorate(organization, *sitting, *motion));
  RETURN_IF_ERROR(CheckMode(organization, *sitting, *motion, command.mode()));
  if (command.mode() != v1::VOTE_MODE_SECRET && NeedsBallots(*motion)) {
    return Refuse(Reason::kBadMode, absl::StrCat("in election ", motion->id,
                                                 " each names several candidates, or several "
                                                 "are elected: take it in secret"));
  }
  if (command.mode() == v1::VOTE_MODE_SECRET) {
    RETURN_IF_ERROR(CheckSecrecy(organization.profile,
                                 Electorate(*sitting, motion->item_id, motion->norm).size(),
                                 command.has_electronic()));
  }
  if (!command.has_electronic()) return absl::OkStatus();
  return CheckElectronic(organization, *motion, command);
}

void VotingMachine::Apply(const CommandContext& context, const v1::OpenVote& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  MotionEntry& motion = motions_.find(command.motion_id())->second;
  const directory::OrganizationEntry& organization =
      *directory_.FindOrganization(sitting.organization_id);

  VoteEventEntry& event = vote_events_[command.vote_event_id()];
  event.id = command.vote_event_id();
  event.meeting_id = command.meeting_id();
  event.motion_id = motion.id;
  event.mode = command.mode();
  event.state = v1::VOTE_EVENT_STATE_OPEN;
  event.electorate = Electorate(sitting, motion.item_id, motion.norm);
  const auto conflicts = sitting.conflicts.find(motion.item_id);
  if (conflicts != sitting.conflicts.end()) event.excluded = conflicts->second;
  const rules::Attendance attendance =
      AttendanceOn(organization, sitting, motion.item_id, motion.norm);
  event.statutory_number = attendance.statutory;
  event.second_call = attendance.second_call;
  event.second_call_noticed = attendance.second_call_noticed;
  event.seated_number = SeatedNumber(organization.id);
  event.profile = organization.profile;
  event.opened = context.time;
  if (command.has_electronic()) OpenOnDevices(context, organization, motion, command, event);

  motion.vote_event_id = event.id;
  sitting.vote_event_ids.push_back(event.id);
  sitting.open_vote_event_id = event.id;
}

absl::Status VotingMachine::CheckVoter(const VoteEventEntry& event,
                                       absl::string_view person_id) const {
  const SittingEntry& sitting = *FindSitting(event.meeting_id);
  const bool entitled = std::binary_search(event.electorate.begin(), event.electorate.end(),
                                           person_id, std::less<>());
  if (entitled) {
    if (sitting.present.find(person_id) != sitting.present.end()) return absl::OkStatus();
    return Refuse(Reason::kNotPresent,
                  absl::StrCat(person_id, " has left meeting ", sitting.meeting_id,
                               "; check in again while vote ", event.id, " is open"));
  }
  if (event.excluded.find(person_id) != event.excluded.end()) {
    return Refuse(Reason::kExcludedByConflict,
                  absl::StrCat(person_id,
                               " is in conflict on this item and takes no "
                               "part in vote ",
                               event.id));
  }
  const auto* membership = directory_.ActiveMembership(person_id, sitting.organization_id);
  if (membership != nullptr && membership->voting_right) {
    return Refuse(Reason::kNotPresent,
                  absl::StrCat(person_id, " was not present when vote ", event.id,
                               " was opened; check in to "
                               "take part in the next one"));
  }
  return Refuse(Reason::kNotEntitled,
                absl::StrCat(person_id, " has no voting right in ", sitting.organization_id));
}

absl::Status VotingMachine::CheckNotVoted(const VoteEventEntry& event,
                                          absl::string_view person_id) const {
  if (const auto voted = event.votes.find(person_id); voted != event.votes.end()) {
    const VoteEntry& vote = voted->second;
    return Refuse(
        Reason::kAlreadyVoted,
        vote.paper
            ? absl::StrCat(person_id, " has voted on paper, confirmed at record ", vote.index,
                           "; if that is wrong, the chair closes vote ", event.id,
                           " and puts the motion again")
            : absl::StrCat(person_id, " has voted at record ", vote.index,
                           "; to change it, send CorrectVote for command ", vote.command_id));
  }
  if (const auto paper = event.pending_papers.find(person_id);
      paper != event.pending_papers.end()) {
    return Refuse(
        Reason::kPaperRecorded,
        absl::StrCat(paper->second.recorder_id, " has recorded a vote on paper of ", person_id,
                     " at record ", paper->second.index,
                     ", which waits for its confirmation; if it is wrong, a clerk takes it back "
                     "(WithdrawPaperVote)"));
  }
  return absl::OkStatus();
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::CastVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   OpenVoteOf(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckBallot(*event, command.choice(), command.candidate_id()));
  RETURN_IF_ERROR(CheckVoter(*event, context.actor));
  return CheckNotVoted(*event, context.actor);
}

void VotingMachine::Apply(const CommandContext& context, const v1::CastVote& command) {
  Touch(context, command.meeting_id());
  MutableVote(command.vote_event_id()).votes[context.actor] = {
      command.choice(), /*paper=*/false, context.command_id, context.index, command.candidate_id()};
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::CorrectVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   OpenVoteOf(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckBallot(*event, command.choice(), command.candidate_id()));
  RETURN_IF_ERROR(CheckVoter(*event, context.actor));
  const auto voted = event->votes.find(context.actor);
  if (voted == event->votes.end()) {
    // A paper that waits is the better explanation.
    RETURN_IF_ERROR(CheckNotVoted(*event, context.actor));
    return Refuse(Reason::kNotVoted, absl::StrCat(context.actor, " has not voted in vote ",
                                                  event->id, "; send CastVote"));
  }
  if (voted->second.paper) return CheckNotVoted(*event, context.actor);
  if (voted->second.command_id == command.replaces_command_id()) return absl::OkStatus();
  return Refuse(Reason::kStaleCorrection,
                absl::StrCat("the newest vote of ", context.actor, " is command ",
                             voted->second.command_id, " at record ", voted->second.index, ", not ",
                             command.replaces_command_id(), "; look at it and correct that one"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::CorrectVote& command) {
  Touch(context, command.meeting_id());
  MutableVote(command.vote_event_id()).votes[context.actor] = {
      command.choice(), /*paper=*/false, context.command_id, context.index, command.candidate_id()};
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::CloseVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   OpenVoteOf(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckPresides(context, FindSitting(event->meeting_id)->organization_id));
  if (event->pending_papers.empty()) return CheckMayClose(*event, command.abandon());
  std::string waiting;
  for (const auto& [person_id, paper] : event->pending_papers) {
    absl::StrAppend(&waiting, waiting.empty() ? "" : ", ", person_id);
  }
  return Refuse(Reason::kPaperUnconfirmed,
                absl::StrCat("votes on paper wait for a second person: ", waiting,
                             "; confirm them or take them back before"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::CloseVote& command) {
  Touch(context, command.meeting_id()).open_vote_event_id.clear();
  VoteEventEntry& event = MutableVote(command.vote_event_id());
  event.state = v1::VOTE_EVENT_STATE_CLOSED;
  event.closed = context.time;
  event.close_index = context.index;
  if (event.secret.has_value()) CloseOnDevices(command.abandon(), event);
}

}  // namespace votum::meetings
