// Recipes: votes, counts, results, errors, lots.
#include <algorithm>

#include "crypto/hash.h"
#include "rules/lot.h"
#include "tests/simulator/recipes.h"
#include "votum/meetings/v1/corrections.pb.h"
#include "votum/meetings/v1/lots.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::simulator {
namespace {

namespace v1 = meetings::v1;
using meetings::VoteEventEntry;

const VoteEventEntry* EventOf(Scene& scene, const std::string& id) {
  return scene.world.votes().Find(id);
}

const meetings::MotionEntry& MotionOf(Scene& scene, const VoteEventEntry& event) {
  return *scene.world.motions().Find(event.motion_id);
}

std::string SomeVoter(Scene& scene, const VoteEventEntry* event) {
  return event == nullptr || event->electorate.empty() ? std::string()
                                                       : scene.dice.Pick(event->electorate);
}

// Fits the candidate to the choice.
template <typename Command>
void NameCandidate(Scene& scene, const VoteEventEntry& event, Command& command) {
  command.clear_candidate_id();
  const auto& candidates = MotionOf(scene, event).candidates;
  if (!candidates.empty() && command.choice() == v1::CHOICE_YES)
    command.set_candidate_id(scene.dice.Pick(candidates).id());
}

template <typename Table>
Ids KeysOf(const Table& table) {
  Ids ids;
  for (const auto& [id, entry] : table) ids.push_back(id);
  return ids;
}

void CastVote(Scene& scene, v1::CastVote& command) {
  const VoteEventEntry* event = EventOf(scene, command.vote_event_id());
  if (event == nullptr) return;
  if (scene.dice.Chance(60)) command.set_choice(v1::CHOICE_YES);
  NameCandidate(scene, *event, command);
  scene.author = SomeVoter(scene, event);
}

void CorrectVote(Scene& scene, v1::CorrectVote& command) {
  const VoteEventEntry* event = EventOf(scene, command.vote_event_id());
  if (event == nullptr || event->votes.empty()) return;
  NameCandidate(scene, *event, command);
  scene.author = scene.dice.Pick(KeysOf(event->votes));
  command.set_replaces_command_id(event->votes.Find(scene.author)->command_id);
}

void RecordPaperVote(Scene& scene, v1::RecordPaperVote& command) {
  const VoteEventEntry* event = EventOf(scene, command.vote_event_id());
  if (event == nullptr) return;
  NameCandidate(scene, *event, command);
  command.set_person_id(SomeVoter(scene, event));
}

void ConfirmPaperVote(Scene& scene, v1::ConfirmPaperVote& command) {
  const VoteEventEntry* event = EventOf(scene, command.vote_event_id());
  if (event == nullptr || event->pending_papers.empty()) return;
  command.set_person_id(scene.dice.Pick(KeysOf(event->pending_papers)));
  const auto& paper = *event->pending_papers.Find(command.person_id());
  command.set_choice(paper.choice);
  command.set_candidate_id(paper.candidate_id);
}

void WithdrawPaperVote(Scene& scene, v1::WithdrawPaperVote& command) {
  const VoteEventEntry* event = EventOf(scene, command.vote_event_id());
  if (event == nullptr || event->pending_papers.empty()) return;
  command.set_person_id(scene.dice.Pick(KeysOf(event->pending_papers)));
}

void CloseVote(Scene& scene, v1::CloseVote& command) {
  command.set_abandon(scene.dice.Chance(10));
  const VoteEventEntry* event = EventOf(scene, scene.Some("open vote"));
  if (scene.IsPinned("vote") || event == nullptr || scene.dice.Chance(30)) return;
  command.set_vote_event_id(event->id);
  command.set_meeting_id(event->meeting_id);
}

void MarkBallot(Scene& scene, v1::MarkBallot& command) {
  if (const std::string voter = SomeVoter(scene, EventOf(scene, command.vote_event_id()));
      !voter.empty())
    command.set_person_id(voter);
}

// Shares `papers` out at random.
v1::Tally CountOf(Scene& scene, const VoteEventEntry& event, uint64_t papers) {
  const auto& motion = MotionOf(scene, event);
  v1::Tally tally;
  for (const v1::Candidate& candidate : motion.candidates)
    tally.add_candidates()->set_candidate_id(candidate.id());
  for (; papers > 0; --papers) {
    const uint64_t roll = scene.dice.Below(8);
    if (roll == 0) tally.set_invalid(tally.invalid() + 1);
    if (roll == 1) tally.set_abstain(tally.abstain() + 1);
    if (roll == 2 || roll == 3) tally.set_no(tally.no() + 1);
    if (roll < 4) continue;
    tally.set_yes(tally.yes() + 1);
    if (tally.candidates().empty()) continue;
    v1::CandidateCount& one =
        *tally.mutable_candidates(static_cast<int>(scene.dice.Below(motion.candidates.size())));
    one.set_votes(one.votes() + 1);
  }
  return tally;
}

void RecordBallotCount(Scene& scene, v1::RecordBallotCount& command) {
  const VoteEventEntry* event = EventOf(scene, command.vote_event_id());
  if (event != nullptr) *command.mutable_tally() = CountOf(scene, *event, event->ballots.size());
}

void ConfirmBallotCount(Scene& scene, v1::ConfirmBallotCount& command) {
  const VoteEventEntry* event = EventOf(scene, command.vote_event_id());
  if (event == nullptr) return;
  *command.mutable_tally() = event->count.has_value()
                                 ? event->count->tally
                                 : CountOf(scene, *event, event->ballots.size());
}

void EstablishResult(Scene& scene, v1::EstablishResult& command) {
  const auto result = scene.world.votes().ComputeResult(command.vote_event_id());
  if (!result.ok()) return;
  *command.mutable_tally() = result->tally();
  const bool casting_vote = result->outcome() == v1::OUTCOME_UNSPECIFIED &&
                            result->election() != v1::ELECTION_OUTCOME_LOT;
  if (!casting_vote) command.set_outcome(result->outcome());
}

void RecordDefect(Scene& scene, v1::RecordDefect& command) {
  command.clear_tally();
  command.clear_choice();
  command.clear_candidate_id();
  const VoteEventEntry* event = EventOf(scene, command.vote_event_id());
  if (event == nullptr) return;
  if (command.kind() == v1::DEFECT_KIND_MISCOUNTED) {
    command.clear_person_id();
    *command.mutable_tally() =
        CountOf(scene, *event, scene.dice.Below(event->electorate.size() + 1));
    return;
  }
  if (command.kind() != v1::DEFECT_KIND_KEPT_OUT) command.set_person_id(SomeVoter(scene, event));
  if (command.person_id().empty()) command.set_person_id(scene.Focus("person"));
  if (command.kind() != v1::DEFECT_KIND_WRONG_CHOICE || event->mode != v1::VOTE_MODE_ROLL_CALL)
    return;
  command.set_choice(scene.dice.Chance(50) ? v1::CHOICE_NO : v1::CHOICE_YES);
  NameCandidate(scene, *event, command);
}

void OpenLot(Scene& scene, v1::OpenLot& command) {
  scene.wallet.old_checkpoint = scene.ledger.Checkpoint();
  command.set_lot_id(scene.NewId("lot"));
  Ids tied;
  for (const auto& [id, event] : scene.world.votes().state().vote_events) {
    if (event.result.has_value() && event.result->election() == v1::ELECTION_OUTCOME_LOT)
      tied.push_back(id);
  }
  if (tied.empty()) return;
  if (!scene.IsPinned("vote")) command.set_vote_event_id(scene.dice.PickLate(tied));
  if (EventOf(scene, command.vote_event_id()) == nullptr) return;
  command.set_meeting_id(EventOf(scene, command.vote_event_id())->meeting_id);
}

// The lot that the command names; sets its meeting.
template <typename Command>
const meetings::LotEntry* InMeeting(Scene& scene, Command& command) {
  const meetings::LotEntry* lot = scene.world.lots().state().lots.Find(command.lot_id());
  if (lot != nullptr) command.set_meeting_id(lot->meeting_id);
  return lot;
}

void CommitToLot(Scene& scene, v1::CommitToLot& command) {
  const std::string contribution = scene.dice.Bytes(rules::kContributionBytes);
  const crypto::Digest commitment = rules::CommitContribution(contribution);
  command.set_commitment(std::string(crypto::AsBytes(commitment)));
  scene.wallet.contributions[command.commitment()] = contribution;
  const meetings::LotEntry* lot = InMeeting(scene, command);
  if (lot != nullptr) scene.author = SomeVoter(scene, EventOf(scene, lot->vote_event_id));
}

void FixLot(Scene& scene, v1::FixLot& command) {
  InMeeting(scene, command);
  command.set_checkpoint(scene.ledger.Checkpoint());
}

void RevealForLot(Scene& scene, v1::RevealForLot& command) {
  const meetings::LotEntry* lot = InMeeting(scene, command);
  if (lot == nullptr || lot->contributions.empty()) return;
  scene.author = scene.dice.Pick(KeysOf(lot->contributions));
  command.set_contribution(
      scene.wallet.contributions[lot->contributions.Find(scene.author)->commitment]);
}

void DrawLot(Scene& scene, v1::DrawLot& command) { InMeeting(scene, command); }

}  // namespace

std::vector<Recipe> VoteRecipes() {
  return {For(30, CastVote),        For(6, CorrectVote),       For(6, RecordPaperVote),
          For(8, ConfirmPaperVote), For(3, WithdrawPaperVote), For(7, CloseVote),
          For(20, MarkBallot),      For(8, RecordBallotCount), For(8, ConfirmBallotCount),
          For(20, EstablishResult), For(5, RecordDefect),      For(8, OpenLot),
          For(8, CommitToLot),      For(4, FixLot, 10),        For(8, RevealForLot),
          For(6, DrawLot)};
}

}  // namespace votum::simulator
