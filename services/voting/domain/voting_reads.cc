// Resources, made of what the machine keeps.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "services/domain/timestamps.h"
#include "services/voting/domain/voting_machine.h"
#include "services/voting/rules/explain.h"
#include "services/voting/rules/quorum.h"

namespace votum::voting {
namespace {

v1::Motion ToMotion(const MotionEntry& entry) {
  v1::Motion motion;
  motion.set_id(entry.id);
  motion.set_meeting_id(entry.meeting_id);
  motion.set_item_id(entry.item_id);
  motion.set_proposition(entry.proposition);
  motion.set_polarity(entry.polarity);
  motion.set_rule_key(entry.rule_key);
  motion.set_mover_id(entry.mover_id);
  motion.set_vote_event_id(entry.vote_event_id);
  motion.set_public_(entry.is_public);
  return motion;
}

void AddVotes(const VoteEventEntry& entry, v1::VoteEvent& event) {
  for (const auto& [person_id, recorded] : entry.votes) {
    v1::Vote& vote = *event.add_votes();
    vote.set_person_id(person_id);
    vote.set_choice(recorded.choice);
    vote.set_paper(recorded.paper);
    vote.set_index(recorded.index);
  }
  for (const auto& [person_id, recorded] : entry.pending_papers) {
    v1::PendingPaper& paper = *event.add_pending_papers();
    paper.set_person_id(person_id);
    paper.set_recorder_id(recorded.recorder_id);
    paper.set_index(recorded.index);
  }
}

}  // namespace

v1::VoteEvent VotingMachine::ToResource(const VoteEventEntry& entry) const {
  v1::VoteEvent event;
  event.set_id(entry.id);
  event.set_meeting_id(entry.meeting_id);
  event.set_motion_id(entry.motion_id);
  event.set_mode(entry.mode);
  event.set_state(entry.state);
  for (const std::string& person_id : entry.electorate) event.add_electorate(person_id);
  for (const std::string& person_id : entry.excluded) event.add_excluded(person_id);
  event.set_statutory_number(entry.statutory_number);
  event.set_seated_number(entry.seated_number);
  *event.mutable_profile() = entry.profile;
  event.set_cast_count(static_cast<uint32_t>(entry.votes.size()));
  AddVotes(entry, event);
  *event.mutable_open_time() = ToTimestamp(entry.opened);
  if (entry.closed.has_value()) *event.mutable_close_time() = ToTimestamp(*entry.closed);
  if (entry.result.has_value()) *event.mutable_result() = *entry.result;
  event.set_public_(FindMotion(entry.motion_id)->is_public);
  return event;
}

v1::Attendance VotingMachine::Recorded(const SittingEntry& sitting) const {
  v1::Attendance attendance;
  attendance.set_meeting_id(sitting.meeting_id);
  attendance.set_state(sitting.state);
  for (const PresenceEntry& entry : sitting.presences) {
    v1::Presence& presence = *attendance.add_presences();
    presence.set_person_id(entry.person_id);
    *presence.mutable_start_time() = ToTimestamp(entry.start);
    if (entry.end.has_value()) *presence.mutable_end_time() = ToTimestamp(*entry.end);
    presence.set_recorder_id(entry.recorder_id);
  }
  for (const auto& [item_id, persons] : sitting.conflicts) {
    const agenda::ItemEntry* item = agenda_.FindItem(item_id);
    for (const std::string& person_id : persons) {
      v1::Conflict& conflict = *attendance.add_conflicts();
      conflict.set_item_id(item_id);
      conflict.set_person_id(person_id);
      conflict.set_public_(item != nullptr && item->content.public_());
    }
  }
  return attendance;
}

absl::StatusOr<v1::Attendance> VotingMachine::GetAttendance(absl::string_view meeting_id) const {
  const agenda::MeetingEntry* meeting = agenda_.FindMeeting(meeting_id);
  if (meeting == nullptr) {
    return RefuseNotFound("NO_SUCH_MEETING", absl::StrCat("there is no meeting ", meeting_id));
  }
  v1::Attendance attendance;
  attendance.set_meeting_id(meeting->id);
  if (const SittingEntry* sitting = FindSitting(meeting_id); sitting != nullptr) {
    attendance = Recorded(*sitting);
    // No item has an empty id: nobody is taken out for a conflict.
    attendance.set_present_count(static_cast<uint32_t>(Electorate(*sitting, "").size()));
  }
  const directory::OrganizationEntry& organization =
      *directory_.FindOrganization(meeting->organization_id);
  attendance.set_statutory_number(organization.statutory_number);
  const rules::v1::QuorumRule& rule = organization.profile.quorum();
  const rules::QuorumResult quorum =
      rules::EvaluateQuorum(rule, organization.statutory_number, attendance.present_count());
  const rules::v1::Text text = rules::ExplainQuorum(rule, quorum);
  attendance.set_quorate(quorum.quorate);
  attendance.mutable_quorum_explanation()->set_de(text.de());
  attendance.mutable_quorum_explanation()->set_en(text.en());
  return attendance;
}

absl::StatusOr<v1::Motion> VotingMachine::GetMotion(absl::string_view id) const {
  const MotionEntry* motion = FindMotion(id);
  if (motion != nullptr) return ToMotion(*motion);
  return RefuseNotFound("NO_SUCH_MOTION", absl::StrCat("there is no motion ", id));
}

absl::StatusOr<v1::VoteEvent> VotingMachine::GetVoteEvent(absl::string_view id) const {
  const VoteEventEntry* entry = FindVoteEvent(id);
  if (entry == nullptr) {
    return RefuseNotFound("NO_SUCH_VOTE", absl::StrCat("there is no vote ", id));
  }
  v1::VoteEvent event = ToResource(*entry);
  if (entry->state == v1::VOTE_EVENT_STATE_CLOSED) {
    ASSIGN_OR_RETURN(*event.mutable_computed_result(), ComputeResult(id));
  }
  return event;
}

absl::StatusOr<std::vector<v1::VoteEvent>> VotingMachine::ListVoteEvents(
    absl::string_view meeting_id, absl::string_view after_id, size_t limit) const {
  if (agenda_.FindMeeting(meeting_id) == nullptr) {
    return RefuseNotFound("NO_SUCH_MEETING", absl::StrCat("there is no meeting ", meeting_id));
  }
  const SittingEntry* sitting = FindSitting(meeting_id);
  const std::vector<std::string> none;
  const std::vector<std::string>& ids = sitting == nullptr ? none : sitting->vote_event_ids;
  auto next = ids.begin();
  if (!after_id.empty()) {
    const auto last = std::find(ids.begin(), ids.end(), after_id);
    if (last == ids.end()) {
      return RefuseArgument("BAD_PAGE", absl::StrCat("meeting ", meeting_id, " has no vote ",
                                                     after_id, "; begin at the first page"));
    }
    next = last + 1;
  }
  std::vector<v1::VoteEvent> events;
  for (; next != ids.end() && events.size() < limit; ++next) {
    ASSIGN_OR_RETURN(v1::VoteEvent event, GetVoteEvent(*next));
    events.push_back(std::move(event));
  }
  return events;
}

void VotingMachine::Visit(const ResourceVisitor& visitor) const {
  for (const auto& [meeting_id, sitting] : sittings_) {
    visitor(Recorded(sitting));
    for (const std::string& id : sitting.motion_ids) visitor(ToMotion(*FindMotion(id)));
    for (const std::string& id : sitting.vote_event_ids) visitor(ToResource(*FindVoteEvent(id)));
  }
}

}  // namespace votum::voting
