// Resources, made of what the machine keeps.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/timestamps.h"
#include "core/meetings/voting_machine.h"
#include "crypto/election/ballot.h"
#include "rules/explain.h"
#include "rules/quorum.h"

namespace votum::meetings {
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
  motion.set_norm(entry.norm);
  for (const v1::Candidate& candidate : entry.candidates) *motion.add_candidates() = candidate;
  motion.set_runoff_of(entry.runoff_of);
  motion.set_seats(entry.seats);
  motion.set_choose_min(entry.choose_min);
  motion.set_choose_max(entry.choose_max);
  motion.set_places(entry.places);
  for (const DemandEntry& recorded : entry.demands) {
    v1::ModeDemand& demand = *motion.add_demands();
    demand.set_mode(recorded.mode);
    demand.set_person_id(recorded.person_id);
    demand.set_faction_id(recorded.faction_id);
  }
  return motion;
}

void AddVotes(const VoteEventEntry& entry, v1::VoteEvent& event) {
  for (const auto& [person_id, recorded] : entry.votes) {
    v1::Vote& vote = *event.add_votes();
    vote.set_person_id(person_id);
    vote.set_choice(recorded.choice);
    vote.set_paper(recorded.paper);
    vote.set_index(recorded.index);
    vote.set_candidate_id(recorded.candidate_id);
  }
  for (const std::string& person_id : entry.ballots) event.add_ballot_person_ids(person_id);
  if (entry.count.has_value() && !entry.count->confirmed)
    event.set_count_recorder_id(entry.count->recorder_id);
  for (const auto& [person_id, recorded] : entry.pending_papers) {
    v1::PendingPaper& paper = *event.add_pending_papers();
    paper.set_person_id(person_id);
    paper.set_recorder_id(recorded.recorder_id);
    paper.set_index(recorded.index);
  }
}

// By rules::QuorumState.
constexpr v1::QuorumState kQuorumStates[] = {
    v1::QUORUM_STATE_UNSPECIFIED, v1::QUORUM_STATE_CHALLENGED,  v1::QUORUM_STATE_QUORATE,
    v1::QUORUM_STATE_POSTPONED,   v1::QUORUM_STATE_SECOND_CALL, v1::QUORUM_STATE_DONE_WITH};

void AddCourse(const SittingEntry& sitting, v1::Attendance& attendance) {
  for (const DisruptionEntry& entry : sitting.disruptions) {
    v1::Disruption& disruption = *attendance.add_disruptions();
    disruption.set_person_id(entry.person_id);
    disruption.set_text(entry.text);
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
  event.set_cast_count(static_cast<uint32_t>(entry.votes.size() + entry.ballots.size()) +
                       (entry.secret.has_value() ? entry.secret->counted : 0));
  if (entry.secret.has_value()) *event.mutable_secret() = ToSecretVote(entry);
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
    presence.set_remote(entry.remote);
  }
  AddCourse(sitting, attendance);
  for (const auto& [item_id, persons] : sitting.conflicts) {
    const meetings::ItemEntry* item = agenda_.FindItem(item_id);
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
  const meetings::MeetingEntry* meeting = agenda_.FindMeeting(meeting_id);
  if (meeting == nullptr) {
    return Refuse(Reason::kNoSuchMeeting, absl::StrCat("there is no meeting ", meeting_id));
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
  return Refuse(Reason::kNoSuchMotion, absl::StrCat("there is no motion ", id));
}

absl::StatusOr<v1::VoteEvent> VotingMachine::GetVoteEvent(absl::string_view id) const {
  const VoteEventEntry* entry = FindVoteEvent(id);
  if (entry == nullptr) {
    return Refuse(Reason::kNoSuchVote, absl::StrCat("there is no vote ", id));
  }
  v1::VoteEvent event = ToResource(*entry);
  if (entry->state == v1::VOTE_EVENT_STATE_CLOSED) {
    // Before the papers of a secret vote are counted there is none.
    if (auto computed = ComputeResult(id); computed.ok())
      *event.mutable_computed_result() = *std::move(computed);
  }
  return event;
}

absl::StatusOr<std::vector<v1::VoteEvent>> VotingMachine::ListVoteEvents(
    absl::string_view meeting_id, absl::string_view after_id, size_t limit) const {
  if (agenda_.FindMeeting(meeting_id) == nullptr) {
    return Refuse(Reason::kNoSuchMeeting, absl::StrCat("there is no meeting ", meeting_id));
  }
  const SittingEntry* sitting = FindSitting(meeting_id);
  const std::vector<std::string> none;
  const std::vector<std::string>& ids = sitting == nullptr ? none : sitting->vote_event_ids;
  auto next = ids.begin();
  if (!after_id.empty()) {
    const auto last = std::find(ids.begin(), ids.end(), after_id);
    if (last == ids.end()) {
      return Refuse(Reason::kBadPage, absl::StrCat("meeting ", meeting_id, " has no vote ",
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

v1::SecretVote VotingMachine::ToSecretVote(const VoteEventEntry& event) const {
  const SecretVoteEntry& entry = *event.secret;
  v1::SecretVote vote;
  vote.set_vote_event_id(event.id);
  vote.set_phase(entry.phase);
  vote.set_ceremony_id(entry.electronic.ceremony_id());
  vote.set_election_uuid(entry.electronic.election_uuid());
  vote.set_election_fingerprint(entry.fingerprint);
  for (const auto& [person_id, commitment] : entry.registered)
    vote.add_registered_person_ids(person_id);
  vote.set_credential_count(static_cast<uint32_t>(entry.credentials.size()));
  vote.set_ballot_count(static_cast<uint32_t>(entry.trackers.size()));
  vote.set_counted(entry.counted);
  if (entry.participants.has_value()) {
    vote.mutable_participant_ids()->Add(entry.participants->begin(), entry.participants->end());
  }
  for (const auto& [owner, decryption] : entry.decryptions)
    vote.add_decrypted_owners(static_cast<uint32_t>(owner));
  vote.set_spoiled(entry.spoiled);
  vote.set_unanimous(entry.result.has_value() && IsUnanimous(Count(event)));
  vote.set_archive_head(entry.archive_head);
  vote.set_minimum_ballots(entry.minimum_ballots);
  vote.set_subject(entry.electronic.sealed_keys().subject());
  return vote;
}

absl::StatusOr<v1::SecretVote> VotingMachine::GetSecretVote(absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, FindSecretVote(vote_event_id));
  v1::SecretVote vote = ToSecretVote(*event);
  for (const absl::string_view ballot : BallotsInOrder(*event->secret))
    vote.add_trackers(election::Tracker(ballot));
  return vote;
}

void VotingMachine::Visit(const ResourceVisitor& visitor) const {
  for (const auto& [meeting_id, sitting] : sittings_) {
    visitor(Recorded(sitting));
    for (const std::string& id : sitting.motion_ids) visitor(ToMotion(*FindMotion(id)));
    for (const std::string& id : sitting.vote_event_ids) {
      const VoteEventEntry& event = *FindVoteEvent(id);
      visitor(ToResource(event));
      if (event.secret.has_value()) visitor(*GetSecretVote(id));
    }
    for (const std::string& id : sitting.lot_ids) visitor(*GetLot(id));
  }
}

}  // namespace votum::meetings
