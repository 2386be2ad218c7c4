#include "core/meetings/redaction.h"

#include <utility>

namespace votum::meetings {

v1::Attendance ForReader(v1::Attendance attendance, const AgendaMachine& agenda,
                         Audience audience) {
  if (audience != Audience::kPublic) return attendance;
  google::protobuf::RepeatedPtrField<v1::ItemQuorum> quorums;
  for (v1::ItemQuorum& quorum : *attendance.mutable_item_quorums()) {
    const ItemEntry* const item = agenda.FindItem(quorum.item_id());
    if (item != nullptr && item->content.public_()) *quorums.Add() = std::move(quorum);
  }
  attendance.mutable_item_quorums()->Swap(&quorums);
  for (auto* conflicts :
       {attendance.mutable_conflicts(), attendance.mutable_withdrawn_conflicts()}) {
    google::protobuf::RepeatedPtrField<v1::Conflict> shown;
    for (v1::Conflict& conflict : *conflicts) {
      if (conflict.public_()) *shown.Add() = std::move(conflict);
    }
    conflicts->Swap(&shown);
  }
  attendance.clear_disruptions();
  google::protobuf::RepeatedPtrField<v1::MeetingAct> acts;
  for (v1::MeetingAct& act : *attendance.mutable_acts()) {
    if (act.public_()) *acts.Add() = std::move(act);
  }
  attendance.mutable_acts()->Swap(&acts);
  return attendance;
}

v1::Motion ForReader(v1::Motion motion, Audience audience) {
  if (audience != Audience::kPublic || motion.public_()) return motion;
  v1::Motion shown;
  shown.set_id(motion.id());
  return shown;
}

v1::Lot ForReader(v1::Lot lot, bool is_public, Audience audience) {
  if (audience != Audience::kPublic || is_public) return lot;
  v1::Lot shown;
  shown.set_id(lot.id());
  return shown;
}

v1::SecretVote ForReader(v1::SecretVote vote, bool may_read) {
  const bool open = vote.phase() == v1::SECRET_VOTE_PHASE_REGISTRATION ||
                    vote.phase() == v1::SECRET_VOTE_PHASE_LIST ||
                    vote.phase() == v1::SECRET_VOTE_PHASE_BALLOTS;
  if (open || !may_read) vote.clear_trackers();
  if (open) vote.clear_participant_ids();
  if (!may_read) {
    vote.clear_registered_person_ids();
    vote.clear_subject();
  }
  return vote;
}

v1::VoteEvent ForReader(v1::VoteEvent event, Audience audience) {
  if (audience == Audience::kPublic) {
    if (!event.public_()) {
      v1::VoteEvent shown;
      shown.set_id(event.id());
      shown.set_state(event.state());
      return shown;
    }
    event.clear_pending_papers();
    event.clear_computed_result();
  }
  const bool open = event.state() == v1::VOTE_EVENT_STATE_OPEN;
  const bool announced = event.state() == v1::VOTE_EVENT_STATE_ESTABLISHED;
  const bool named =
      audience == Audience::kAuditor ||
      (event.mode() == v1::VOTE_MODE_ROLL_CALL && (announced || audience == Audience::kCouncil));
  if (open || !named) event.clear_votes();
  if (open) event.clear_marked_ballots();
  if (event.has_secret()) {
    *event.mutable_secret() =
        ForReader(std::move(*event.mutable_secret()), audience != Audience::kPublic);
  }
  return event;
}

}  // namespace votum::meetings
