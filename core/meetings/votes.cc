#include "core/meetings/votes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/meetings/defects.h"
#include "core/meetings/electorate.h"
#include "core/meetings/result.h"
#include "core/meetings/roles.h"
#include "core/meetings/vote_opening.h"

namespace votum::meetings {
namespace {

// Whether the person may have voted, on paper or on a device. Until it is recorded who took part in a
// secret vote on devices, everybody may have who registered for it.
bool TookPart(const VoteEventEntry& event, const std::string& person_id) {
  if (event.votes.Contains(person_id) || event.ballots.Contains(person_id)) return true;
  if (!event.secret.has_value()) return false;
  const auto& participants = event.secret->participants;
  if (!participants.has_value()) return event.secret->registered.Contains(person_id);
  return std::binary_search(participants->begin(), participants->end(), person_id);
}

}  // namespace

const VoteEventEntry* Votes::Find(absl::string_view id) const {
  return state_.vote_events.Find(id);
}

absl::StatusOr<const VoteEventEntry*> Votes::FindIn(absl::string_view meeting_id,
                                                    absl::string_view vote_event_id) const {
  const VoteEventEntry* event = Find(vote_event_id);
  if (event == nullptr || event->meeting_id != meeting_id) {
    return Refuse(Reason::kNoSuchVote,
                  absl::StrCat("there is no vote ", vote_event_id, " in meeting ", meeting_id,
                               "; ListVoteEvents names those there are"));
  }
  return event;
}

absl::StatusOr<const VoteEventEntry*> Votes::FindOpen(absl::string_view meeting_id,
                                                      absl::string_view vote_event_id) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event, FindIn(meeting_id, vote_event_id));
  if (event->state != v1::VOTE_EVENT_STATE_OPEN) {
    return Refuse(Reason::kVoteClosed,
                  absl::StrCat("vote ", vote_event_id, " was closed at record ", event->close_index,
                               "; nothing after it counts"));
  }
  return event;
}

absl::Status Votes::Check(const CommandContext& context, const v1::OpenVote& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  ASSIGN_OR_RETURN(const MotionEntry* motion,
                   motions_.FindStanding(command.meeting_id(), command.motion_id()));
  RETURN_IF_ERROR(CheckId("vote_event_id", command.vote_event_id()));
  if (Find(command.vote_event_id()) != nullptr) {
    return Refuse(Reason::kVoteExists,
                  absl::StrCat("vote ", command.vote_event_id(), " exists; choose another id"));
  }
  if (command.mode() == v1::VOTE_MODE_UNSPECIFIED || !v1::VoteMode_IsValid(command.mode())) {
    return Refuse(Reason::kBadMode, "mode must be open, roll call or secret");
  }
  if (!motion->vote_event_id.empty()) {
    return Refuse(Reason::kMotionHasVote,
                  absl::StrCat("motion ", motion->id, " was put in vote ", motion->vote_event_id,
                               "; to repeat it, propose it again under another id"));
  }
  if (!sitting->open_vote_event_id.empty()) {
    return Refuse(Reason::kAnotherVoteOpen, absl::StrCat("vote ", sitting->open_vote_event_id,
                                                         " is still open; close it before"));
  }
  RETURN_IF_ERROR(CheckMayOpen(directory_, context.time, *sitting, *motion, command));
  if (!command.has_electronic()) return absl::OkStatus();
  return setups_.Check(*sitting, *motion, command);
}

void Votes::Apply(const CommandContext& context, const v1::OpenVote& command) {
  const SittingEntry& sitting = *sittings_.Find(command.meeting_id());
  const MotionEntry& motion = *motions_.Find(command.motion_id());
  VoteEventEntry& event = state_.vote_events.MutableOrNew(command.vote_event_id());
  event.id = command.vote_event_id();
  event.meeting_id = command.meeting_id();
  event.motion_id = motion.id;
  event.mode = command.mode();
  event.state = v1::VOTE_EVENT_STATE_OPEN;
  event.electorate = Electorate(directory_, sitting, motion.item_id, motion.norm);
  if (const auto on_item = sitting.conflicts.find(motion.item_id);
      on_item != sitting.conflicts.end()) {
    for (const auto& [person_id, conflict] : on_item->second) event.excluded.insert(person_id);
  }
  const rules::Attendance attendance =
      AttendanceOn(directory_, sitting, motion.item_id, motion.norm);
  event.statutory_number = attendance.statutory;
  event.second_call = attendance.second_call;
  event.second_call_noticed = attendance.second_call_noticed;
  event.seated_number = SeatedNumber(directory_, sitting.organization_id);
  event.profile_index = sitting.profile_index;
  event.opened = context.time;
  if (command.has_electronic()) event.secret = setups_.SetUp(sitting, motion, command);

  state_.revisions.MutableOrNew(event.meeting_id) = context.index;
  sittings_.VoteOpened(event.meeting_id, event.id, motion.item_id);
  motions_.PutToVote(command.motion_id(), event.id);
}

absl::Status Votes::Check(const CommandContext& context, const v1::CloseVote& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindOpen(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(
      CheckPresides(directory_, context.actor, sittings_.Find(event->meeting_id)->organization_id));
  if (event->pending_papers.empty()) return CheckMayClose(*event, command.abandon());
  std::string waiting;
  for (const auto& [person_id, paper] : event->pending_papers) {
    absl::StrAppend(&waiting, waiting.empty() ? "" : ", ", person_id);
  }
  return Refuse(Reason::kPaperUnconfirmed,
                absl::StrCat("votes on paper wait for a second person: ", waiting,
                             "; confirm them or take them back before"));
}

void Votes::Apply(const CommandContext& context, const v1::CloseVote& command) {
  VoteEventEntry& event = Mutable(context, command.vote_event_id());
  event.state = v1::VOTE_EVENT_STATE_CLOSED;
  event.closed = context.time;
  event.close_index = context.index;
  if (command.abandon()) {
    event.secret->phase = v1::SECRET_VOTE_PHASE_ABANDONED;
  } else if (event.secret.has_value()) {
    CloseUrn(setups_.SetupOf(event.id)->election, setups_.TextsOf(event.id), event);
  }
  sittings_.VoteClosed(event.meeting_id);
}

absl::Status Votes::Check(const CommandContext& context, const v1::EstablishResult& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindIn(command.meeting_id(), command.vote_event_id()));
  const std::string& organization_id = sittings_.Find(event->meeting_id)->organization_id;
  if (!directory_.PresidesOver(context.actor, organization_id)) {
    return Refuse(Reason::kNotChair,
                  absl::StrCat(context.actor, " is neither chair nor deputy chair of ",
                               organization_id, "; whoever presides states the result"));
  }
  if (event->state == v1::VOTE_EVENT_STATE_ESTABLISHED) {
    return Refuse(Reason::kResultEstablished,
                  absl::StrCat("the result of vote ", event->id, " was established at record ",
                               event->result->index()));
  }
  ASSIGN_OR_RETURN(const v1::Result computed, ComputeResult(event->id));
  return CheckStated(computed, command);
}

void Votes::Apply(const CommandContext& context, const v1::EstablishResult& command) {
  VoteEventEntry& event = Mutable(context, command.vote_event_id());
  event.result = Establish(context, *ComputeResult(event.id), command);
  event.state = v1::VOTE_EVENT_STATE_ESTABLISHED;
  event.established_time = context.time;
  if (motions_.Find(event.motion_id)->polarity != v1::POLARITY_INCIDENTAL)
    sittings_.ItemSettled(event.meeting_id, event.id);
  if (event.result->election() == v1::ELECTION_OUTCOME_RUNOFF) {
    const auto& named = event.result->candidate_ids();
    motions_.RunoffCalled(event.id, {named.begin(), named.end()});
  }
}

absl::Status Votes::Check(const CommandContext& context, const v1::DecideConflict& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  RETURN_IF_ERROR(agenda_.CheckItem(command.item_id(), command.meeting_id()));
  RETURN_IF_ERROR(CheckMember(directory_, command.person_id(), *sitting));
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindIn(command.meeting_id(), command.vote_event_id()));
  const MotionEntry& motion = *motions_.Find(event->motion_id);
  const bool resolved =
      event->result.has_value() && event->result->outcome() == v1::OUTCOME_ADOPTED &&
      motion.polarity == v1::POLARITY_INCIDENTAL && motion.item_id == command.item_id();
  if (!resolved) {
    return Refuse(Reason::kNotResolved, absl::StrCat("vote ", event->id,
                                                     " did not adopt an incidental motion "
                                                     "on item ",
                                                     command.item_id()));
  }
  if (TookPart(*event, command.person_id())) {
    return Refuse(Reason::kMemberTookPart,
                  absl::StrCat(command.person_id(), " took part in vote ", event->id,
                               " about the own conflict; put the question again"));
  }
  return Sittings::CheckItemUndecided(*sitting, command.item_id());
}

void Votes::Apply(const CommandContext& context, const v1::DecideConflict& command) {
  sittings_.ConflictDecided(context, command.meeting_id(), command.item_id(), command.person_id());
}

absl::Status Votes::Check(const CommandContext& context, const v1::RecordDefect& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   FindIn(command.meeting_id(), command.vote_event_id()));
  RETURN_IF_ERROR(
      CheckPresides(directory_, context.actor, sittings_.Find(event->meeting_id)->organization_id));
  if (event->state != v1::VOTE_EVENT_STATE_ESTABLISHED) {
    return Refuse(Reason::kResultNotEstablished,
                  absl::StrCat("vote ", event->id,
                               " has no established result yet: correct the error itself, or close "
                               "the vote without a result and put the motion again"));
  }
  RETURN_IF_ERROR(CheckText("reason", command.reason(), kMaxReasonBytes));
  if (!command.person_id().empty() && !directory_.PersonExists(command.person_id())) {
    return Refuse(Reason::kNoSuchPerson,
                  absl::StrCat("person ", command.person_id(), " is not in the directory"));
  }
  return CheckDefect(*event, *motions_.Find(event->motion_id), command);
}

void Votes::Apply(const CommandContext& context, const v1::RecordDefect& command) {
  v1::Tally tally = command.tally();
  tally.clear_not_voted();
  Mutable(context, command.vote_event_id())
      .defects.push_back({CorrectionBy(context, command.reason()), command.kind(),
                          command.person_id(), command.choice(), command.candidate_id(),
                          std::move(tally)});
}

VoteEventEntry& Votes::Mutable(const CommandContext& context, absl::string_view vote_event_id) {
  VoteEventEntry& event = *state_.vote_events.Mutable(vote_event_id);
  state_.revisions.MutableOrNew(event.meeting_id) = context.index;
  return event;
}

SecretVoteEntry& Votes::MutableSecret(const CommandContext& context,
                                      absl::string_view vote_event_id) {
  return *Mutable(context, vote_event_id).secret;
}

void Votes::CompleteByLot(const CommandContext& context, absl::string_view vote_event_id,
                          v1::Result result) {
  Mutable(context, vote_event_id).result = std::move(result);
}

uint64_t Votes::RevisionOf(absl::string_view meeting_id) const {
  const uint64_t* revision = state_.revisions.Find(meeting_id);
  return revision == nullptr ? 0 : *revision;
}

absl::StatusOr<v1::VoteEvent> Votes::Get(absl::string_view id) const {
  const VoteEventEntry* entry = Find(id);
  if (entry == nullptr) {
    return Refuse(Reason::kNoSuchVote, absl::StrCat("there is no vote ", id));
  }
  v1::VoteEvent event = ToVoteEvent(*entry, *motions_.Find(entry->motion_id), ProfileOf(*entry));
  if (entry->state == v1::VOTE_EVENT_STATE_CLOSED) {
    // Before the papers of a secret vote are counted there is none.
    if (auto computed = ComputeResult(id); computed.ok())
      *event.mutable_computed_result() = *std::move(computed);
  }
  return event;
}

absl::StatusOr<std::vector<v1::VoteEvent>> Votes::List(absl::string_view meeting_id,
                                                       absl::string_view after_id,
                                                       size_t limit) const {
  if (agenda_.FindMeeting(meeting_id) == nullptr) {
    return Refuse(Reason::kNoSuchMeeting, absl::StrCat("there is no meeting ", meeting_id));
  }
  const SittingEntry* sitting = sittings_.Find(meeting_id);
  const std::vector<SittingVote> none;
  const std::vector<SittingVote>& votes = sitting == nullptr ? none : sitting->votes;
  auto next = votes.begin();
  if (!after_id.empty()) {
    const auto last = std::find_if(votes.begin(), votes.end(), [&](const SittingVote& vote) {
      return vote.vote_event_id == after_id;
    });
    if (last == votes.end()) {
      return Refuse(Reason::kBadPage, absl::StrCat("meeting ", meeting_id, " has no vote ",
                                                   after_id, "; begin at the first page"));
    }
    next = last + 1;
  }
  std::vector<v1::VoteEvent> events;
  for (; next != votes.end() && events.size() < limit; ++next) {
    ASSIGN_OR_RETURN(v1::VoteEvent event, Get(next->vote_event_id));
    events.push_back(std::move(event));
  }
  return events;
}

absl::StatusOr<v1::Result> Votes::ComputeResult(absl::string_view vote_event_id) const {
  const VoteEventEntry* event = Find(vote_event_id);
  if (event == nullptr) {
    return Refuse(Reason::kNoSuchVote, absl::StrCat("there is no vote ", vote_event_id));
  }
  return meetings::ComputeResult(*event, *motions_.Find(event->motion_id), ProfileOf(*event));
}

}  // namespace votum::meetings
