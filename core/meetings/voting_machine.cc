#include "core/meetings/voting_machine.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::meetings {
namespace {

template <typename Entry>
const Entry* FindIn(const std::map<std::string, Entry, std::less<>>& entries,
                    absl::string_view id) {
  const auto found = entries.find(id);
  return found == entries.end() ? nullptr : &found->second;
}

}  // namespace

const SittingEntry* VotingMachine::FindSitting(absl::string_view meeting_id) const {
  return FindIn(sittings_, meeting_id);
}

const MotionEntry* VotingMachine::FindMotion(absl::string_view id) const {
  return FindIn(motions_, id);
}

const VoteEventEntry* VotingMachine::FindVoteEvent(absl::string_view id) const {
  return FindIn(vote_events_, id);
}

absl::StatusOr<const SittingEntry*> VotingMachine::OpenSitting(absl::string_view meeting_id) const {
  const SittingEntry* sitting = FindSitting(meeting_id);
  if (sitting == nullptr) {
    if (agenda_.FindMeeting(meeting_id) == nullptr) {
      return Refuse(Reason::kNoSuchMeeting, absl::StrCat("there is no meeting ", meeting_id));
    }
    return Refuse(
        Reason::kMeetingNotOpen,
        absl::StrCat("meeting ", meeting_id, " has not begun; the chair or a clerk opens it"));
  }
  if (sitting->state != v1::SITTING_STATE_OPEN) {
    return Refuse(Reason::kMeetingClosed,
                  absl::StrCat("meeting ", meeting_id, " has ended; convene another"));
  }
  return sitting;
}

absl::Status VotingMachine::CheckPresides(const CommandContext& context,
                                          absl::string_view organization_id) const {
  if (directory_.PresidesOver(context.actor, organization_id) ||
      directory_.HasOffice(context.actor, directory::v1::OFFICE_CLERK)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotPresiding,
                absl::StrCat(context.actor, " is neither chair nor deputy chair of ",
                             organization_id, " nor a clerk; ask one of them"));
}

absl::Status VotingMachine::CheckMemberOrClerk(const CommandContext& context,
                                               absl::string_view person_id) const {
  if (context.actor == person_id ||
      directory_.HasOffice(context.actor, directory::v1::OFFICE_CLERK)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotTheMember,
                absl::StrCat(context.actor, " may not act for ", person_id, "; a clerk may"));
}

absl::StatusOr<const VoteEventEntry*> VotingMachine::VoteOf(absl::string_view meeting_id,
                                                            absl::string_view vote_event_id) const {
  const VoteEventEntry* event = FindVoteEvent(vote_event_id);
  if (event == nullptr || event->meeting_id != meeting_id) {
    return Refuse(Reason::kNoSuchVote,
                  absl::StrCat("there is no vote ", vote_event_id, " in meeting ", meeting_id,
                               "; ListVoteEvents names those there are"));
  }
  return event;
}

absl::StatusOr<const VoteEventEntry*> VotingMachine::OpenVoteOf(
    absl::string_view meeting_id, absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, VoteOf(meeting_id, vote_event_id));
  if (event->state != v1::VOTE_EVENT_STATE_OPEN) {
    return Refuse(Reason::kVoteClosed,
                  absl::StrCat("vote ", vote_event_id, " was closed at record ", event->close_index,
                               "; nothing after it counts"));
  }
  return event;
}

SittingEntry& VotingMachine::Touch(const CommandContext& context, absl::string_view meeting_id) {
  SittingEntry& sitting = sittings_.find(meeting_id)->second;
  sitting.revision = context.index;
  return sitting;
}

VoteEventEntry& VotingMachine::MutableVote(absl::string_view vote_event_id) {
  return vote_events_.find(vote_event_id)->second;
}

}  // namespace votum::meetings
