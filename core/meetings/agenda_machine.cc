#include "core/meetings/agenda_machine.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"
#include "rules/calendar.h"

namespace votum::meetings {
namespace {

namespace dv1 = directory::v1;

constexpr int kMaxItems = 200;

absl::Status NoSuchMeeting(absl::string_view id) {
  return Refuse(Reason::kNoSuchMeeting,
                absl::StrCat("there is no meeting ", id, "; convene it first"));
}

std::string ExplainNotice(const rules::v1::RuleProfile& rules, const MeetingEntry& meeting) {
  const rules::v1::NoticeRule& rule = rules.notice();
  return absl::StrCat(
      "sent ",
      absl::FormatCivilTime(absl::CivilDay(rules::LocalTime(rules.time_zone(), meeting.convened))),
      ", ", meeting.urgent ? rule.urgent_full_days() : rule.full_days(), " full days",
      meeting.urgent ? " (urgent)" : "", ": earliest ",
      absl::FormatCivilTime(rules::FirstMeetingDay(rules, meeting.convened, meeting.urgent)),
      ", held ",
      absl::FormatCivilTime(absl::CivilDay(rules::LocalTime(rules.time_zone(), meeting.start))),
      ". ", rule.provenance().norm());
}

}  // namespace

absl::Status CheckInForce(const rules::v1::RuleProfile& profile, absl::Time time) {
  const std::string day =
      absl::FormatCivilTime(absl::CivilDay(rules::LocalTime(profile.time_zone(), time)));
  // Days in this form are in the order of their text.
  if (profile.valid_from() <= day && (profile.valid_to().empty() || day <= profile.valid_to()))
    return absl::OkStatus();
  return Refuse(
      Reason::kRulesNotInForce,
      absl::StrCat("the rules ", profile.id(), " hold from ", profile.valid_from(), " to ",
                   profile.valid_to().empty() ? "further notice" : profile.valid_to(),
                   ", and not on ", day,
                   "; a meeting has the rules under which it is convened: adopt those "
                   "that hold on its day (AdoptRuleProfile), then convene it"));
}

// ---------------------------------------------------------------------------------------------------------------------
// Meetings

absl::Status AgendaMachine::Check(const CommandContext& context,
                                  const v1::ConveneMeeting& command) const {
  RETURN_IF_ERROR(CheckId("meeting_id", command.meeting_id()));
  RETURN_IF_ERROR(CheckText("title", command.title(), 300));
  RETURN_IF_ERROR(CheckText("place", command.place(), 300));
  if (FindMeeting(command.meeting_id()) != nullptr) {
    return Refuse(Reason::kMeetingExists,
                  absl::StrCat("meeting ", command.meeting_id(), " exists; choose another id"));
  }
  const auto* organization = directory_.FindOrganization(command.organization_id());
  if (organization == nullptr) {
    return Refuse(Reason::kNoSuchOrganization,
                  absl::StrCat("there is no organization ", command.organization_id()));
  }
  if (!organization->profile_index.has_value()) {
    return Refuse(Reason::kNoRules,
                  absl::StrCat(organization->id, " has adopted no rule profile; adopt one first"));
  }
  if (command.urgent()) RETURN_IF_ERROR(CheckText("urgency_reason", command.urgency_reason(), 500));
  const absl::Time start = FromTimestamp(command.start_time());
  const rules::v1::RuleProfile& profile = directory_.ProfileOf(*organization->profile_index);
  const absl::CivilDay first = rules::FirstMeetingDay(profile, context.time, command.urgent());
  if (absl::CivilDay(rules::LocalTime(profile.time_zone(), start)) < first) {
    return Refuse(
        Reason::kNoticeTooShort,
        absl::StrCat(
            "the notice period would not be kept: a meeting convened now can be held from ",
            absl::FormatCivilTime(first),
            " on; choose a later day, or mark it urgent with "
            "a reason"));
  }
  return CheckInForce(profile, start);
}

void AgendaMachine::Apply(const CommandContext& context, const v1::ConveneMeeting& command) {
  MeetingEntry& meeting = state_.meetings.MutableOrNew(command.meeting_id());
  meeting.id = command.meeting_id();
  meeting.organization_id = command.organization_id();
  meeting.title = command.title();
  meeting.place = command.place();
  meeting.start = FromTimestamp(command.start_time());
  meeting.state = v1::MEETING_STATE_CONVENED;
  meeting.convened = context.time;
  meeting.urgent = command.urgent();
  meeting.urgency_reason = command.urgency_reason();
  // An organization that meets has adopted rules (NO_RULES).
  meeting.profile_index = *directory_.FindOrganization(meeting.organization_id)->profile_index;
  meeting.notice_explanation = ExplainNotice(directory_.ProfileOf(meeting.profile_index), meeting);
}

namespace {
absl::Status CheckStillAhead(const CommandContext& context, const MeetingEntry& meeting) {
  if (meeting.state == v1::MEETING_STATE_CANCELLED) {
    return Refuse(Reason::kMeetingCancelled,
                  absl::StrCat("meeting ", meeting.id, " was called off"));
  }
  if (context.time >= meeting.start) {
    return Refuse(Reason::kMeetingBegun,
                  absl::StrCat("the start of meeting ", meeting.id, " has passed"));
  }
  return absl::OkStatus();
}
}  // namespace

absl::Status AgendaMachine::Check(const CommandContext& context,
                                  const v1::PublishAgenda& command) const {
  const MeetingEntry* meeting = FindMeeting(command.meeting_id());
  if (meeting == nullptr) return NoSuchMeeting(command.meeting_id());
  RETURN_IF_ERROR(CheckStillAhead(context, *meeting));
  // Whoever had convened meetings under several rules could choose for each motion those that suit.
  if (directory_.FindOrganization(meeting->organization_id)->profile_index !=
      meeting->profile_index) {
    return Refuse(Reason::kRulesChanged,
                  absl::StrCat(meeting->organization_id, " has adopted other rules since meeting ",
                               meeting->id, " was convened; call it off and convene it anew"));
  }
  if (command.items_size() == 0 || command.items_size() > kMaxItems) {
    return Refuse(Reason::kBadAgenda, absl::StrCat("an agenda has 1 to ", kMaxItems, " items"));
  }
  std::set<std::string> seen;
  for (const v1::AgendaItemContent& item : command.items()) {
    RETURN_IF_ERROR(CheckId("items.item_id", item.item_id()));
    RETURN_IF_ERROR(CheckText("items.number", item.number(), 40));
    RETURN_IF_ERROR(CheckText("items.title", item.title(), 300));
    if (!item.public_()) RETURN_IF_ERROR(CheckText("items.public_title", item.public_title(), 300));
    const ItemEntry* existing = FindItem(item.item_id());
    if (!seen.insert(item.item_id()).second ||
        (existing != nullptr && existing->meeting_id != meeting->id)) {
      return Refuse(Reason::kItemExists,
                    absl::StrCat("there is another item ", item.item_id(), "; choose another id"));
    }
    if (!item.proposal_id().empty() && papers_.FindProposal(item.proposal_id()) == nullptr) {
      return Refuse(Reason::kNoSuchProposal,
                    absl::StrCat("there is no proposal ", item.proposal_id(),
                                 "; draft it, or leave the item without one"));
    }
  }
  return absl::OkStatus();
}

void AgendaMachine::Apply(const CommandContext&, const v1::PublishAgenda& command) {
  MeetingEntry& meeting = *state_.meetings.Mutable(command.meeting_id());
  for (const std::string& id : meeting.item_ids) RemoveItem(id);
  meeting.item_ids.clear();
  for (const v1::AgendaItemContent& content : command.items()) {
    AddItem(meeting.id, content);
    meeting.item_ids.push_back(content.item_id());
  }
}

void AgendaMachine::AddItem(absl::string_view meeting_id, const v1::AgendaItemContent& content) {
  const papers::v1::Proposal* proposal = papers_.FindProposal(content.proposal_id());
  ItemEntry item;
  item.content = content;
  item.meeting_id = std::string(meeting_id);
  if (proposal != nullptr) item.proposal_version = static_cast<uint32_t>(proposal->versions_size());
  state_.items.InsertOrAssign(content.item_id(), std::move(item));
  if (content.public_() && proposal != nullptr)
    ++state_.public_items.MutableOrNew(content.proposal_id());
}

void AgendaMachine::RemoveItem(absl::string_view item_id) {
  const v1::AgendaItemContent& content = state_.items.Find(item_id)->content;
  if (content.public_() && !content.proposal_id().empty() &&
      --*state_.public_items.Mutable(content.proposal_id()) == 0) {
    state_.public_items.Erase(content.proposal_id());
  }
  state_.items.Erase(item_id);
}

absl::Status AgendaMachine::Check(const CommandContext& context,
                                  const v1::CancelMeeting& command) const {
  const MeetingEntry* meeting = FindMeeting(command.meeting_id());
  if (meeting == nullptr) return NoSuchMeeting(command.meeting_id());
  RETURN_IF_ERROR(CheckText("reason", command.reason(), 500));
  return CheckStillAhead(context, *meeting);
}

void AgendaMachine::Apply(const CommandContext&, const v1::CancelMeeting& command) {
  state_.meetings.Mutable(command.meeting_id())->state = v1::MEETING_STATE_CANCELLED;
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

const ItemEntry* AgendaMachine::FindItem(absl::string_view item_id) const {
  return state_.items.Find(item_id);
}

const MeetingEntry* AgendaMachine::FindMeeting(absl::string_view meeting_id) const {
  return state_.meetings.Find(meeting_id);
}

absl::Status AgendaMachine::CheckItem(absl::string_view item_id,
                                      absl::string_view meeting_id) const {
  const ItemEntry* item = FindItem(item_id);
  if (item != nullptr && item->meeting_id == meeting_id) return absl::OkStatus();
  return Refuse(Reason::kNoSuchItem,
                absl::StrCat("item ", item_id, " is not on the agenda of meeting ", meeting_id));
}

v1::Meeting AgendaMachine::ToProto(const MeetingEntry& entry, Audience audience) const {
  v1::Meeting meeting;
  meeting.set_id(entry.id);
  meeting.set_organization_id(entry.organization_id);
  meeting.set_title(entry.title);
  *meeting.mutable_start_time() = ToTimestamp(entry.start);
  meeting.set_place(entry.place);
  meeting.set_state(entry.state);
  *meeting.mutable_convene_time() = ToTimestamp(entry.convened);
  meeting.set_urgent(entry.urgent);
  meeting.set_urgency_reason(entry.urgency_reason);
  meeting.set_notice_explanation(entry.notice_explanation);
  meeting.set_profile_index(entry.profile_index);
  for (const std::string& id : entry.item_ids) {
    const ItemEntry& item = *state_.items.Find(id);
    v1::AgendaItem* shown = meeting.add_items();
    if (item.content.public_() || audience != Audience::kPublic) {
      *shown->mutable_content() = item.content;
      shown->set_proposal_version(item.proposal_version);
      continue;
    }
    shown->mutable_content()->set_item_id(id);
    shown->mutable_content()->set_number(item.content.number());
    shown->mutable_content()->set_title(item.content.public_title());
  }
  return meeting;
}

absl::StatusOr<v1::Meeting> AgendaMachine::GetMeeting(absl::string_view meeting_id,
                                                      const Rights& rights) const {
  const MeetingEntry* meeting = FindMeeting(meeting_id);
  if (meeting == nullptr) return NoSuchMeeting(meeting_id);
  return ToProto(*meeting, rights.In(meeting->organization_id));
}

std::vector<v1::Meeting> AgendaMachine::ListMeetings(absl::string_view after_id, size_t limit,
                                                     const Rights& rights) const {
  std::vector<v1::Meeting> meetings;
  const auto end = state_.meetings.end();
  for (auto it = state_.meetings.upper_bound(after_id); it != end && meetings.size() < limit;
       ++it) {
    meetings.push_back(ToProto(it->second, rights.In(it->second.organization_id)));
  }
  return meetings;
}

bool AgendaMachine::IsDealtWithInPublic(absl::string_view proposal_id) const {
  return state_.public_items.Contains(proposal_id);
}

}  // namespace votum::meetings
