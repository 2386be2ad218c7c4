#include "core/meetings/sittings.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/dependents.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"
#include "core/meetings/electorate.h"
#include "core/meetings/roles.h"
#include "rules/explain.h"
#include "rules/quorum.h"

namespace votum::meetings {
namespace {

// By rules::QuorumState.
constexpr v1::QuorumState kQuorumStates[] = {
    v1::QUORUM_STATE_UNSPECIFIED, v1::QUORUM_STATE_CHALLENGED,  v1::QUORUM_STATE_QUORATE,
    v1::QUORUM_STATE_POSTPONED,   v1::QUORUM_STATE_SECOND_CALL, v1::QUORUM_STATE_DONE_WITH};

// The record with which what is done in `context` takes effect.
uint64_t EffectOf(const CommandContext& context) {
  return context.effect_index == 0 ? context.index : context.effect_index;
}

// ACT_LAPSED where somebody's coming or going is confirmed that the person has overtaken: whoever
// came at last and left again is not present because of an older entry.
absl::Status CheckNotOvertaken(const CommandContext& context, const SittingEntry& sitting,
                               const std::string& person_id) {
  const uint64_t* const moved = sitting.moved.Find(person_id);
  if (context.effect_index == 0 || moved == nullptr || *moved < context.index)
    return absl::OkStatus();
  return Refuse(Reason::kActLapsed, absl::StrCat(person_id, " has come or left since, by record ",
                                                 *moved, "; give it anew if it is still true"));
}

void AddCourse(const directory::DirectoryMachine& directory, const SittingEntry& sitting,
               v1::Attendance& attendance) {
  for (const DisruptionEntry& entry : sitting.disruptions) {
    v1::Disruption& disruption = *attendance.add_disruptions();
    disruption.set_person_id(entry.person_id);
    // Without a reference the member's subject had been erased before.
    const bool sealed = !entry.text.commitment().empty();
    if (sealed) *disruption.mutable_sealed_text() = entry.text;
    disruption.set_erased(!sealed || directory.IsErased(entry.text.subject()));
    *disruption.mutable_time() = ToTimestamp(entry.time);
    disruption.set_recorder_id(entry.recorder_id);
  }
  for (const auto& [item_id, entry] : sitting.quorums) {
    v1::ItemQuorum& quorum = *attendance.add_item_quorums();
    quorum.set_item_id(item_id);
    quorum.set_state(kQuorumStates[static_cast<size_t>(entry.state)]);
    quorum.set_second_call(entry.second_call);
    if (!entry.count.has_value()) continue;
    quorum.mutable_explanation()->set_de(entry.count->de());
    quorum.mutable_explanation()->set_en(entry.count->en());
  }
}

}  // namespace

const SittingEntry* Sittings::Find(absl::string_view meeting_id) const {
  return state_.sittings.Find(meeting_id);
}

absl::StatusOr<const SittingEntry*> Sittings::FindOpen(absl::string_view meeting_id) const {
  const SittingEntry* sitting = Find(meeting_id);
  if (sitting == nullptr) {
    if (agenda_.FindMeeting(meeting_id) == nullptr) {
      return Refuse(Reason::kNoSuchMeeting, absl::StrCat("there is no meeting ", meeting_id));
    }
    return Refuse(
        Reason::kMeetingNotOpen,
        absl::StrCat("meeting ", meeting_id, " has not begun; the chair or a clerk opens it"));
  }
  if (sitting->state != v1::SITTING_STATE_OPEN) {
    return Refuse(Reason::kMeetingClosed,
                  absl::StrCat("meeting ", meeting_id, " has ended; convene another"));
  }
  return sitting;
}

absl::Status Sittings::Check(const CommandContext& context, const v1::OpenMeeting& command) const {
  const MeetingEntry* meeting = agenda_.FindMeeting(command.meeting_id());
  if (meeting == nullptr) {
    return Refuse(Reason::kNoSuchMeeting,
                  absl::StrCat("there is no meeting ", command.meeting_id()));
  }
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, meeting->organization_id));
  if (const SittingEntry* sitting = Find(meeting->id); sitting != nullptr) {
    return sitting->state == v1::SITTING_STATE_OPEN
               ? Refuse(Reason::kMeetingAlreadyOpen,
                        absl::StrCat("meeting ", meeting->id, " is open already"))
               : Refuse(Reason::kMeetingClosed,
                        absl::StrCat("meeting ", meeting->id, " has ended; convene another"));
  }
  if (meeting->state != v1::MEETING_STATE_CONVENED) {
    return Refuse(Reason::kMeetingCancelled,
                  absl::StrCat("meeting ", meeting->id, " was called off; convene another"));
  }
  if (meeting->item_ids.empty()) {
    return Refuse(Reason::kNoAgenda,
                  absl::StrCat("meeting ", meeting->id, " has no agenda; publish one before"));
  }
  // Until its start the agenda may still be replaced, and the meeting may be called off.
  if (context.time < meeting->start) {
    return Refuse(
        Reason::kMeetingNotDue,
        absl::StrCat("meeting ", meeting->id, " is convened for ",
                     absl::FormatTime(absl::RFC3339_sec, meeting->start, absl::UTCTimeZone()),
                     "; open it then"));
  }
  return absl::OkStatus();
}

void Sittings::Apply(const CommandContext& context, const v1::OpenMeeting& command) {
  SittingEntry& sitting = state_.sittings.MutableOrNew(command.meeting_id());
  sitting.meeting_id = command.meeting_id();
  const MeetingEntry& meeting = *agenda_.FindMeeting(command.meeting_id());
  sitting.organization_id = meeting.organization_id;
  sitting.profile_index = meeting.profile_index;
  sitting.state = v1::SITTING_STATE_OPEN;
  sitting.revision = context.index;
}

absl::Status Sittings::Check(const CommandContext& context, const v1::CloseMeeting& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  if (sitting->open_vote_event_id.empty()) return absl::OkStatus();
  return Refuse(Reason::kVoteOpen, absl::StrCat("vote ", sitting->open_vote_event_id,
                                                " is still open; close it before"));
}

void Sittings::Apply(const CommandContext& context, const v1::CloseMeeting& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  sitting.state = v1::SITTING_STATE_CLOSED;
  for (const auto& [person_id, number] : sitting.present)
    sitting.presences.Mutable(number)->end = context.time;
  sitting.present.clear();
}

absl::Status Sittings::Check(const CommandContext& context, const v1::CheckIn& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckMemberOrClerk(directory_, context.actor, command.person_id()));
  RETURN_IF_ERROR(CheckMember(directory_, command.person_id(), *sitting));
  RETURN_IF_ERROR(CheckNotOvertaken(context, *sitting, command.person_id()));
  if (!sitting->present.Contains(command.person_id())) return absl::OkStatus();
  return Refuse(Reason::kAlreadyPresent, absl::StrCat(command.person_id(), " is present already"));
}

void Sittings::Apply(const CommandContext& context, const v1::CheckIn& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  PresenceEntry presence;
  presence.person_id = command.person_id();
  presence.start = context.time;
  presence.remote = command.remote();
  if (context.actor != command.person_id()) presence.recorder_id = context.actor;
  presence.confirmer_id = context.second;
  const auto number = static_cast<uint32_t>(sitting.presences.size());
  sitting.present.InsertOrAssign(command.person_id(), number);
  sitting.moved.InsertOrAssign(command.person_id(), EffectOf(context));
  sitting.presences.InsertOrAssign(number, std::move(presence));
}

absl::Status Sittings::Check(const CommandContext& context, const v1::CheckOut& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckMemberOrClerk(directory_, context.actor, command.person_id()));
  RETURN_IF_ERROR(CheckNotOvertaken(context, *sitting, command.person_id()));
  if (sitting->present.Contains(command.person_id())) return absl::OkStatus();
  return Refuse(
      Reason::kNotPresent,
      absl::StrCat(command.person_id(), " is not present in meeting ", command.meeting_id()));
}

void Sittings::Apply(const CommandContext& context, const v1::CheckOut& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  PresenceEntry& presence = *sitting.presences.Mutable(*sitting.present.Find(command.person_id()));
  presence.end = context.time;
  if (context.actor != command.person_id()) presence.end_recorder_id = context.actor;
  sitting.present.Erase(command.person_id());
  sitting.moved.InsertOrAssign(command.person_id(), EffectOf(context));
}

absl::Status Sittings::CheckItemUndecided(const SittingEntry& sitting, absl::string_view item_id) {
  for (const SittingVote& vote : sitting.votes) {
    if (vote.item_id != item_id) continue;
    const std::string& id = vote.vote_event_id;
    if (id == sitting.open_vote_event_id) {
      return Refuse(Reason::kVoteOpened,
                    absl::StrCat("vote ", id, " on item ", item_id,
                                 " is open; declare after it is closed, and ask the "
                                 "chair to put the motion again"));
    }
    if (vote.settled) {
      return Refuse(Reason::kVoteOpened, absl::StrCat("item ", item_id, " was settled by vote ", id,
                                                      "; tell the chair for the minutes"));
    }
  }
  return absl::OkStatus();
}

absl::Status Sittings::Check(const CommandContext& context,
                             const v1::DeclareConflict& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckMemberOrClerk(directory_, context.actor, command.person_id()));
  RETURN_IF_ERROR(agenda_.CheckItem(command.item_id(), command.meeting_id()));
  RETURN_IF_ERROR(CheckMember(directory_, command.person_id(), *sitting));
  const auto declared = sitting->conflicts.find(command.item_id());
  if (declared != sitting->conflicts.end() && declared->second.count(command.person_id()) > 0) {
    return Refuse(Reason::kAlreadyDeclared,
                  absl::StrCat(command.person_id(), " has declared a conflict on item ",
                               command.item_id(), " already"));
  }
  return CheckItemUndecided(*sitting, command.item_id());
}

void Sittings::Apply(const CommandContext& context, const v1::DeclareConflict& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  ConflictEntry& conflict = sitting.conflicts[command.item_id()][command.person_id()];
  conflict.votes_before = sitting.votes.size();
  if (context.actor != command.person_id()) conflict.recorder_id = context.actor;
}

absl::Status Sittings::Check(const CommandContext& context,
                             const v1::WithdrawConflict& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(agenda_.CheckItem(command.item_id(), command.meeting_id()));
  const auto on_item = sitting->conflicts.find(command.item_id());
  const ConflictEntry* conflict = nullptr;
  if (on_item != sitting->conflicts.end()) {
    const auto own = on_item->second.find(context.actor);
    if (own != on_item->second.end()) conflict = &own->second;
  }
  if (conflict == nullptr) {
    return Refuse(Reason::kNotDeclared, absl::StrCat("no conflict of ", context.actor, " on item ",
                                                     command.item_id(), " is recorded"));
  }
  std::vector<Dependent> dependents;
  if (conflict->resolved)
    dependents.push_back({"the council resolved on it", "it stands for this meeting"});
  if (conflict->counted) {
    dependents.push_back(
        {absl::StrCat("the quorum of the item was counted without ", context.actor),
         "tell the chair, who can put the item on another agenda"});
  }
  for (size_t i = conflict->votes_before; i < sitting->votes.size(); ++i) {
    const SittingVote& vote = sitting->votes[i];
    if (vote.item_id != command.item_id()) continue;
    dependents.push_back(
        {absl::StrCat("vote ", vote.vote_event_id, " was opened without ", context.actor),
         "it stands; tell the chair, who can put another motion or record the error "
         "(RecordDefect)"});
  }
  return CheckNothingRestsOn(absl::StrCat("the conflict on item ", command.item_id()), dependents);
}

void Sittings::Apply(const CommandContext& context, const v1::WithdrawConflict& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  const auto on_item = sitting.conflicts.find(command.item_id());
  const auto own = on_item->second.find(context.actor);
  sitting.withdrawn_conflicts.push_back(
      {command.item_id(), context.actor, CorrectionBy(context), own->second.recorder_id});
  on_item->second.erase(own);
  if (on_item->second.empty()) sitting.conflicts.erase(on_item);
}

absl::Status Sittings::Check(const CommandContext& context,
                             const v1::RecordDisruption& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  if (command.person_id().empty() || command.person_id() != context.actor) {
    RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  }
  if (command.person_id().empty()) return directory_.CheckSealedApart("text", command.text());
  RETURN_IF_ERROR(CheckMember(directory_, command.person_id(), *sitting));
  return directory_.CheckSealedAbout(command.person_id(), "text", command.text());
}

void Sittings::Apply(const CommandContext& context, const v1::RecordDisruption& command) {
  Touch(context, command.meeting_id())
      .disruptions.push_back({command.person_id(), command.text(), context.time, context.actor});
}

void Sittings::VoteOpened(absl::string_view meeting_id, absl::string_view vote_event_id,
                          absl::string_view item_id) {
  SittingEntry& sitting = Mutable(meeting_id);
  sitting.votes.push_back({std::string(vote_event_id), std::string(item_id)});
  sitting.open_vote_event_id = std::string(vote_event_id);
}

void Sittings::VoteClosed(absl::string_view meeting_id) {
  Mutable(meeting_id).open_vote_event_id.clear();
}

void Sittings::ItemSettled(absl::string_view meeting_id, absl::string_view vote_event_id) {
  for (SittingVote& vote : Mutable(meeting_id).votes) {
    if (vote.vote_event_id == vote_event_id) vote.settled = true;
  }
}

void Sittings::ConflictDecided(const CommandContext& context, absl::string_view meeting_id,
                               absl::string_view item_id, absl::string_view person_id) {
  SittingEntry& sitting = Touch(context, meeting_id);
  const auto [conflict, added] =
      sitting.conflicts[std::string(item_id)].try_emplace(std::string(person_id));
  if (added) {
    conflict->second.votes_before = sitting.votes.size();
    if (context.actor != person_id) conflict->second.recorder_id = context.actor;
  }
  conflict->second.resolved = true;
}

SittingEntry& Sittings::Mutable(absl::string_view meeting_id) {
  return *state_.sittings.Mutable(meeting_id);
}

SittingEntry& Sittings::Touch(const CommandContext& context, absl::string_view meeting_id) {
  SittingEntry& sitting = Mutable(meeting_id);
  sitting.revision = EffectOf(context);
  return sitting;
}

v1::Attendance Sittings::Recorded(const SittingEntry& sitting) const {
  v1::Attendance attendance;
  attendance.set_meeting_id(sitting.meeting_id);
  attendance.set_state(sitting.state);
  for (const auto& [number, entry] : sitting.presences) {
    v1::Presence& presence = *attendance.add_presences();
    presence.set_person_id(entry.person_id);
    *presence.mutable_start_time() = ToTimestamp(entry.start);
    if (entry.end.has_value()) *presence.mutable_end_time() = ToTimestamp(*entry.end);
    presence.set_recorder_id(entry.recorder_id);
    presence.set_remote(entry.remote);
    presence.set_end_recorder_id(entry.end_recorder_id);
    presence.set_confirmer_id(entry.confirmer_id);
  }
  AddCourse(directory_, sitting, attendance);
  const auto fill = [this](const std::string& item_id, const std::string& person_id,
                           const std::string& recorder_id, v1::Conflict& conflict) {
    const ItemEntry* item = agenda_.FindItem(item_id);
    conflict.set_item_id(item_id);
    conflict.set_person_id(person_id);
    conflict.set_recorder_id(recorder_id);
    conflict.set_public_(item != nullptr && item->content.public_());
  };
  for (const auto& [item_id, persons] : sitting.conflicts) {
    for (const auto& [person_id, recorded] : persons)
      fill(item_id, person_id, recorded.recorder_id, *attendance.add_conflicts());
  }
  for (const WithdrawnConflictEntry& entry : sitting.withdrawn_conflicts) {
    v1::Conflict& conflict = *attendance.add_withdrawn_conflicts();
    fill(entry.item_id, entry.person_id, entry.recorder_id, conflict);
    *conflict.mutable_withdrawn() = ToCorrection(entry.correction);
  }
  return attendance;
}

absl::StatusOr<v1::Attendance> Sittings::GetAttendance(absl::string_view meeting_id) const {
  const MeetingEntry* meeting = agenda_.FindMeeting(meeting_id);
  if (meeting == nullptr) {
    return Refuse(Reason::kNoSuchMeeting, absl::StrCat("there is no meeting ", meeting_id));
  }
  v1::Attendance attendance;
  attendance.set_meeting_id(meeting->id);
  if (const SittingEntry* sitting = Find(meeting_id); sitting != nullptr) {
    attendance = Recorded(*sitting);
    // No item has an empty id, so nobody is left out for a conflict.
    attendance.set_present_count(
        static_cast<uint32_t>(Electorate(directory_, *sitting, "").size()));
  }
  const directory::OrganizationEntry& organization =
      *directory_.FindOrganization(meeting->organization_id);
  attendance.set_statutory_number(organization.statutory_number);
  const rules::v1::QuorumRule& rule = directory_.ProfileOf(meeting->profile_index).quorum();
  const rules::QuorumResult quorum =
      rules::EvaluateQuorum(rule, organization.statutory_number, attendance.present_count());
  const rules::v1::Text text = rules::ExplainQuorum(rule, quorum);
  attendance.set_quorate(quorum.quorate);
  attendance.mutable_quorum_explanation()->set_de(text.de());
  attendance.mutable_quorum_explanation()->set_en(text.en());
  return attendance;
}

}  // namespace votum::meetings
