// Secret votes on paper: the urn and its count.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/result.h"
#include "core/meetings/roles.h"
#include "core/meetings/votes.h"
#include "google/protobuf/util/message_differencer.h"

namespace votum::meetings {
namespace {

// The tally as a count of papers states it, without the members who handed in none.
v1::Tally Papers(v1::Tally tally) {
  tally.clear_not_voted();
  return tally;
}

}  // namespace

absl::Status Votes::Check(const CommandContext& context, const v1::MarkBallot& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  if (event->mode != v1::VOTE_MODE_SECRET) {
    return Refuse(Reason::kNotSecret,
                  absl::StrCat("vote ", event->id, " is not secret: it has no urn"));
  }
  RETURN_IF_ERROR(CheckVoter(*event, command.person_id()));
  if (event->secret.has_value() && event->secret->registered.Contains(command.person_id())) {
    return Refuse(
        Reason::kDeviceRegistered,
        absl::StrCat(command.person_id(), " has registered a device for vote ", event->id,
                     " and votes with it; before ballots begin a clerk can take that back "
                     "(WithdrawCredential)"));
  }
  if (!event->ballots.Contains(command.person_id())) return absl::OkStatus();
  return Refuse(Reason::kAlreadyVoted,
                absl::StrCat(command.person_id(), " has put a paper into the urn already"));
}

void Votes::Apply(const CommandContext& context, const v1::MarkBallot& command) {
  Mutable(context, command.vote_event_id())
      .ballots.InsertOrAssign(command.person_id(), context.actor);
}

absl::Status Votes::CheckBallotCount(const VoteEventEntry& event, const v1::Tally& tally) const {
  if (event.mode != v1::VOTE_MODE_SECRET) {
    return Refuse(Reason::kNotSecret,
                  absl::StrCat("vote ", event.id, " is not secret: it has no urn"));
  }
  if (event.state == v1::VOTE_EVENT_STATE_OPEN) {
    return Refuse(Reason::kVoteOpen,
                  absl::StrCat("vote ", event.id, " is still open; close it before"));
  }
  if (event.state == v1::VOTE_EVENT_STATE_ESTABLISHED) {
    return Refuse(Reason::kResultEstablished,
                  absl::StrCat("the result of vote ", event.id, " is established"));
  }
  if (event.secret.has_value()) RETURN_IF_ERROR(CheckClosed(event));
  RETURN_IF_ERROR(CheckPaperCount(*motions_.Find(event.motion_id), tally));
  const uint64_t papers = uint64_t{tally.yes()} + tally.no() + tally.abstain() + tally.invalid();
  if (papers == event.ballots.size()) return absl::OkStatus();
  return Refuse(
      Reason::kCountDiffers,
      absl::StrCat(papers, " papers were counted, but ", event.ballots.size(),
                   " members have put one into the urn; count again, and if it stays so close "
                   "this vote without a result and put the motion again"));
}

absl::Status Votes::Check(const CommandContext& context,
                          const v1::RecordBallotCount& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindIn(command.meeting_id(), command.vote_event_id()));
  if (event->count.has_value() && event->count->confirmed) {
    return Refuse(Reason::kCountConfirmed,
                  absl::StrCat("the count of vote ", event->id, " is confirmed"));
  }
  return CheckBallotCount(*event, command.tally());
}

void Votes::Apply(const CommandContext& context, const v1::RecordBallotCount& command) {
  Mutable(context, command.vote_event_id()).count =
      BallotCountEntry{Papers(command.tally()), context.actor, false};
}

absl::Status Votes::Check(const CommandContext& context,
                          const v1::ConfirmBallotCount& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindIn(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(CheckSecondPerson(directory_, context.actor,
                                    sittings_.Find(event->meeting_id)->organization_id));
  RETURN_IF_ERROR(CheckBallotCount(*event, command.tally()));
  if (!event->count.has_value() || event->count->confirmed) {
    return Refuse(Reason::kNoCount,
                  absl::StrCat("no count of vote ", event->id, " waits for a second person"));
  }
  if (event->count->recorder_id == context.actor) {
    return Refuse(Reason::kSamePerson, absl::StrCat(context.actor, " recorded the count of vote ",
                                                    event->id, "; another person must confirm it"));
  }
  if (google::protobuf::util::MessageDifferencer::Equals(event->count->tally,
                                                         Papers(command.tally()))) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kCountDiffers,
                absl::StrCat("the two counts of vote ", event->id,
                             " differ; count again together, and let a clerk record it "
                             "anew if need be"));
}

void Votes::Apply(const CommandContext& context, const v1::ConfirmBallotCount& command) {
  Mutable(context, command.vote_event_id()).count->confirmed = true;
}

}  // namespace votum::meetings
