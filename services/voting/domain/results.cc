// Results: computed from the votes and the frozen rules, established by whoever presides.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "services/voting/domain/voting_machine.h"
#include "services/voting/rules/explain.h"
#include "services/voting/rules/majority.h"
#include "services/voting/rules/profile.h"
#include "services/voting/rules/quorum.h"

namespace votum::voting {
namespace {

struct OutcomeRow {
  v1::Outcome outcome;
  absl::string_view de;
  absl::string_view en;
};
// By rules::MotionOutcome.
constexpr OutcomeRow kOutcomes[] = {
    {v1::OUTCOME_REJECTED, "abgelehnt", "rejected"},
    {v1::OUTCOME_ADOPTED, "angenommen", "adopted"},
    {v1::OUTCOME_UNSPECIFIED, "offen", "for whoever presides to decide"},
    {v1::OUTCOME_UNSPECIFIED, "offen", "for the lot to decide"},
};

const OutcomeRow& RowOf(v1::Outcome outcome) {
  for (const OutcomeRow& row : kOutcomes) {
    if (row.outcome == outcome) return row;
  }
  return kOutcomes[2];
}

v1::Tally Count(const VoteEventEntry& event) {
  v1::Tally tally;
  for (const auto& [person_id, vote] : event.votes) {
    if (vote.choice == v1::CHOICE_YES) tally.set_yes(tally.yes() + 1);
    if (vote.choice == v1::CHOICE_NO) tally.set_no(tally.no() + 1);
    if (vote.choice == v1::CHOICE_ABSTAIN) tally.set_abstain(tally.abstain() + 1);
  }
  tally.set_not_voted(static_cast<uint32_t>(event.electorate.size() - event.votes.size()));
  return tally;
}

bool SameTally(const v1::Tally& a, const v1::Tally& b) {
  return a.yes() == b.yes() && a.no() == b.no() && a.abstain() == b.abstain() &&
         a.not_voted() == b.not_voted();
}

// "13 yes, 10 no, 1 abstained, 0 not voted"
std::string Words(const v1::Tally& tally) {
  return absl::StrCat(tally.yes(), " yes, ", tally.no(), " no, ", tally.abstain(), " abstained, ",
                      tally.not_voted(), " not voted");
}

// The motion's rule was checked when the vote was opened, and the profile is frozen since.
v1::Result Compute(const VoteEventEntry& event, const rules::v1::MotionRule& rule) {
  const auto present = static_cast<uint32_t>(event.electorate.size());
  v1::Result result;
  *result.mutable_tally() = Count(event);
  rules::Tally tally;
  tally.yes = result.tally().yes();
  tally.no = result.tally().no();
  tally.abstain = result.tally().abstain();
  tally.present = present;
  tally.seated = event.seated_number;
  tally.statutory = event.statutory_number;
  const rules::MotionResult motion = rules::EvaluateMotion(rule, tally);
  result.set_outcome(kOutcomes[static_cast<int>(motion.outcome)].outcome);

  const rules::v1::QuorumRule& quorum_rule = event.profile.quorum();
  const rules::v1::Text quorum = rules::ExplainQuorum(
      quorum_rule, rules::EvaluateQuorum(quorum_rule, event.statutory_number, present));
  const rules::v1::Text majority = rules::ExplainMotion(rule, tally, motion);
  result.mutable_explanation()->set_de(absl::StrCat(quorum.de(), " ", majority.de()));
  result.mutable_explanation()->set_en(absl::StrCat(quorum.en(), " ", majority.en()));
  return result;
}

}  // namespace

absl::StatusOr<v1::Result> VotingMachine::ComputeResult(absl::string_view vote_event_id) const {
  const VoteEventEntry* event = FindVoteEvent(vote_event_id);
  if (event == nullptr) {
    return RefuseNotFound("NO_SUCH_VOTE", absl::StrCat("there is no vote ", vote_event_id));
  }
  if (event->state == v1::VOTE_EVENT_STATE_OPEN) {
    return RefusePrecondition("VOTE_OPEN",
                              absl::StrCat("vote ", event->id, " is still open; close it before"));
  }
  const MotionEntry& motion = *FindMotion(event->motion_id);
  return Compute(*event, *rules::FindMotionRule(event->profile, motion.rule_key));
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::EstablishResult& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   VoteOf(command.meeting_id(), command.vote_event_id()));
  const std::string& organization_id = FindSitting(event->meeting_id)->organization_id;
  if (!directory_.PresidesOver(context.actor, organization_id)) {
    return RefusePermission("NOT_CHAIR",
                            absl::StrCat(context.actor, " is neither chair nor deputy chair of ",
                                         organization_id, "; whoever presides states the result"));
  }
  if (event->state == v1::VOTE_EVENT_STATE_ESTABLISHED) {
    return RefuseExists("RESULT_ESTABLISHED",
                        absl::StrCat("the result of vote ", event->id,
                                     " was established at record ", event->result->index()));
  }
  ASSIGN_OR_RETURN(const v1::Result computed, ComputeResult(event->id));
  const bool casting_vote = computed.outcome() == v1::OUTCOME_UNSPECIFIED;
  const bool outcome_holds = casting_vote ? command.outcome() == v1::OUTCOME_ADOPTED ||
                                                command.outcome() == v1::OUTCOME_REJECTED
                                          : command.outcome() == computed.outcome();
  if (SameTally(command.tally(), computed.tally()) && outcome_holds) return absl::OkStatus();
  return RefuseArgument(
      "RESULT_DIFFERS",
      absl::StrCat("the votes give ", Words(computed.tally()), ": ", RowOf(computed.outcome()).en,
                   "; the command says ", Words(command.tally()), ": ",
                   v1::Outcome_Name(command.outcome()),
                   ". Look at the vote again and state what it gives"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::EstablishResult& command) {
  Touch(context, command.meeting_id());
  VoteEventEntry& event = MutableVote(command.vote_event_id());
  v1::Result result = *ComputeResult(event.id);
  if (result.outcome() == v1::OUTCOME_UNSPECIFIED) {
    const OutcomeRow& row = RowOf(command.outcome());
    absl::StrAppend(result.mutable_explanation()->mutable_de(), " Stichentscheid von ",
                    context.actor, ": ", row.de, ".");
    absl::StrAppend(result.mutable_explanation()->mutable_en(), " Casting vote of ", context.actor,
                    ": ", row.en, ".");
    result.set_outcome(row.outcome);
  }
  result.set_index(context.index);
  event.result = std::move(result);
  event.state = v1::VOTE_EVENT_STATE_ESTABLISHED;
  event.established_time = context.time;
}

}  // namespace votum::voting
