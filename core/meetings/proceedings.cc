// How a meeting gets to a vote: doubts about the quorum, second calls, disruptions, conflicts that
// the council decides, demands for a mode.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/meetings/voting_machine.h"
#include "rules/calendar.h"
#include "rules/explain.h"
#include "rules/modes.h"

namespace votum::meetings {
namespace {

constexpr size_t kMaxDisruptionBytes = 2048;
constexpr size_t kMostOrganizations = 1000;

rules::v1::Mode ToRule(v1::VoteMode mode) {
  if (mode == v1::VOTE_MODE_SECRET) return rules::v1::MODE_SECRET;
  return mode == v1::VOTE_MODE_ROLL_CALL ? rules::v1::MODE_ROLL_CALL : rules::v1::MODE_OPEN;
}

// The demands for each mode, added up.
std::vector<rules::ModeRequest> RequestsOf(const MotionEntry& motion) {
  std::vector<rules::ModeRequest> requests;
  for (const v1::VoteMode mode : {v1::VOTE_MODE_SECRET, v1::VOTE_MODE_ROLL_CALL}) {
    rules::ModeRequest request;
    request.mode = ToRule(mode);
    for (const DemandEntry& demand : motion.demands) {
      if (demand.mode != mode) continue;
      ++request.supporters;
      request.by_faction = request.by_faction || !demand.faction_id.empty();
    }
    if (request.supporters > 0) requests.push_back(request);
  }
  return requests;
}

// Members of the electorate who belong to no council: expert citizens (sachkundige Bürger).
uint32_t Experts(const directory::DirectoryMachine& directory,
                 const std::vector<std::string>& electorate) {
  std::vector<std::string> councils;
  for (const directory::v1::Organization& one :
       directory.ListOrganizations("", kMostOrganizations)) {
    if (one.kind() == directory::v1::ORGANIZATION_KIND_COUNCIL) councils.push_back(one.id());
  }
  return static_cast<uint32_t>(
      std::count_if(electorate.begin(), electorate.end(), [&](const std::string& person_id) {
        return std::none_of(councils.begin(), councils.end(), [&](const std::string& council) {
          return directory.ActiveMembership(person_id, council) != nullptr;
        });
      }));
}

}  // namespace

bool VotingMachine::LeavesOutMayor(const directory::OrganizationEntry& organization,
                                   absl::string_view norm) const {
  if (norm.empty()) return false;
  const auto& norms = organization.profile.mayor().no_vote_norms();
  if (std::find(norms.begin(), norms.end(), norm) == norms.end()) return false;
  for (const directory::MembershipEntry* member : directory_.ActiveMembers(organization.id)) {
    if (member->voting_right &&
        directory_.HasOffice(member->person_id, directory::v1::OFFICE_MAYOR)) {
      return true;
    }
  }
  return false;
}

rules::Attendance VotingMachine::AttendanceOn(const directory::OrganizationEntry& organization,
                                              const SittingEntry& sitting,
                                              absl::string_view item_id,
                                              absl::string_view norm) const {
  const std::vector<std::string> electorate = Electorate(sitting, item_id, norm);
  rules::Attendance attendance;
  attendance.statutory = organization.statutory_number;
  if (attendance.statutory > 0 && LeavesOutMayor(organization, norm)) --attendance.statutory;
  attendance.present = static_cast<uint32_t>(electorate.size());
  if (const auto conflicts = sitting.conflicts.find(item_id); conflicts != sitting.conflicts.end())
    attendance.excluded = static_cast<uint32_t>(conflicts->second.size());
  if (organization.profile.quorum().members_outnumber_experts())
    attendance.experts = Experts(directory_, electorate);
  if (const auto quorum = sitting.quorums.find(item_id); quorum != sitting.quorums.end()) {
    attendance.second_call = quorum->second.second_call;
    attendance.second_call_noticed = quorum->second.noticed;
  }
  return attendance;
}

absl::Status VotingMachine::CheckInForce(const directory::OrganizationEntry& organization,
                                         absl::Time time) const {
  const rules::v1::RuleProfile& profile = organization.profile;
  const std::string day =
      absl::FormatCivilTime(absl::CivilDay(rules::LocalTime(profile.time_zone(), time)));
  // Days in this form are in the order of their text.
  if (profile.valid_from() <= day && (profile.valid_to().empty() || day <= profile.valid_to()))
    return absl::OkStatus();
  return Refuse(Reason::kRulesNotInForce,
                absl::StrCat("the rules ", profile.id(), " of ", organization.id, " hold from ",
                             profile.valid_from(), " to ", profile.valid_to(), ", today is ", day,
                             "; an administrator adopts the version in force (AdoptRuleProfile)"));
}

absl::Status VotingMachine::CheckQuorumCourse(const SittingEntry& sitting,
                                              absl::string_view item_id) const {
  const auto quorum = sitting.quorums.find(item_id);
  if (quorum == sitting.quorums.end() || rules::MayDecide(quorum->second.state))
    return absl::OkStatus();
  const rules::QuorumState state = quorum->second.state;
  if (state == rules::QuorumState::kChallenged || state == rules::QuorumState::kSecondCall) {
    return Refuse(Reason::kQuorumChallenged,
                  absl::StrCat("the members present have to be counted for item ", item_id,
                               " before it is voted on (CountQuorum)"));
  }
  return Refuse(Reason::kItemPostponed,
                absl::StrCat("item ", item_id, " was postponed for want of a quorum",
                             state == rules::QuorumState::kDoneWith
                                 ? " for the second time, and is done with"
                                 : "; call it again in another meeting (CallItemAgain)"));
}

absl::Status VotingMachine::CheckMode(const directory::OrganizationEntry& organization,
                                      const SittingEntry& sitting, const MotionEntry& motion,
                                      v1::VoteMode mode) const {
  const rules::v1::RuleProfile& profile = organization.profile;
  const bool election = !motion.candidates.empty();
  const rules::Attendance attendance =
      AttendanceOn(organization, sitting, motion.item_id, motion.norm);
  rules::Bases bases;
  bases.present = attendance.present;
  bases.seated = SeatedNumber(organization.id);
  bases.statutory = attendance.statutory;
  rules::v1::ModeRule rule = profile.modes();
  if (election && profile.election().open_if_nobody_objects()) {
    // Anybody can object to an open election.
    rule.mutable_secret()->set_allowed(true);
    rule.mutable_secret()->clear_fraction();
    rule.mutable_secret()->set_by_majority(false);
    *rule.mutable_secret()->mutable_provenance() = profile.election().provenance();
  }
  const rules::ModeDecision decision = rules::DecideMode(rule, bases, RequestsOf(motion));
  if (decision.mode != rules::v1::MODE_OPEN && decision.mode != ToRule(mode))
    return Refuse(Reason::kModeDemanded, decision.reason.en());
  const bool secret_forbidden = profile.has_modes() && !profile.modes().secret().allowed();
  if (mode == v1::VOTE_MODE_SECRET && secret_forbidden && !election) {
    return Refuse(Reason::kModeNotAllowed,
                  absl::StrCat("motions are not put in secret here, ",
                               profile.modes().secret().provenance().norm()));
  }
  return absl::OkStatus();
}

absl::Status VotingMachine::CheckPresentVoter(const SittingEntry& sitting,
                                              absl::string_view person_id) const {
  const auto* membership = directory_.ActiveMembership(person_id, sitting.organization_id);
  if (membership == nullptr || !membership->voting_right) {
    return Refuse(Reason::kNotEntitled,
                  absl::StrCat(person_id, " has no voting right in ", sitting.organization_id));
  }
  if (sitting.present.find(person_id) != sitting.present.end()) return absl::OkStatus();
  return Refuse(Reason::kNotPresent, absl::StrCat(person_id, " is not present in meeting ",
                                                  sitting.meeting_id, "; check in before"));
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::RecordDisruption& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  if (command.person_id().empty() || command.person_id() != context.actor) {
    RETURN_IF_ERROR(CheckPresides(context, sitting->organization_id));
  }
  if (!command.person_id().empty()) RETURN_IF_ERROR(CheckMember(command.person_id(), *sitting));
  return CheckText("text", command.text(), kMaxDisruptionBytes);
}

void VotingMachine::Apply(const CommandContext& context, const v1::RecordDisruption& command) {
  Touch(context, command.meeting_id())
      .disruptions.push_back({command.person_id(), command.text(), context.time, context.actor});
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::ChallengeQuorum& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckItem(command.item_id(), command.meeting_id()));
  RETURN_IF_ERROR(CheckPresentVoter(*sitting, context.actor));
  const auto quorum = sitting->quorums.find(command.item_id());
  const rules::QuorumState state =
      quorum == sitting->quorums.end() ? rules::QuorumState::kPresumed : quorum->second.state;
  return rules::ChallengeQuorum(state).status();
}

void VotingMachine::Apply(const CommandContext& context, const v1::ChallengeQuorum& command) {
  Touch(context, command.meeting_id()).quorums[command.item_id()].state =
      rules::QuorumState::kChallenged;
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::CountQuorum& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(context, sitting->organization_id));
  RETURN_IF_ERROR(CheckItem(command.item_id(), command.meeting_id()));
  const auto quorum = sitting->quorums.find(command.item_id());
  const rules::QuorumState state =
      quorum == sitting->quorums.end() ? rules::QuorumState::kPresumed : quorum->second.state;
  const directory::OrganizationEntry& organization =
      *directory_.FindOrganization(sitting->organization_id);
  return rules::CountQuorum(organization.profile.quorum(),
                            AttendanceOn(organization, *sitting, command.item_id(), ""), state)
      .status();
}

void VotingMachine::Apply(const CommandContext& context, const v1::CountQuorum& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  ItemQuorumEntry& quorum = sitting.quorums[command.item_id()];
  const directory::OrganizationEntry& organization =
      *directory_.FindOrganization(sitting.organization_id);
  const rules::v1::QuorumRule& rule = organization.profile.quorum();
  const rules::Attendance attendance = AttendanceOn(organization, sitting, command.item_id(), "");
  quorum.state = *rules::CountQuorum(rule, attendance, quorum.state);
  quorum.count = rules::ExplainQuorum(rule, rules::EvaluateQuorum(rule, attendance));
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::CallItemAgain& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(context, sitting->organization_id));
  RETURN_IF_ERROR(CheckItem(command.item_id(), command.meeting_id()));
  const SittingEntry* before = FindSitting(command.postponed_meeting_id());
  if (before == nullptr || before->organization_id != sitting->organization_id) {
    return Refuse(Reason::kNoSuchMeeting,
                  absl::StrCat("there was no meeting ", command.postponed_meeting_id(), " of ",
                               sitting->organization_id));
  }
  if (command.postponed_meeting_id() == command.meeting_id()) {
    return Refuse(Reason::kSameMeeting,
                  "an item is called again in another meeting than it was postponed in");
  }
  const auto quorum = before->quorums.find(command.postponed_item_id());
  const rules::QuorumState state =
      quorum == before->quorums.end() ? rules::QuorumState::kPresumed : quorum->second.state;
  RETURN_IF_ERROR(rules::CallAgain(state).status());
  if (sitting->quorums.find(command.item_id()) == sitting->quorums.end()) return absl::OkStatus();
  return Refuse(Reason::kAlreadyChallenged,
                absl::StrCat("the quorum on item ", command.item_id(),
                             " was doubted, counted or called again already"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::CallItemAgain& command) {
  ItemQuorumEntry& quorum = Touch(context, command.meeting_id()).quorums[command.item_id()];
  quorum.state = rules::QuorumState::kSecondCall;
  quorum.second_call = true;
  quorum.noticed = command.noticed();
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::DecideConflict& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(context, sitting->organization_id));
  RETURN_IF_ERROR(CheckItem(command.item_id(), command.meeting_id()));
  RETURN_IF_ERROR(CheckMember(command.person_id(), *sitting));
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   VoteOf(command.meeting_id(), command.vote_event_id()));
  const MotionEntry& motion = *FindMotion(event->motion_id);
  const bool resolved =
      event->result.has_value() && event->result->outcome() == v1::OUTCOME_ADOPTED &&
      motion.polarity == v1::POLARITY_INCIDENTAL && motion.item_id == command.item_id();
  if (!resolved) {
    return Refuse(Reason::kNotResolved, absl::StrCat("vote ", event->id,
                                                     " did not adopt an incidental motion "
                                                     "on item ",
                                                     command.item_id()));
  }
  if (event->votes.count(command.person_id()) > 0 ||
      event->ballots.count(command.person_id()) > 0) {
    return Refuse(Reason::kMemberTookPart,
                  absl::StrCat(command.person_id(), " took part in vote ", event->id,
                               " about the own conflict; put the question again"));
  }
  return CheckItemUndecided(*sitting, command.item_id());
}

void VotingMachine::Apply(const CommandContext& context, const v1::DecideConflict& command) {
  Touch(context, command.meeting_id()).conflicts[command.item_id()].insert(command.person_id());
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::DemandMode& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  const MotionEntry* motion = FindMotion(command.motion_id());
  if (motion == nullptr || motion->meeting_id != command.meeting_id()) {
    return Refuse(Reason::kNoSuchMotion, absl::StrCat("there is no motion ", command.motion_id(),
                                                      " in meeting ", command.meeting_id()));
  }
  if (!motion->vote_event_id.empty()) {
    return Refuse(Reason::kVoteOpened, absl::StrCat("the vote on motion ", motion->id,
                                                    " has been opened: its mode stands"));
  }
  if (command.mode() != v1::VOTE_MODE_ROLL_CALL && command.mode() != v1::VOTE_MODE_SECRET)
    return Refuse(Reason::kBadMode, "a roll call or a secret vote can be demanded");
  RETURN_IF_ERROR(CheckPresentVoter(*sitting, context.actor));
  if (!command.faction_id().empty() &&
      !directory_.PresidesOver(context.actor, command.faction_id())) {
    return Refuse(Reason::kNotChair, absl::StrCat(context.actor,
                                                  " is neither chair nor deputy "
                                                  "chair of ",
                                                  command.faction_id()));
  }
  const bool again =
      std::any_of(motion->demands.begin(), motion->demands.end(), [&](const DemandEntry& demand) {
        return demand.mode == command.mode() && demand.person_id == context.actor &&
               demand.faction_id == command.faction_id();
      });
  if (!again) return absl::OkStatus();
  return Refuse(Reason::kAlreadyDemanded,
                absl::StrCat(context.actor, " has demanded that already"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::DemandMode& command) {
  Touch(context, command.meeting_id());
  motions_.find(command.motion_id())
      ->second.demands.push_back({command.mode(), context.actor, command.faction_id()});
}

}  // namespace votum::meetings
