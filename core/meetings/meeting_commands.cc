// What happens in a meeting beside votes: opening and closing, coming and going, conflicts,
// motions.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/meetings/voting_machine.h"

namespace votum::meetings {
namespace {

constexpr size_t kMaxPropositionBytes = 32 << 10;
constexpr size_t kMaxNormBytes = 200;

}  // namespace

absl::Status VotingMachine::CheckMember(absl::string_view person_id,
                                        const SittingEntry& sitting) const {
  if (directory_.ActiveMembership(person_id, sitting.organization_id) != nullptr) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotAMember,
                absl::StrCat(person_id, " is not a member of ", sitting.organization_id,
                             "; an administrator enters memberships"));
}

absl::Status VotingMachine::CheckItem(absl::string_view item_id,
                                      absl::string_view meeting_id) const {
  const meetings::ItemEntry* item = agenda_.FindItem(item_id);
  if (item != nullptr && item->meeting_id == meeting_id) return absl::OkStatus();
  return Refuse(Reason::kNoSuchItem,
                absl::StrCat("item ", item_id, " is not on the agenda of meeting ", meeting_id));
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::OpenMeeting& command) const {
  const meetings::MeetingEntry* meeting = agenda_.FindMeeting(command.meeting_id());
  if (meeting == nullptr) {
    return Refuse(Reason::kNoSuchMeeting,
                  absl::StrCat("there is no meeting ", command.meeting_id()));
  }
  RETURN_IF_ERROR(CheckPresides(context, meeting->organization_id));
  if (const SittingEntry* sitting = FindSitting(meeting->id); sitting != nullptr) {
    return sitting->state == v1::SITTING_STATE_OPEN
               ? Refuse(Reason::kMeetingAlreadyOpen,
                        absl::StrCat("meeting ", meeting->id, " is open already"))
               : Refuse(Reason::kMeetingClosed,
                        absl::StrCat("meeting ", meeting->id, " has ended; convene another"));
  }
  if (meeting->state != meetings::v1::MEETING_STATE_CONVENED) {
    return Refuse(Reason::kMeetingCancelled,
                  absl::StrCat("meeting ", meeting->id, " was called off; convene another"));
  }
  if (meeting->item_ids.empty()) {
    return Refuse(Reason::kNoAgenda,
                  absl::StrCat("meeting ", meeting->id, " has no agenda; publish one before"));
  }
  // Until its start the agenda may still be replaced, and the meeting be called off.
  if (context.time < meeting->start) {
    return Refuse(
        Reason::kMeetingNotDue,
        absl::StrCat("meeting ", meeting->id, " is convened for ",
                     absl::FormatTime(absl::RFC3339_sec, meeting->start, absl::UTCTimeZone()),
                     "; open it then"));
  }
  return absl::OkStatus();
}

void VotingMachine::Apply(const CommandContext& context, const v1::OpenMeeting& command) {
  SittingEntry& sitting = sittings_[command.meeting_id()];
  sitting.meeting_id = command.meeting_id();
  sitting.organization_id = agenda_.FindMeeting(command.meeting_id())->organization_id;
  sitting.state = v1::SITTING_STATE_OPEN;
  sitting.revision = context.index;
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::CloseMeeting& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(context, sitting->organization_id));
  if (sitting->open_vote_event_id.empty()) return absl::OkStatus();
  return Refuse(Reason::kVoteOpen, absl::StrCat("vote ", sitting->open_vote_event_id,
                                                " is still open; close it before"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::CloseMeeting& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  sitting.state = v1::SITTING_STATE_CLOSED;
  for (const auto& [person_id, position] : sitting.present) {
    sitting.presences[position].end = context.time;
  }
  sitting.present.clear();
}

absl::Status VotingMachine::Check(const CommandContext& context, const v1::CheckIn& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckMemberOrClerk(context, command.person_id()));
  RETURN_IF_ERROR(CheckMember(command.person_id(), *sitting));
  if (sitting->present.find(command.person_id()) == sitting->present.end()) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kAlreadyPresent, absl::StrCat(command.person_id(), " is present already"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::CheckIn& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  PresenceEntry presence;
  presence.person_id = command.person_id();
  presence.start = context.time;
  presence.remote = command.remote();
  if (context.actor != command.person_id()) presence.recorder_id = context.actor;
  sitting.present[command.person_id()] = sitting.presences.size();
  sitting.presences.push_back(std::move(presence));
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::CheckOut& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckMemberOrClerk(context, command.person_id()));
  if (sitting->present.find(command.person_id()) != sitting->present.end()) {
    return absl::OkStatus();
  }
  return Refuse(
      Reason::kNotPresent,
      absl::StrCat(command.person_id(), " is not present in meeting ", command.meeting_id()));
}

void VotingMachine::Apply(const CommandContext& context, const v1::CheckOut& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  const auto running = sitting.present.find(command.person_id());
  sitting.presences[running->second].end = context.time;
  sitting.present.erase(running);
}

absl::Status VotingMachine::CheckItemUndecided(const SittingEntry& sitting,
                                               absl::string_view item_id) const {
  for (const std::string& id : sitting.vote_event_ids) {
    const VoteEventEntry& event = *FindVoteEvent(id);
    const MotionEntry& motion = *FindMotion(event.motion_id);
    if (motion.item_id != item_id) continue;
    if (event.state == v1::VOTE_EVENT_STATE_OPEN) {
      return Refuse(Reason::kVoteOpened,
                    absl::StrCat("vote ", id, " on item ", item_id,
                                 " is open; declare after it is closed, and ask the "
                                 "chair to put the motion again"));
    }
    if (event.state == v1::VOTE_EVENT_STATE_ESTABLISHED &&
        motion.polarity != v1::POLARITY_INCIDENTAL) {
      return Refuse(Reason::kVoteOpened, absl::StrCat("item ", item_id, " was settled by vote ", id,
                                                      "; tell the chair for the minutes"));
    }
  }
  return absl::OkStatus();
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::DeclareConflict& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckMemberOrClerk(context, command.person_id()));
  RETURN_IF_ERROR(CheckItem(command.item_id(), command.meeting_id()));
  RETURN_IF_ERROR(CheckMember(command.person_id(), *sitting));
  const auto declared = sitting->conflicts.find(command.item_id());
  if (declared != sitting->conflicts.end() && declared->second.count(command.person_id()) > 0) {
    return Refuse(Reason::kAlreadyDeclared,
                  absl::StrCat(command.person_id(), " has declared a conflict on item ",
                               command.item_id(), " already"));
  }
  return CheckItemUndecided(*sitting, command.item_id());
}

void VotingMachine::Apply(const CommandContext& context, const v1::DeclareConflict& command) {
  Touch(context, command.meeting_id()).conflicts[command.item_id()].insert(command.person_id());
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::ProposeMotion& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, OpenSitting(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(context, sitting->organization_id));
  RETURN_IF_ERROR(CheckItem(command.item_id(), command.meeting_id()));
  RETURN_IF_ERROR(CheckId("motion_id", command.motion_id()));
  if (FindMotion(command.motion_id()) != nullptr) {
    return Refuse(Reason::kMotionExists,
                  absl::StrCat("motion ", command.motion_id(), " exists; choose another id"));
  }
  RETURN_IF_ERROR(CheckText("proposition", command.proposition(), kMaxPropositionBytes));
  if (command.polarity() == v1::POLARITY_UNSPECIFIED || !v1::Polarity_IsValid(command.polarity())) {
    return Refuse(Reason::kBadPolarity,
                  "polarity must say what a Yes means: it adopts the item, rejects it, or "
                  "is incidental");
  }
  if (!command.mover_id().empty() && !directory_.PersonExists(command.mover_id())) {
    return Refuse(Reason::kNoSuchPerson,
                  absl::StrCat("mover ", command.mover_id(), " is not in the directory"));
  }
  RETURN_IF_ERROR(CheckOptionalText("norm", command.norm(), kMaxNormBytes));
  RETURN_IF_ERROR(CheckCandidates(*sitting, command));
  return CheckRule(*directory_.FindOrganization(sitting->organization_id), command.rule_key());
}

void VotingMachine::Apply(const CommandContext& context, const v1::ProposeMotion& command) {
  MotionEntry motion;
  motion.id = command.motion_id();
  motion.meeting_id = command.meeting_id();
  motion.item_id = command.item_id();
  motion.proposition = command.proposition();
  motion.polarity = command.polarity();
  motion.rule_key = command.rule_key();
  motion.mover_id = command.mover_id();
  motion.norm = command.norm();
  motion.candidates.assign(command.candidates().begin(), command.candidates().end());
  motion.runoff_of = command.runoff_of();
  motion.seats = command.seats();
  motion.choose_min = command.choose_min();
  motion.choose_max = command.choose_max();
  motion.places = command.places();
  motion.is_public = agenda_.FindItem(command.item_id())->content.public_();
  motions_.emplace(command.motion_id(), std::move(motion));
  Touch(context, command.meeting_id()).motion_ids.push_back(command.motion_id());
}

}  // namespace votum::meetings
