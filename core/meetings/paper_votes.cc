// Votes on paper: one person records, another confirms.
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/roles.h"
#include "core/meetings/votes.h"

namespace votum::meetings {
namespace {

absl::StatusOr<const PendingPaperEntry*> PendingPaperOf(const VoteEventEntry& event,
                                                        absl::string_view person_id) {
  const PendingPaperEntry* paper = event.pending_papers.Find(person_id);
  if (paper != nullptr) return paper;
  return Refuse(Reason::kNoPaper, absl::StrCat("no vote on paper of ", person_id,
                                               " waits for confirmation in vote ", event.id));
}

}  // namespace

absl::Status Votes::Check(const CommandContext& context, const v1::RecordPaperVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckBallot(*event, command.choice(), command.candidate_id()));
  RETURN_IF_ERROR(CheckVoter(*event, command.person_id()));
  return CheckNotVoted(*event, command.person_id());
}

void Votes::Apply(const CommandContext& context, const v1::RecordPaperVote& command) {
  Mutable(context, command.vote_event_id())
      .pending_papers.InsertOrAssign(command.person_id(), {command.choice(), context.actor,
                                                           context.index, command.candidate_id()});
}

absl::Status Votes::Check(const CommandContext& context,
                          const v1::ConfirmPaperVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckBallot(*event, command.choice(), command.candidate_id()));
  RETURN_IF_ERROR(CheckSecondPerson(directory_, context.actor,
                                    sittings_.Find(event->meeting_id)->organization_id));
  ASSIGN_OR_RETURN(const PendingPaperEntry* paper, PendingPaperOf(*event, command.person_id()));
  if (paper->recorder_id == context.actor) {
    return Refuse(Reason::kSamePerson,
                  absl::StrCat(context.actor, " recorded the vote on paper of ",
                               command.person_id(), "; another person must confirm it"));
  }
  // The error does not say which of the two is right: both should look at the paper again.
  if (paper->choice != command.choice() || paper->candidate_id != command.candidate_id()) {
    return Refuse(Reason::kPaperDiffers,
                  absl::StrCat("the vote on paper of ", command.person_id(),
                               " was recorded differently at record ", paper->index,
                               "; read it again, or let a clerk take the record back "
                               "and record it anew"));
  }
  return absl::OkStatus();
}

void Votes::Apply(const CommandContext& context, const v1::ConfirmPaperVote& command) {
  VoteEventEntry& event = Mutable(context, command.vote_event_id());
  const PendingPaperEntry& recorded = *event.pending_papers.Find(command.person_id());
  event.votes.InsertOrAssign(
      command.person_id(),
      {command.choice(), /*paper=*/true, context.command_id, context.index, command.candidate_id(),
       recorded.index, recorded.recorder_id, context.actor});
  event.pending_papers.Erase(command.person_id());
}

absl::Status Votes::Check(const CommandContext& context,
                          const v1::WithdrawPaperVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  return PendingPaperOf(*event, command.person_id()).status();
}

void Votes::Apply(const CommandContext& context, const v1::WithdrawPaperVote& command) {
  Mutable(context, command.vote_event_id()).pending_papers.Erase(command.person_id());
}

}  // namespace votum::meetings
