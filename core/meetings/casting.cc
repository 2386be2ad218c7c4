// Votes that say who casts them: electronic ones, and their correction.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/votes.h"

namespace votum::meetings {

absl::Status Votes::CheckBallot(const VoteEventEntry& event, v1::Choice choice,
                                absl::string_view candidate_id) const {
  if (event.mode == v1::VOTE_MODE_SECRET) {
    return Refuse(
        Reason::kSecretVote,
        absl::StrCat(
            "vote ", event.id, " is secret: ",
            event.secret.has_value() ? "cast an encrypted ballot (CastSecretBallot), or " : "",
            "put a ballot paper into the urn"));
  }
  if (choice == v1::CHOICE_UNSPECIFIED || !v1::Choice_IsValid(choice))
    return Refuse(Reason::kBadChoice, "choice must be yes, no or abstain");
  const MotionEntry& motion = *motions_.Find(event.motion_id);
  const bool names_somebody = !motion.candidates.empty() && choice == v1::CHOICE_YES;
  if (!names_somebody && !candidate_id.empty()) {
    return Refuse(Reason::kBadChoice, "a candidate is named only with Yes, in an election");
  }
  if (names_somebody && FindCandidate(motion, candidate_id) == motion.candidates.size()) {
    return Refuse(Reason::kNoSuchCandidate,
                  absl::StrCat("\"", candidate_id, "\" does not stand in election ", motion.id,
                               "; with Yes name one of its candidates"));
  }
  return absl::OkStatus();
}

absl::Status Votes::CheckVoter(const VoteEventEntry& event, absl::string_view person_id) const {
  const SittingEntry& sitting = *sittings_.Find(event.meeting_id);
  const bool entitled = std::binary_search(event.electorate.begin(), event.electorate.end(),
                                           person_id, std::less<>());
  if (entitled) {
    if (sitting.present.Contains(person_id)) return absl::OkStatus();
    return Refuse(Reason::kNotPresent,
                  absl::StrCat(person_id, " has left meeting ", sitting.meeting_id,
                               "; check in again while vote ", event.id, " is open"));
  }
  if (event.excluded.find(person_id) != event.excluded.end()) {
    return Refuse(Reason::kExcludedByConflict,
                  absl::StrCat(person_id,
                               " is in conflict on this item and takes no "
                               "part in vote ",
                               event.id));
  }
  const auto* membership = directory_.ActiveMembership(person_id, sitting.organization_id);
  if (membership != nullptr && membership->voting_right) {
    return Refuse(Reason::kNotPresent,
                  absl::StrCat(person_id, " was not present when vote ", event.id,
                               " was opened; check in to "
                               "take part in the next one"));
  }
  return Refuse(Reason::kNotEntitled,
                absl::StrCat(person_id, " has no voting right in ", sitting.organization_id));
}

absl::Status Votes::CheckNotVoted(const VoteEventEntry& event, absl::string_view person_id) const {
  if (const VoteEntry* vote = event.votes.Find(person_id); vote != nullptr) {
    return Refuse(
        Reason::kAlreadyVoted,
        vote->paper
            ? absl::StrCat(person_id, " has voted on paper, confirmed at record ", vote->index,
                           "; if that is wrong, the chair closes vote ", event.id,
                           " and puts the motion again")
            : absl::StrCat(person_id, " has voted at record ", vote->index,
                           "; to change it, send CorrectVote for command ", vote->command_id));
  }
  if (const PendingPaperEntry* paper = event.pending_papers.Find(person_id); paper != nullptr) {
    return Refuse(
        Reason::kPaperRecorded,
        absl::StrCat(paper->recorder_id, " has recorded a vote on paper of ", person_id,
                     " at record ", paper->index,
                     ", which waits for its confirmation; if it is wrong, a clerk takes it back "
                     "(WithdrawPaperVote)"));
  }
  return absl::OkStatus();
}

absl::Status Votes::Check(const CommandContext& context, const v1::CastVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckBallot(*event, command.choice(), command.candidate_id()));
  RETURN_IF_ERROR(CheckVoter(*event, context.actor));
  return CheckNotVoted(*event, context.actor);
}

void Votes::Apply(const CommandContext& context, const v1::CastVote& command) {
  Mutable(context, command.vote_event_id())
      .votes.InsertOrAssign(context.actor, {command.choice(), /*paper=*/false, context.command_id,
                                            context.index, command.candidate_id()});
}

absl::Status Votes::Check(const CommandContext& context, const v1::CorrectVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckBallot(*event, command.choice(), command.candidate_id()));
  RETURN_IF_ERROR(CheckVoter(*event, context.actor));
  const VoteEntry* voted = event->votes.Find(context.actor);
  if (voted == nullptr) {
    // If a paper is waiting, that is the better explanation.
    RETURN_IF_ERROR(CheckNotVoted(*event, context.actor));
    return Refuse(Reason::kNotVoted, absl::StrCat(context.actor, " has not voted in vote ",
                                                  event->id, "; send CastVote"));
  }
  if (voted->paper) return CheckNotVoted(*event, context.actor);
  if (voted->command_id == command.replaces_command_id()) return absl::OkStatus();
  return Refuse(Reason::kStaleCorrection,
                absl::StrCat("the newest vote of ", context.actor, " is command ",
                             voted->command_id, " at record ", voted->index, ", not ",
                             command.replaces_command_id(), "; look at it and correct that one"));
}

void Votes::Apply(const CommandContext& context, const v1::CorrectVote& command) {
  Mutable(context, command.vote_event_id())
      .votes.InsertOrAssign(context.actor, {command.choice(), /*paper=*/false, context.command_id,
                                            context.index, command.candidate_id()});
}

}  // namespace votum::meetings
