#include "core/decisions/decisions_machine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"
#include "core/meetings/redaction.h"
#include "crypto/hash.h"
#include "rules/calendar.h"

namespace votum::decisions {
namespace {

constexpr size_t kDigestBytes = 32;

bool ItemAdopted(meetings::v1::Polarity polarity, meetings::v1::Outcome outcome) {
  // A rejected motion to reject does not adopt: the outcome for the item is then still open.
  return polarity == meetings::v1::POLARITY_ADOPTS_ITEM && outcome == meetings::v1::OUTCOME_ADOPTED;
}

std::string LocalDay(const v1::Decision& decision, absl::string_view zone) {
  return absl::FormatCivilTime(
      absl::CivilDay(rules::LocalTime(zone, FromTimestamp(decision.release_allowed_time()))));
}

absl::Status NoSuchDecision(absl::string_view id) {
  return Refuse(Reason::kNoSuchDecision,
                absl::StrCat("there is no decision ", id, " that you may see"));
}

bool SignedAs(const v1::Decision& decision, v1::Capacity capacity) {
  const auto& signatures = decision.signatures();
  return std::any_of(signatures.begin(), signatures.end(),
                     [&](const auto& s) { return s.capacity() == capacity; });
}

}  // namespace

std::string TextDigest(const v1::Decision& decision) {
  const crypto::Digest digest = crypto::Sha256({decision.title(), "\n", decision.text()});
  return std::string(crypto::AsBytes(digest));
}

absl::StatusOr<const v1::Decision*> DecisionsMachine::Find(absl::string_view decision_id) const {
  const v1::Decision* decision = FindDecision(decision_id);
  if (decision == nullptr) return NoSuchDecision(decision_id);
  return decision;
}

absl::Status DecisionsMachine::Check(const CommandContext&,
                                     const v1::DraftDecision& command) const {
  RETURN_IF_ERROR(CheckId("decision_id", command.decision_id()));
  RETURN_IF_ERROR(CheckText("title", command.title(), 300));
  RETURN_IF_ERROR(CheckText("text", command.text(), 64 << 10));
  if (FindDecision(command.decision_id()) != nullptr) {
    return Refuse(Reason::kDecisionExists,
                  absl::StrCat("decision ", command.decision_id(), " exists; choose another id"));
  }
  const meetings::VoteEventEntry* event = votes_.Find(command.vote_event_id());
  if (event == nullptr) {
    return Refuse(Reason::kNoSuchVote, absl::StrCat("there is no vote ", command.vote_event_id()));
  }
  if (!event->result.has_value()) {
    return Refuse(Reason::kResultNotEstablished, absl::StrCat("vote ", event->id,
                                                              " has no established result; the "
                                                              "chair establishes it first"));
  }
  if (event->result->outcome() == meetings::v1::OUTCOME_UNSPECIFIED) {
    return Refuse(Reason::kLotMissing,
                  absl::StrCat("the lot has still to decide vote ", event->id, "; draw it"));
  }
  if (event->result->election() == meetings::v1::ELECTION_OUTCOME_RUNOFF) {
    return Refuse(
        Reason::kRunoffMissing,
        absl::StrCat("vote ", event->id, " asks for a second ballot; decide by that one"));
  }
  const meetings::MotionEntry* motion = motions_.Find(event->motion_id);
  if (motion->polarity == meetings::v1::POLARITY_INCIDENTAL) {
    return Refuse(
        Reason::kIncidentalMotion,
        absl::StrCat("motion ", motion->id, " settles something on the way, not the item"));
  }
  if (const std::string* existing = state_.decision_of_item.Find(motion->item_id)) {
    return Refuse(Reason::kItemDecided,
                  absl::StrCat("item ", motion->item_id, " has the decision ", *existing));
  }
  return command.decides_anew_id().empty() ? absl::OkStatus() : CheckAnew(command, *event);
}

absl::Status DecisionsMachine::CheckAnew(const v1::DraftDecision& command,
                                         const meetings::VoteEventEntry& event) const {
  ASSIGN_OR_RETURN(const v1::Decision* before, Find(command.decides_anew_id()));
  if (before->state() != v1::DECISION_STATE_OBJECTED) {
    return Refuse(Reason::kNotObjected, absl::StrCat("nobody objected to decision ", before->id(),
                                                     ", or it was decided anew already"));
  }
  const std::string day = absl::FormatCivilTime(absl::CivilDay(
      rules::LocalTime(votes_.ProfileOf(event).time_zone(), event.established_time)));
  // Days in this form are in the order of their text.
  if (before->objection_unlawful() ||
      (before->new_decision_from() <= day && day <= before->new_decision_until())) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNewDecisionOutOfTime,
                absl::StrCat("decision ", before->id(), " was to be decided anew from ",
                             before->new_decision_from(), " to ", before->new_decision_until(),
                             ", vote ", event.id, " was on ", day, " (",
                             votes_.ProfileOf(event).after_vote().provenance().norm(), ")"));
}

void DecisionsMachine::Apply(const CommandContext&, const v1::DraftDecision& command) {
  const meetings::VoteEventEntry& event = *votes_.Find(command.vote_event_id());
  const meetings::MotionEntry& motion = *motions_.Find(event.motion_id);
  const meetings::ItemEntry& item = *agenda_.FindItem(motion.item_id);
  v1::Decision decision;
  decision.set_id(command.decision_id());
  decision.set_state(v1::DECISION_STATE_DRAFTED);
  decision.set_vote_event_id(event.id);
  decision.set_meeting_id(event.meeting_id);
  decision.set_item_id(motion.item_id);
  decision.set_proposal_id(item.content.proposal_id());
  decision.set_proposal_version(item.proposal_version);
  decision.set_title(command.title());
  decision.set_text(command.text());
  decision.set_proposition(motion.proposition);
  decision.set_polarity(motion.polarity);
  *decision.mutable_result() = *event.result;
  decision.set_item_adopted(ItemAdopted(motion.polarity, event.result->outcome()));
  *decision.mutable_decide_time() = ToTimestamp(event.established_time);
  *decision.mutable_release_allowed_time() =
      ToTimestamp(rules::ReleaseAllowedFrom(votes_.ProfileOf(event), event.established_time));
  decision.set_public_(item.content.public_());
  if (!command.decides_anew_id().empty()) {
    v1::Decision& before = *state_.decisions.Mutable(command.decides_anew_id());
    before.set_state(v1::DECISION_STATE_DECIDED_ANEW);
    decision.set_decides_anew_id(before.id());
    // A second objection is impossible: no wait. After a complaint the authority decides.
    if (!before.objection_unlawful())
      *decision.mutable_release_allowed_time() = decision.decide_time();
  }
  state_.decision_of_item.InsertOrAssign(motion.item_id, command.decision_id());
  state_.decisions.InsertOrAssign(command.decision_id(), std::move(decision));
}

absl::Status DecisionsMachine::Check(const CommandContext& context,
                                     const v1::SignDecision& command) const {
  ASSIGN_OR_RETURN(const v1::Decision* decision, Find(command.decision_id()));
  if (command.text_sha256() != TextDigest(*decision)) {
    return Refuse(Reason::kTextDiffers,
                  absl::StrCat("the digest is not that of the words of decision ", decision->id(),
                               "; read the decision again before signing it"));
  }
  const std::string& organization = agenda_.FindMeeting(decision->meeting_id())->organization_id;
  switch (command.capacity()) {
    case v1::CAPACITY_CHAIR:
      if (!directory_.PresidesOver(context.actor, organization)) {
        return Refuse(Reason::kNotChair,
                      absl::StrCat(context.actor, " does not preside over ", organization));
      }
      break;
    case v1::CAPACITY_SECRETARY:
      if (!directory_.HasOffice(context.actor, common::v1::OFFICE_SECRETARY)) {
        return Refuse(Reason::kOfficeMissing,
                      absl::StrCat(context.actor, " does not hold OFFICE_SECRETARY"));
      }
      break;
    default:
      return Refuse(Reason::kBadCapacity, "capacity must be chair or secretary");
  }
  if (SignedAs(*decision, command.capacity())) {
    return Refuse(Reason::kAlreadySigned,
                  absl::StrCat("decision ", decision->id(), " is signed in this capacity"));
  }
  const auto& signatures = decision->signatures();
  if (std::any_of(signatures.begin(), signatures.end(),
                  [&](const auto& s) { return s.person_id() == context.actor; })) {
    return Refuse(Reason::kSamePerson, "a decision needs the signatures of two persons");
  }
  return absl::OkStatus();
}

void DecisionsMachine::Apply(const CommandContext& context, const v1::SignDecision& command) {
  v1::Decision& decision = *state_.decisions.Mutable(command.decision_id());
  v1::DecisionSignature* signature = decision.add_signatures();
  signature->set_person_id(context.actor);
  signature->set_capacity(command.capacity());
  *signature->mutable_time() = ToTimestamp(context.time);
  signature->set_index(context.index);
  if (decision.signatures_size() == 2 && decision.state() == v1::DECISION_STATE_DRAFTED) {
    decision.set_state(v1::DECISION_STATE_SIGNED);
  }
}

absl::Status DecisionsMachine::Check(const CommandContext& context,
                                     const v1::ObjectToDecision& command) const {
  ASSIGN_OR_RETURN(const v1::Decision* decision, Find(command.decision_id()));
  RETURN_IF_ERROR(CheckText("reason", command.reason(), 8 << 10));
  if (decision->state() == v1::DECISION_STATE_OBJECTED) {
    return Refuse(Reason::kAlreadyObjected,
                  absl::StrCat("decision ", decision->id(), " is suspended by an objection"));
  }
  const bool late =
      !command.unlawful() && context.time >= FromTimestamp(decision->release_allowed_time());
  if (!command.unlawful() && !decision->decides_anew_id().empty()) {
    return Refuse(Reason::kObjectedBefore,
                  absl::StrCat("decision ", decision->id(),
                               " was taken anew after an objection: there is no "
                               "second one; if it is unlawful, say so"));
  }
  if (decision->state() == v1::DECISION_STATE_RELEASED ||
      decision->state() == v1::DECISION_STATE_DECIDED_ANEW || late) {
    return Refuse(Reason::kObjectionTooLate,
                  absl::StrCat("the objection period of decision ", decision->id(), " has ended"));
  }
  return absl::OkStatus();
}

void DecisionsMachine::Apply(const CommandContext& context, const v1::ObjectToDecision& command) {
  v1::Decision& decision = *state_.decisions.Mutable(command.decision_id());
  decision.set_state(v1::DECISION_STATE_OBJECTED);
  decision.set_objection_reason(command.reason());
  *decision.mutable_objection_time() = ToTimestamp(context.time);
  decision.set_objection_unlawful(command.unlawful());
  const rules::v1::RuleProfile& profile = votes_.ProfileOf(*votes_.Find(decision.vote_event_id()));
  const rules::DayRange days = rules::NewDecisionDays(profile, context.time);
  decision.set_new_decision_from(absl::FormatCivilTime(days.first));
  decision.set_new_decision_until(absl::FormatCivilTime(days.last));
}

absl::Status DecisionsMachine::Check(const CommandContext& context,
                                     const v1::ReleaseDecision& command) const {
  ASSIGN_OR_RETURN(const v1::Decision* decision, Find(command.decision_id()));
  switch (decision->state()) {
    case v1::DECISION_STATE_RELEASED:
      return Refuse(Reason::kAlreadyReleased,
                    absl::StrCat("decision ", decision->id(), " is released"));
    case v1::DECISION_STATE_OBJECTED:
      return Refuse(Reason::kObjected, absl::StrCat("decision ", decision->id(),
                                                    " is suspended by an objection; the "
                                                    "council decides anew"));
    case v1::DECISION_STATE_DECIDED_ANEW:
      return Refuse(Reason::kDecidedAnew, absl::StrCat("decision ", decision->id(),
                                                       " was decided anew; release that decision"));
    case v1::DECISION_STATE_SIGNED:
      break;
    default:
      return Refuse(Reason::kNotSigned, absl::StrCat("decision ", decision->id(),
                                                     " lacks a signature: chair and "
                                                     "secretary sign it first"));
  }
  if (!decision->item_adopted()) {
    return Refuse(Reason::kNotAdopted,
                  absl::StrCat("decision ", decision->id(), " adopted nothing to be executed"));
  }
  if (context.time < FromTimestamp(decision->release_allowed_time())) {
    const meetings::VoteEventEntry* event = votes_.Find(decision->vote_event_id());
    return Refuse(Reason::kObjectionPeriod,
                  absl::StrCat("the objection period runs; decision ", decision->id(),
                               " can be released from ",
                               LocalDay(*decision, votes_.ProfileOf(*event).time_zone()), " on (",
                               votes_.ProfileOf(*event).after_vote().provenance().norm(), ")"));
  }
  return absl::OkStatus();
}

void DecisionsMachine::Apply(const CommandContext& context, const v1::ReleaseDecision& command) {
  v1::Decision& decision = *state_.decisions.Mutable(command.decision_id());
  decision.set_state(v1::DECISION_STATE_RELEASED);
  *decision.mutable_release_time() = ToTimestamp(context.time);
  decision.set_release_index(context.index);
}

absl::Status DecisionsMachine::Check(const CommandContext&,
                                     const v1::PublishDecision& command) const {
  ASSIGN_OR_RETURN(const v1::Decision* decision, Find(command.decision_id()));
  if (decision->signatures_size() < 2) {
    return Refuse(Reason::kNotSigned,
                  absl::StrCat("decision ", decision->id(), " lacks a signature"));
  }
  const crypto::Digest digest = crypto::Sha256(DecisionDocument(*decision, SourcesOf(*decision)));
  if (command.document_sha256().size() != kDigestBytes ||
      command.document_sha256() != crypto::AsBytes(digest)) {
    return Refuse(Reason::kDocumentDiffers,
                  absl::StrCat("the document of decision ", decision->id(), " has the SHA-256 ",
                               crypto::ToHex(digest), "; fetch and publish that one"));
  }
  return absl::OkStatus();
}

void DecisionsMachine::Apply(const CommandContext&, const v1::PublishDecision& command) {
  state_.decisions.Mutable(command.decision_id())->set_document_sha256(command.document_sha256());
}

const v1::Decision* DecisionsMachine::FindDecision(absl::string_view decision_id) const {
  return state_.decisions.Find(decision_id);
}

Audience DecisionsMachine::AudienceOf(const v1::Decision& decision, const Rights& rights) const {
  return rights.In(agenda_.FindMeeting(decision.meeting_id())->organization_id);
}

bool DecisionsMachine::MaySee(const v1::Decision& decision, const Rights& rights) const {
  return (decision.public_() && decision.signatures_size() == 2) ||
         AudienceOf(decision, rights) != Audience::kPublic;
}

absl::StatusOr<v1::Decision> DecisionsMachine::GetDecision(absl::string_view decision_id,
                                                           const Rights& rights) const {
  const v1::Decision* decision = FindDecision(decision_id);
  // A reader who may not see a decision is not told that it exists.
  if (decision == nullptr || !MaySee(*decision, rights)) return NoSuchDecision(decision_id);
  return *decision;
}

std::vector<v1::Decision> DecisionsMachine::ListDecisions(absl::string_view after_id, size_t limit,
                                                          const Rights& rights) const {
  std::vector<v1::Decision> decisions;
  const auto end = state_.decisions.end();
  for (auto it = state_.decisions.upper_bound(after_id); it != end && decisions.size() < limit;
       ++it) {
    if (MaySee(it->second, rights)) decisions.push_back(it->second);
  }
  return decisions;
}

DocumentSources DecisionsMachine::SourcesOf(const v1::Decision& decision) const {
  DocumentSources sources;
  const meetings::MeetingEntry& meeting = *agenda_.FindMeeting(decision.meeting_id());
  const meetings::ItemEntry& item = *agenda_.FindItem(decision.item_id());
  sources.deployment = directory_.deployment();
  sources.body_name = directory_.body_name();
  sources.organization_name = directory_.FindOrganization(meeting.organization_id)->name;
  sources.meeting_title = meeting.title;
  sources.item_number = item.content.number();
  sources.item_title = item.content.title();
  if (const papers::v1::Proposal* proposal = papers_.FindProposal(decision.proposal_id())) {
    sources.proposal_version =
        &proposal->versions(static_cast<int>(decision.proposal_version()) - 1);
  }
  const Audience audience = decision.public_() ? Audience::kPublic : Audience::kCouncil;
  const auto event = votes_.Get(decision.vote_event_id());
  if (event.ok()) sources.vote_event = meetings::ForReader(*event, audience);
  return sources;
}

absl::StatusOr<std::string> DecisionsMachine::GetDocument(absl::string_view decision_id,
                                                          const Rights& rights) const {
  ASSIGN_OR_RETURN(const v1::Decision decision, GetDecision(decision_id, rights));
  return DecisionDocument(decision, SourcesOf(decision));
}

}  // namespace votum::decisions
