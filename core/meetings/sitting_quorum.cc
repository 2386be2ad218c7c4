// Doubts about the quorum on an item: challenge, count, second call.
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/electorate.h"
#include "core/meetings/roles.h"
#include "core/meetings/sittings.h"
#include "rules/explain.h"
#include "rules/quorum.h"

namespace votum::meetings {

absl::Status Sittings::Check(const CommandContext& context,
                             const v1::ChallengeQuorum& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(agenda_.CheckItem(command.item_id(), command.meeting_id()));
  RETURN_IF_ERROR(CheckPresentVoter(directory_, *sitting, context.actor));
  const auto quorum = sitting->quorums.find(command.item_id());
  const rules::QuorumState state =
      quorum == sitting->quorums.end() ? rules::QuorumState::kPresumed : quorum->second.state;
  return rules::ChallengeQuorum(state).status();
}

void Sittings::Apply(const CommandContext& context, const v1::ChallengeQuorum& command) {
  Touch(context, command.meeting_id()).quorums[command.item_id()].state =
      rules::QuorumState::kChallenged;
}

absl::Status Sittings::Check(const CommandContext& context, const v1::CountQuorum& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  RETURN_IF_ERROR(agenda_.CheckItem(command.item_id(), command.meeting_id()));
  const auto quorum = sitting->quorums.find(command.item_id());
  const rules::QuorumState state =
      quorum == sitting->quorums.end() ? rules::QuorumState::kPresumed : quorum->second.state;
  return rules::CountQuorum(directory_.ProfileOf(sitting->profile_index).quorum(),
                            AttendanceOn(directory_, *sitting, command.item_id(), ""), state)
      .status();
}

void Sittings::Apply(const CommandContext& context, const v1::CountQuorum& command) {
  SittingEntry& sitting = Touch(context, command.meeting_id());
  ItemQuorumEntry& quorum = sitting.quorums[command.item_id()];
  const rules::v1::QuorumRule& rule = directory_.ProfileOf(sitting.profile_index).quorum();
  const rules::Attendance attendance = AttendanceOn(directory_, sitting, command.item_id(), "");
  quorum.state = *rules::CountQuorum(rule, attendance, quorum.state);
  if (const auto on_item = sitting.conflicts.find(command.item_id());
      on_item != sitting.conflicts.end()) {
    for (auto& [person_id, conflict] : on_item->second) conflict.counted = true;
  }
  quorum.count = rules::ExplainQuorum(rule, rules::EvaluateQuorum(rule, attendance));
}

absl::Status Sittings::Check(const CommandContext& context,
                             const v1::CallItemAgain& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  RETURN_IF_ERROR(agenda_.CheckItem(command.item_id(), command.meeting_id()));
  const SittingEntry* before = Find(command.postponed_meeting_id());
  if (before == nullptr || before->organization_id != sitting->organization_id) {
    return Refuse(Reason::kNoSuchMeeting,
                  absl::StrCat("there was no meeting ", command.postponed_meeting_id(), " of ",
                               sitting->organization_id));
  }
  if (command.postponed_meeting_id() == command.meeting_id()) {
    return Refuse(Reason::kSameMeeting,
                  "an item is called again in another meeting than it was postponed in");
  }
  const auto quorum = before->quorums.find(command.postponed_item_id());
  const rules::QuorumState state =
      quorum == before->quorums.end() ? rules::QuorumState::kPresumed : quorum->second.state;
  RETURN_IF_ERROR(rules::CallAgain(state).status());
  if (sitting->quorums.find(command.item_id()) == sitting->quorums.end()) return absl::OkStatus();
  return Refuse(Reason::kAlreadyChallenged,
                absl::StrCat("the quorum on item ", command.item_id(),
                             " was doubted, counted or called again already"));
}

void Sittings::Apply(const CommandContext& context, const v1::CallItemAgain& command) {
  ItemQuorumEntry& quorum = Touch(context, command.meeting_id()).quorums[command.item_id()];
  quorum.state = rules::QuorumState::kSecondCall;
  quorum.second_call = true;
  quorum.noticed = command.noticed();
}

}  // namespace votum::meetings
