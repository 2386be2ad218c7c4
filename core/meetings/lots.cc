#include "core/meetings/lots.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/meetings/electorate.h"
#include "core/meetings/roles.h"
#include "crypto/checkpoint.h"
#include "rules/lot.h"

namespace votum::meetings {
namespace {

constexpr absl::Duration kRevealWithin = absl::Minutes(5);

bool AllRevealed(const LotEntry& lot) {
  return std::all_of(lot.contributions.begin(), lot.contributions.end(),
                     [](const auto& entry) { return !entry.second.contribution.empty(); });
}

// The drawn candidates of the tie get their seat or are elected.
void Complete(const LotEntry& lot, v1::Result& result) {
  result.set_lot_id(lot.id);
  result.set_to_draw(0);
  result.set_outcome(v1::OUTCOME_ADOPTED);
  result.set_election(v1::ELECTION_OUTCOME_ELECTED);
  if (!result.seats().empty()) {
    for (v1::SeatShare& share : *result.mutable_seats()) {
      if (std::count(lot.drawn.begin(), lot.drawn.end(), share.candidate_id()) > 0)
        share.set_seats(share.seats() + 1);
    }
    result.clear_candidate_ids();
  } else {
    result.mutable_candidate_ids()->Assign(lot.drawn.begin(), lot.drawn.end());
  }
}

v1::Lot ToLot(const LotEntry& entry) {
  v1::Lot lot;
  lot.set_id(entry.id);
  lot.set_meeting_id(entry.meeting_id);
  lot.set_vote_event_id(entry.vote_event_id);
  for (const std::string& item : entry.items) lot.add_items(item);
  lot.set_draw(entry.draw);
  for (const auto& [person_id, one] : entry.contributions) {
    v1::LotContribution& contribution = *lot.add_contributions();
    contribution.set_person_id(person_id);
    contribution.set_commitment(one.commitment);
    contribution.set_contribution(one.contribution);
  }
  lot.set_checkpoint(entry.checkpoint);
  lot.set_seed(entry.seed);
  for (const std::string& item : entry.drawn) lot.add_drawn(item);
  return lot;
}

}  // namespace

absl::StatusOr<const LotEntry*> Lots::FindRunning(absl::string_view meeting_id,
                                                  absl::string_view lot_id) const {
  const LotEntry* lot = state_.lots.Find(lot_id);
  if (lot == nullptr || lot->meeting_id != meeting_id) {
    return Refuse(Reason::kNoSuchLot, absl::StrCat("there is no lot ", lot_id, " in meeting ",
                                                   meeting_id, "; open it before"));
  }
  if (lot->drawn.empty()) return lot;
  return Refuse(Reason::kLotDrawn, absl::StrCat("lot ", lot_id, " is drawn"));
}

absl::Status Lots::Check(const CommandContext& context, const v1::OpenLot& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  RETURN_IF_ERROR(CheckId("lot_id", command.lot_id()));
  if (state_.lots.Contains(command.lot_id())) {
    return Refuse(Reason::kLotExists,
                  absl::StrCat("lot ", command.lot_id(), " exists; choose another id"));
  }
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   votes_.FindIn(command.meeting_id(), command.vote_event_id()));
  if (!event->result.has_value() || event->result->election() != v1::ELECTION_OUTCOME_LOT) {
    return Refuse(Reason::kNoTie,
                  absl::StrCat("vote ", event->id, " has no result that the lot decides"));
  }
  const std::string* decided = state_.by_vote.Find(event->id);
  if (decided == nullptr) return absl::OkStatus();
  return Refuse(Reason::kLotExists,
                absl::StrCat("lot ", *decided, " decides vote ", event->id, " already"));
}

void Lots::Apply(const CommandContext& context, const v1::OpenLot& command) {
  const v1::Result& result = *votes_.Find(command.vote_event_id())->result;
  LotEntry lot;
  lot.id = command.lot_id();
  lot.meeting_id = command.meeting_id();
  lot.vote_event_id = command.vote_event_id();
  lot.items.assign(result.candidate_ids().begin(), result.candidate_ids().end());
  lot.draw = result.to_draw();
  lot.newest_index = context.index;
  state_.by_vote.InsertOrAssign(command.vote_event_id(), command.lot_id());
  state_.lots.InsertOrAssign(command.lot_id(), std::move(lot));
}

absl::Status Lots::Check(const CommandContext& context, const v1::CommitToLot& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  ASSIGN_OR_RETURN(const LotEntry* lot, FindRunning(command.meeting_id(), command.lot_id()));
  RETURN_IF_ERROR(CheckPresentVoter(directory_, *sitting, context.actor));
  if (!lot->checkpoint.empty())
    return Refuse(Reason::kLotFixed, absl::StrCat("lot ", lot->id, " takes no more commitments"));
  if (lot->contributions.Contains(context.actor)) {
    return Refuse(Reason::kAlreadyCommitted,
                  absl::StrCat(context.actor, " has committed to lot ", lot->id, " already"));
  }
  if (command.commitment().size() == crypto::kDigestSize) return absl::OkStatus();
  return Refuse(Reason::kBadCommitment, "a commitment is a SHA-256, 32 bytes");
}

void Lots::Apply(const CommandContext& context, const v1::CommitToLot& command) {
  LotEntry& lot = *state_.lots.Mutable(command.lot_id());
  lot.contributions.MutableOrNew(context.actor).commitment = command.commitment();
  lot.newest_index = context.index;
}

absl::Status Lots::Check(const CommandContext& context, const v1::FixLot& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  ASSIGN_OR_RETURN(const LotEntry* lot, FindRunning(command.meeting_id(), command.lot_id()));
  if (!lot->checkpoint.empty())
    return Refuse(Reason::kLotFixed, absl::StrCat("lot ", lot->id, " is fixed already"));
  ASSIGN_OR_RETURN(const crypto::NoteVerifier log,
                   crypto::NoteVerifier::Create(directory_.deployment(), *context.log_key));
  const auto checkpoint =
      crypto::OpenCheckpoint(command.checkpoint(), log, directory_.deployment());
  if (!checkpoint.ok()) {
    return Refuse(Reason::kBadCheckpoint,
                  absl::StrCat("checkpoint: ", checkpoint.status().message()));
  }
  if (checkpoint->size > lot->newest_index && checkpoint->size <= context.index)
    return absl::OkStatus();
  return Refuse(
      Reason::kCheckpointDoesNotFit,
      absl::StrCat("the checkpoint has ", checkpoint->size, " records; it must cover record ",
                   lot->newest_index, ", the newest commitment: take the newest checkpoint"));
}

void Lots::Apply(const CommandContext& context, const v1::FixLot& command) {
  LotEntry& lot = *state_.lots.Mutable(command.lot_id());
  lot.checkpoint = command.checkpoint();
  lot.fixed = context.time;
}

absl::Status Lots::Check(const CommandContext& context, const v1::RevealForLot& command) const {
  RETURN_IF_ERROR(sittings_.FindOpen(command.meeting_id()).status());
  ASSIGN_OR_RETURN(const LotEntry* lot, FindRunning(command.meeting_id(), command.lot_id()));
  if (lot->checkpoint.empty()) {
    return Refuse(Reason::kLotNotFixed,
                  absl::StrCat("lot ", lot->id,
                               " still takes commitments: keep the contribution to "
                               "yourself until it is fixed"));
  }
  const LotEntry::Contribution* own = lot->contributions.Find(context.actor);
  if (own == nullptr) {
    return Refuse(Reason::kNotCommitted,
                  absl::StrCat(context.actor, " has not committed to lot ", lot->id));
  }
  if (!own->contribution.empty()) {
    return Refuse(Reason::kAlreadyRevealed,
                  absl::StrCat(context.actor, " has revealed for lot ", lot->id, " already"));
  }
  ASSIGN_OR_RETURN(const crypto::Digest commitment, crypto::DigestFromBytes(own->commitment));
  return rules::CheckContribution(commitment, command.contribution());
}

void Lots::Apply(const CommandContext& context, const v1::RevealForLot& command) {
  state_.lots.Mutable(command.lot_id())->contributions.Mutable(context.actor)->contribution =
      command.contribution();
}

absl::Status Lots::Check(const CommandContext& context, const v1::DrawLot& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  ASSIGN_OR_RETURN(const LotEntry* lot, FindRunning(command.meeting_id(), command.lot_id()));
  if (lot->checkpoint.empty())
    return Refuse(Reason::kLotNotFixed, absl::StrCat("fix lot ", lot->id, " before"));
  if (AllRevealed(*lot) || context.time >= lot->fixed + kRevealWithin) return absl::OkStatus();
  return Refuse(
      Reason::kContributionMissing,
      absl::StrCat("not everybody who committed to lot ", lot->id,
                   " has revealed; wait for them, at the most five minutes from the fixing"));
}

void Lots::Apply(const CommandContext& context, const v1::DrawLot& command) {
  LotEntry& lot = *state_.lots.Mutable(command.lot_id());
  rules::Contributions contributions;
  for (const auto& [person_id, one] : lot.contributions) {
    if (!one.contribution.empty()) contributions.emplace(person_id, one.contribution);
  }
  const crypto::Digest seed = rules::LotSeed(lot.id, lot.checkpoint, contributions);
  lot.seed = std::string(crypto::AsBytes(seed));
  lot.drawn = *rules::DrawLot(seed, lot.items, lot.draw);

  const VoteEventEntry& event = *votes_.Find(lot.vote_event_id);
  v1::Result result = *event.result;
  Complete(lot, result);
  const std::string drawn = absl::StrJoin(lot.drawn, ", ");
  if (motions_.Find(event.motion_id)->candidates.empty()) {
    // A tie of Yes and No: the lot is drawn between the outcomes.
    result.clear_candidate_ids();
    result.set_election(v1::ELECTION_OUTCOME_UNSPECIFIED);
    result.set_outcome(lot.drawn[0] == "adopted" ? v1::OUTCOME_ADOPTED : v1::OUTCOME_REJECTED);
  }
  v1::Explanation& text = *result.mutable_explanation();
  text.set_de(absl::StrCat(text.de(), " Das Los ", lot.id, " fiel auf: ", drawn, "."));
  text.set_en(absl::StrCat(text.en(), " The lot ", lot.id, " fell on: ", drawn, "."));
  votes_.CompleteByLot(context, lot.vote_event_id, std::move(result));
}

absl::StatusOr<v1::Lot> Lots::Get(absl::string_view id) const {
  const LotEntry* lot = state_.lots.Find(id);
  if (lot != nullptr) return ToLot(*lot);
  return Refuse(Reason::kNoSuchLot, absl::StrCat("there is no lot ", id));
}

}  // namespace votum::meetings
