#include "core/meetings/vote_event.h"

#include "core/command/timestamps.h"
#include "core/meetings/defects.h"
#include "core/meetings/motions.h"
#include "core/meetings/result.h"

namespace votum::meetings {
namespace {

void AddVotes(const VoteEventEntry& entry, v1::VoteEvent& event) {
  for (const auto& [person_id, recorded] : entry.votes) {
    v1::Vote& vote = *event.add_votes();
    vote.set_person_id(person_id);
    vote.set_choice(recorded.choice);
    vote.set_paper(recorded.paper);
    vote.set_index(recorded.index);
    vote.set_candidate_id(recorded.candidate_id);
    vote.set_recorder_id(recorded.recorder_id);
    vote.set_confirmer_id(recorded.confirmer_id);
  }
  for (const auto& [person_id, recorder_id] : entry.ballots) {
    v1::MarkedBallot& ballot = *event.add_marked_ballots();
    ballot.set_person_id(person_id);
    ballot.set_recorder_id(recorder_id);
  }
  if (entry.count.has_value() && !entry.count->confirmed)
    event.set_count_recorder_id(entry.count->recorder_id);
  for (const auto& [person_id, recorded] : entry.pending_papers) {
    v1::PendingPaper& paper = *event.add_pending_papers();
    paper.set_person_id(person_id);
    paper.set_recorder_id(recorded.recorder_id);
    paper.set_index(recorded.index);
  }
}

void AddDefects(const VoteEventEntry& entry, const MotionEntry& motion,
                const rules::v1::RuleProfile& profile, v1::VoteEvent& event) {
  for (const DefectEntry& recorded : entry.defects) {
    v1::Defect& defect = *event.add_defects();
    *defect.mutable_correction() = ToCorrection(recorded.correction);
    defect.set_kind(recorded.kind);
    defect.set_person_id(recorded.person_id);
    defect.set_choice(recorded.choice);
    defect.set_candidate_id(recorded.candidate_id);
    if (recorded.kind == v1::DEFECT_KIND_MISCOUNTED) *defect.mutable_tally() = recorded.tally;
  }
  if (!entry.defects.empty()) *event.mutable_reconsidered() = Reconsider(entry, motion, profile);
}

}  // namespace

v1::VoteEvent ToVoteEvent(const VoteEventEntry& entry, const MotionEntry& motion,
                          const rules::v1::RuleProfile& profile) {
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
  *event.mutable_profile() = profile;
  event.set_cast_count(static_cast<uint32_t>(entry.votes.size() + entry.ballots.size()) +
                       (entry.secret.has_value() ? entry.secret->counted() : 0));
  if (entry.secret.has_value()) *event.mutable_secret() = ToSecretVote(entry, motion);
  AddVotes(entry, event);
  *event.mutable_open_time() = ToTimestamp(entry.opened);
  if (entry.closed.has_value()) *event.mutable_close_time() = ToTimestamp(*entry.closed);
  if (entry.result.has_value()) *event.mutable_result() = *entry.result;
  event.set_public_(motion.is_public);
  AddDefects(entry, motion, profile, event);
  return event;
}

v1::SecretVote ToSecretVote(const VoteEventEntry& event, const MotionEntry& motion) {
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
  vote.set_counted(entry.counted());
  if (entry.participants.has_value()) {
    vote.mutable_participant_ids()->Add(entry.participants->begin(), entry.participants->end());
  }
  for (const auto& [owner, decryption] : entry.decryptions)
    vote.add_decrypted_owners(static_cast<uint32_t>(owner));
  vote.set_spoiled(entry.spoiled);
  vote.set_unanimous(entry.result.has_value() && IsUnanimous(Count(event, motion)));
  vote.set_archive_head(entry.archive_head);
  vote.set_minimum_ballots(entry.minimum_ballots);
  vote.set_subject(entry.electronic.sealed_keys().subject());
  return vote;
}

}  // namespace votum::meetings
