#include "services/agenda/domain/agenda_machine.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "services/agenda/domain/diff.h"
#include "services/domain/fields.h"
#include "services/domain/timestamps.h"
#include "services/voting/rules/calendar.h"

namespace votum::agenda {
namespace {

namespace dv1 = directory::v1;

constexpr int kMaxItems = 200;
constexpr int kMaxSteps = 20;
constexpr int kMaxSourceIdeas = 100;

absl::Status NoSuchProposal(absl::string_view id) {
  return RefuseNotFound("NO_SUCH_PROPOSAL",
                        absl::StrCat("there is no proposal ", id, " that you may see"));
}

absl::Status NoSuchMeeting(absl::string_view id) {
  return RefuseNotFound("NO_SUCH_MEETING",
                        absl::StrCat("there is no meeting ", id, "; convene it first"));
}

absl::Status CheckProposalText(const v1::ProposalText& text) {
  RETURN_IF_ERROR(CheckText("text.title", text.title(), 300));
  RETURN_IF_ERROR(CheckText("text.resolution", text.resolution(), 32 << 10));
  RETURN_IF_ERROR(CheckText("text.reasons", text.reasons(), 128 << 10));
  return CheckOptionalText("text.funding", text.funding(), 2 << 10);
}

std::string Flat(const v1::ProposalText& text) {
  return absl::StrCat("Titel: ", text.title(), "\nKosten (Cent): ", text.cost_cents(),
                      "\nDeckung: ", text.funding(), "\n\nBeschlussvorschlag:\n", text.resolution(),
                      "\n\nBegründung:\n", text.reasons(), "\n");
}

// Position of the first step that advises and has not spoken; -1 when all have.
int NextAdviser(const v1::Proposal& proposal) {
  for (int i = 0; i < proposal.consultations_size(); ++i) {
    const v1::Consultation& step = proposal.consultations(i);
    if (step.role() == v1::CONSULTATION_ROLE_ADVISES && step.index() == 0) return i;
  }
  return -1;
}

std::string ExplainNotice(const directory::OrganizationEntry& organization,
                          const MeetingEntry& meeting) {
  const rules::v1::NoticeRule& rule = organization.profile.notice();
  return absl::StrCat("sent ",
                      absl::FormatCivilTime(absl::CivilDay(
                          rules::LocalTime(organization.profile.time_zone(), meeting.convened))),
                      ", ", meeting.urgent ? rule.urgent_full_days() : rule.full_days(),
                      " full days", meeting.urgent ? " (urgent)" : "", ": earliest ",
                      absl::FormatCivilTime(rules::FirstMeetingDay(
                          organization.profile, meeting.convened, meeting.urgent)),
                      ", held ",
                      absl::FormatCivilTime(absl::CivilDay(
                          rules::LocalTime(organization.profile.time_zone(), meeting.start))),
                      ". ", rule.provenance().norm());
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Proposals

absl::Status AgendaMachine::Check(const CommandContext&, const v1::DraftProposal& command) const {
  RETURN_IF_ERROR(CheckId("proposal_id", command.proposal_id()));
  RETURN_IF_ERROR(CheckProposalText(command.text()));
  if (FindProposal(command.proposal_id()) != nullptr) {
    return RefuseExists("PROPOSAL_EXISTS",
                        absl::StrCat("proposal ", command.proposal_id(),
                                     " exists; revise it, or choose another id"));
  }
  const auto* lead = directory_.FindOrganization(command.lead_organization_id());
  if (lead == nullptr || lead->kind == dv1::ORGANIZATION_KIND_FACTION) {
    return RefuseNotFound("NO_SUCH_ORGANIZATION",
                          absl::StrCat("there is no committee ", command.lead_organization_id(),
                                       " that could lead; name one"));
  }
  if (command.source_idea_ids_size() > kMaxSourceIdeas) {
    return RefuseArgument("TOO_MANY",
                          absl::StrCat("a proposal names at most ", kMaxSourceIdeas, " ideas"));
  }
  for (const std::string& idea : command.source_idea_ids())
    RETURN_IF_ERROR(CheckId("source_idea_ids", idea));
  return absl::OkStatus();
}

void AgendaMachine::Apply(const CommandContext& context, const v1::DraftProposal& command) {
  v1::Proposal& proposal = proposals_[command.proposal_id()];
  proposal.set_id(command.proposal_id());
  proposal.set_lead_organization_id(command.lead_organization_id());
  *proposal.mutable_source_idea_ids() = command.source_idea_ids();
  v1::ProposalVersion* version = proposal.add_versions();
  version->set_number(1);
  *version->mutable_text() = command.text();
  version->set_author_id(context.actor);
  *version->mutable_create_time() = ToTimestamp(context.time);
  version->set_index(context.index);
}

absl::Status AgendaMachine::Check(const CommandContext&, const v1::ReviseProposal& command) const {
  const v1::Proposal* proposal = FindProposal(command.proposal_id());
  if (proposal == nullptr) return NoSuchProposal(command.proposal_id());
  RETURN_IF_ERROR(CheckProposalText(command.text()));
  RETURN_IF_ERROR(CheckText("reason", command.reason(), 500));
  const auto newest = static_cast<uint32_t>(proposal->versions_size());
  if (command.base_version() != newest) {
    return Refuse(absl::StatusCode::kAborted, "VERSION_CONFLICT",
                  absl::StrCat("proposal ", proposal->id(), " is at version ", newest,
                               ", the change was made to version ", command.base_version(),
                               "; read the newest and apply the change to it"));
  }
  return absl::OkStatus();
}

void AgendaMachine::Apply(const CommandContext& context, const v1::ReviseProposal& command) {
  v1::Proposal& proposal = proposals_.find(command.proposal_id())->second;
  v1::ProposalVersion* version = proposal.add_versions();
  version->set_number(command.base_version() + 1);
  *version->mutable_text() = command.text();
  version->set_author_id(context.actor);
  version->set_reason(command.reason());
  *version->mutable_create_time() = ToTimestamp(context.time);
  version->set_index(context.index);
}

absl::Status AgendaMachine::Check(const CommandContext&,
                                  const v1::SetConsultationPath& command) const {
  const v1::Proposal* proposal = FindProposal(command.proposal_id());
  if (proposal == nullptr) return NoSuchProposal(command.proposal_id());
  const int count = command.steps_size();
  if (count == 0 || count > kMaxSteps) {
    return RefuseArgument("BAD_PATH",
                          absl::StrCat("a consultation path has 1 to ", kMaxSteps, " steps"));
  }
  bool lead_seen = false;
  for (int i = 0; i < count; ++i) {
    const v1::ConsultationStep& step = command.steps(i);
    if (directory_.FindOrganization(step.organization_id()) == nullptr) {
      return RefuseNotFound("NO_SUCH_ORGANIZATION",
                            absl::StrCat("there is no organization ", step.organization_id()));
    }
    lead_seen |= step.organization_id() == proposal->lead_organization_id();
    const v1::ConsultationRole expected =
        i + 1 == count ? v1::CONSULTATION_ROLE_DECIDES : v1::CONSULTATION_ROLE_ADVISES;
    if (step.role() != expected)
      return RefuseArgument("BAD_PATH", "the last step, and only the last, decides");
  }
  if (!lead_seen) {
    return RefuseArgument("BAD_PATH",
                          absl::StrCat("the lead organization ", proposal->lead_organization_id(),
                                       " must be on the path"));
  }
  const auto& steps = proposal->consultations();
  if (std::any_of(steps.begin(), steps.end(),
                  [](const v1::Consultation& step) { return step.index() != 0; })) {
    return RefusePrecondition(
        "PATH_BEGUN", "an organization has spoken already; the path cannot be replaced any more");
  }
  return absl::OkStatus();
}

void AgendaMachine::Apply(const CommandContext&, const v1::SetConsultationPath& command) {
  v1::Proposal& proposal = proposals_.find(command.proposal_id())->second;
  proposal.clear_consultations();
  for (const v1::ConsultationStep& step : command.steps()) {
    v1::Consultation* consultation = proposal.add_consultations();
    consultation->set_organization_id(step.organization_id());
    consultation->set_role(step.role());
  }
}

absl::Status AgendaMachine::Check(const CommandContext& context,
                                  const v1::RecordRecommendation& command) const {
  const v1::Proposal* proposal = FindProposal(command.proposal_id());
  if (proposal == nullptr) return NoSuchProposal(command.proposal_id());
  if (!directory_.HasAnyOffice(context.actor, {dv1::OFFICE_CLERK, dv1::OFFICE_ADMINISTRATOR}) &&
      !directory_.PresidesOver(context.actor, command.organization_id())) {
    return RefusePermission(
        "OFFICE_MISSING",
        absl::StrCat("a recommendation is recorded by a clerk, an administrator or "
                     "the chair of ",
                     command.organization_id()));
  }
  RETURN_IF_ERROR(CheckOptionalText("statement", command.statement(), 2 << 10));
  if (command.recommendation() == v1::RECOMMENDATION_UNSPECIFIED ||
      !v1::Recommendation_IsValid(command.recommendation())) {
    return RefuseArgument("BAD_RECOMMENDATION", "recommendation must say which");
  }
  const int next = NextAdviser(*proposal);
  if (next < 0)
    return RefusePrecondition("NOT_ITS_TURN", "no organization is left to advise on this proposal");
  const std::string& adviser = proposal->consultations(next).organization_id();
  if (adviser != command.organization_id()) {
    return RefusePrecondition("NOT_ITS_TURN", absl::StrCat("the next to advise is ", adviser));
  }
  return absl::OkStatus();
}

void AgendaMachine::Apply(const CommandContext& context, const v1::RecordRecommendation& command) {
  v1::Proposal& proposal = proposals_.find(command.proposal_id())->second;
  v1::Consultation* next = proposal.mutable_consultations(NextAdviser(proposal));
  next->set_recommendation(command.recommendation());
  next->set_statement(command.statement());
  next->set_index(context.index);
}

// ---------------------------------------------------------------------------------------------------------------------
// Meetings

absl::Status AgendaMachine::Check(const CommandContext& context,
                                  const v1::ConveneMeeting& command) const {
  RETURN_IF_ERROR(CheckId("meeting_id", command.meeting_id()));
  RETURN_IF_ERROR(CheckText("title", command.title(), 300));
  RETURN_IF_ERROR(CheckText("place", command.place(), 300));
  if (FindMeeting(command.meeting_id()) != nullptr) {
    return RefuseExists("MEETING_EXISTS", absl::StrCat("meeting ", command.meeting_id(),
                                                       " exists; choose another id"));
  }
  const auto* organization = directory_.FindOrganization(command.organization_id());
  if (organization == nullptr) {
    return RefuseNotFound("NO_SUCH_ORGANIZATION",
                          absl::StrCat("there is no organization ", command.organization_id()));
  }
  if (!organization->profile_index.has_value()) {
    return RefusePrecondition(
        "NO_RULES",
        absl::StrCat(organization->id, " has adopted no rule profile; adopt one first"));
  }
  if (command.urgent()) RETURN_IF_ERROR(CheckText("urgency_reason", command.urgency_reason(), 500));
  const absl::Time start = FromTimestamp(command.start_time());
  const absl::CivilDay first =
      rules::FirstMeetingDay(organization->profile, context.time, command.urgent());
  if (absl::CivilDay(rules::LocalTime(organization->profile.time_zone(), start)) < first) {
    return RefusePrecondition(
        "NOTICE_TOO_SHORT",
        absl::StrCat(
            "the notice period would not be kept: a meeting convened now can be held from ",
            absl::FormatCivilTime(first),
            " on; choose a later day, or mark it urgent with "
            "a reason"));
  }
  return absl::OkStatus();
}

void AgendaMachine::Apply(const CommandContext& context, const v1::ConveneMeeting& command) {
  MeetingEntry& meeting = meetings_[command.meeting_id()];
  meeting.id = command.meeting_id();
  meeting.organization_id = command.organization_id();
  meeting.title = command.title();
  meeting.place = command.place();
  meeting.start = FromTimestamp(command.start_time());
  meeting.state = v1::MEETING_STATE_CONVENED;
  meeting.convened = context.time;
  meeting.urgent = command.urgent();
  meeting.urgency_reason = command.urgency_reason();
  meeting.notice_explanation =
      ExplainNotice(*directory_.FindOrganization(meeting.organization_id), meeting);
}

namespace {
absl::Status CheckStillAhead(const CommandContext& context, const MeetingEntry& meeting) {
  if (meeting.state == v1::MEETING_STATE_CANCELLED) {
    return RefusePrecondition("MEETING_CANCELLED",
                              absl::StrCat("meeting ", meeting.id, " was called off"));
  }
  if (context.time >= meeting.start) {
    return RefusePrecondition("MEETING_BEGUN",
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
  if (command.items_size() == 0 || command.items_size() > kMaxItems) {
    return RefuseArgument("BAD_AGENDA", absl::StrCat("an agenda has 1 to ", kMaxItems, " items"));
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
      return RefuseExists("ITEM_EXISTS", absl::StrCat("there is another item ", item.item_id(),
                                                      "; choose another id"));
    }
    if (!item.proposal_id().empty() && FindProposal(item.proposal_id()) == nullptr) {
      return NoSuchProposal(item.proposal_id());
    }
  }
  return absl::OkStatus();
}

void AgendaMachine::Apply(const CommandContext&, const v1::PublishAgenda& command) {
  MeetingEntry& meeting = meetings_.find(command.meeting_id())->second;
  for (const std::string& id : meeting.item_ids) items_.erase(id);
  meeting.item_ids.clear();
  for (const v1::AgendaItemContent& content : command.items()) {
    const v1::Proposal* proposal = FindProposal(content.proposal_id());
    items_[content.item_id()] = {
        content, meeting.id,
        proposal == nullptr ? 0 : static_cast<uint32_t>(proposal->versions_size())};
    meeting.item_ids.push_back(content.item_id());
  }
}

absl::Status AgendaMachine::Check(const CommandContext& context,
                                  const v1::CancelMeeting& command) const {
  const MeetingEntry* meeting = FindMeeting(command.meeting_id());
  if (meeting == nullptr) return NoSuchMeeting(command.meeting_id());
  RETURN_IF_ERROR(CheckText("reason", command.reason(), 500));
  return CheckStillAhead(context, *meeting);
}

void AgendaMachine::Apply(const CommandContext&, const v1::CancelMeeting& command) {
  meetings_.find(command.meeting_id())->second.state = v1::MEETING_STATE_CANCELLED;
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

const ItemEntry* AgendaMachine::FindItem(absl::string_view item_id) const {
  const auto found = items_.find(item_id);
  return found == items_.end() ? nullptr : &found->second;
}

const MeetingEntry* AgendaMachine::FindMeeting(absl::string_view meeting_id) const {
  const auto found = meetings_.find(meeting_id);
  return found == meetings_.end() ? nullptr : &found->second;
}

const v1::Proposal* AgendaMachine::FindProposal(absl::string_view proposal_id) const {
  const auto found = proposals_.find(proposal_id);
  return found == proposals_.end() ? nullptr : &found->second;
}

bool AgendaMachine::MaySee(const v1::Proposal& proposal, Audience audience) const {
  if (audience != Audience::kPublic) return true;
  return std::any_of(items_.begin(), items_.end(), [&](const auto& entry) {
    return entry.second.content.public_() && entry.second.content.proposal_id() == proposal.id();
  });
}

absl::StatusOr<v1::Proposal> AgendaMachine::GetProposal(absl::string_view proposal_id,
                                                        Audience audience) const {
  const v1::Proposal* proposal = FindProposal(proposal_id);
  if (proposal == nullptr || !MaySee(*proposal, audience)) return NoSuchProposal(proposal_id);
  return *proposal;
}

absl::StatusOr<std::string> AgendaMachine::DiffProposal(absl::string_view proposal_id,
                                                        uint32_t old_version, uint32_t new_version,
                                                        Audience audience) const {
  ASSIGN_OR_RETURN(const v1::Proposal proposal, GetProposal(proposal_id, audience));
  const auto newest = static_cast<uint32_t>(proposal.versions_size());
  const uint32_t to = new_version == 0 ? newest : new_version;
  const uint32_t from = old_version == 0 ? std::max(to, 2u) - 1 : old_version;
  for (const uint32_t version : {from, to}) {
    if (version < 1 || version > newest) {
      return RefuseNotFound("NO_SUCH_VERSION",
                            absl::StrCat("proposal ", proposal_id, " has versions 1 to ", newest));
    }
  }
  return UnifiedDiff(
      absl::StrCat("Version ", from), Flat(proposal.versions(static_cast<int>(from) - 1).text()),
      absl::StrCat("Version ", to), Flat(proposal.versions(static_cast<int>(to) - 1).text()));
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
  for (const std::string& id : entry.item_ids) {
    const ItemEntry& item = items_.find(id)->second;
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
                                                      Audience audience) const {
  const MeetingEntry* meeting = FindMeeting(meeting_id);
  if (meeting == nullptr) return NoSuchMeeting(meeting_id);
  return ToProto(*meeting, audience);
}

std::vector<v1::Proposal> AgendaMachine::ListProposals(absl::string_view after_id, size_t limit,
                                                       Audience audience) const {
  std::vector<v1::Proposal> proposals;
  for (auto it = proposals_.upper_bound(after_id);
       it != proposals_.end() && proposals.size() < limit; ++it) {
    if (MaySee(it->second, audience)) proposals.push_back(it->second);
  }
  return proposals;
}

std::vector<v1::Meeting> AgendaMachine::ListMeetings(absl::string_view after_id, size_t limit,
                                                     Audience audience) const {
  std::vector<v1::Meeting> meetings;
  for (auto it = meetings_.upper_bound(after_id); it != meetings_.end() && meetings.size() < limit;
       ++it) {
    meetings.push_back(ToProto(it->second, audience));
  }
  return meetings;
}

void AgendaMachine::Visit(const ResourceVisitor& visitor) const {
  for (const auto& [id, proposal] : proposals_) visitor(proposal);
  for (const auto& [id, meeting] : meetings_) visitor(ToProto(meeting, Audience::kAuditor));
}

}  // namespace votum::agenda
