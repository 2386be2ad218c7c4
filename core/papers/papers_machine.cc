#include "core/papers/papers_machine.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"
#include "core/papers/diff.h"

namespace votum::papers {
namespace {

namespace dv1 = directory::v1;

constexpr int kMaxSteps = 20;
constexpr int kMaxSourceIdeas = 100;

absl::Status NoSuchProposal(absl::string_view id) {
  return Refuse(Reason::kNoSuchProposal,
                absl::StrCat("there is no proposal ", id, " that you may see"));
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

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Proposals and their path

absl::Status PapersMachine::Check(const CommandContext&, const v1::DraftProposal& command) const {
  RETURN_IF_ERROR(CheckId("proposal_id", command.proposal_id()));
  RETURN_IF_ERROR(CheckProposalText(command.text()));
  if (FindProposal(command.proposal_id()) != nullptr) {
    return Refuse(Reason::kProposalExists,
                  absl::StrCat("proposal ", command.proposal_id(),
                               " exists; revise it, or choose another id"));
  }
  const auto* lead = directory_.FindOrganization(command.lead_organization_id());
  if (lead == nullptr || lead->kind == dv1::ORGANIZATION_KIND_FACTION) {
    return Refuse(Reason::kNoSuchOrganization,
                  absl::StrCat("there is no committee ", command.lead_organization_id(),
                               " that could lead; name one"));
  }
  if (command.source_idea_ids_size() > kMaxSourceIdeas) {
    return Refuse(Reason::kTooMany,
                  absl::StrCat("a proposal names at most ", kMaxSourceIdeas, " ideas"));
  }
  for (const std::string& idea : command.source_idea_ids())
    RETURN_IF_ERROR(CheckId("source_idea_ids", idea));
  return absl::OkStatus();
}

void PapersMachine::Apply(const CommandContext& context, const v1::DraftProposal& command) {
  v1::Proposal& proposal = state_.proposals.MutableOrNew(command.proposal_id());
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

absl::Status PapersMachine::Check(const CommandContext&, const v1::ReviseProposal& command) const {
  const v1::Proposal* proposal = FindProposal(command.proposal_id());
  if (proposal == nullptr) return NoSuchProposal(command.proposal_id());
  RETURN_IF_ERROR(CheckProposalText(command.text()));
  RETURN_IF_ERROR(CheckText("reason", command.reason(), 500));
  const auto newest = static_cast<uint32_t>(proposal->versions_size());
  if (command.base_version() != newest) {
    return Refuse(Reason::kVersionConflict,
                  absl::StrCat("proposal ", proposal->id(), " is at version ", newest,
                               ", the change was made to version ", command.base_version(),
                               "; read the newest and apply the change to it"));
  }
  return absl::OkStatus();
}

void PapersMachine::Apply(const CommandContext& context, const v1::ReviseProposal& command) {
  v1::Proposal& proposal = *state_.proposals.Mutable(command.proposal_id());
  v1::ProposalVersion* version = proposal.add_versions();
  version->set_number(command.base_version() + 1);
  *version->mutable_text() = command.text();
  version->set_author_id(context.actor);
  version->set_reason(command.reason());
  *version->mutable_create_time() = ToTimestamp(context.time);
  version->set_index(context.index);
}

absl::Status PapersMachine::Check(const CommandContext&,
                                  const v1::SetConsultationPath& command) const {
  const v1::Proposal* proposal = FindProposal(command.proposal_id());
  if (proposal == nullptr) return NoSuchProposal(command.proposal_id());
  const int count = command.steps_size();
  if (count == 0 || count > kMaxSteps) {
    return Refuse(Reason::kBadPath,
                  absl::StrCat("a consultation path has 1 to ", kMaxSteps, " steps"));
  }
  bool lead_seen = false;
  for (int i = 0; i < count; ++i) {
    const v1::ConsultationStep& step = command.steps(i);
    if (directory_.FindOrganization(step.organization_id()) == nullptr) {
      return Refuse(Reason::kNoSuchOrganization,
                    absl::StrCat("there is no organization ", step.organization_id()));
    }
    lead_seen |= step.organization_id() == proposal->lead_organization_id();
    const v1::ConsultationRole expected =
        i + 1 == count ? v1::CONSULTATION_ROLE_DECIDES : v1::CONSULTATION_ROLE_ADVISES;
    if (step.role() != expected)
      return Refuse(Reason::kBadPath, "the last step, and only the last, decides");
  }
  if (!lead_seen) {
    return Refuse(Reason::kBadPath,
                  absl::StrCat("the lead organization ", proposal->lead_organization_id(),
                               " must be on the path"));
  }
  const auto& steps = proposal->consultations();
  if (std::any_of(steps.begin(), steps.end(),
                  [](const v1::Consultation& step) { return step.index() != 0; })) {
    return Refuse(Reason::kPathBegun,
                  "an organization has spoken already; the path cannot be replaced any more");
  }
  return absl::OkStatus();
}

void PapersMachine::Apply(const CommandContext&, const v1::SetConsultationPath& command) {
  v1::Proposal& proposal = *state_.proposals.Mutable(command.proposal_id());
  proposal.clear_consultations();
  for (const v1::ConsultationStep& step : command.steps()) {
    v1::Consultation* consultation = proposal.add_consultations();
    consultation->set_organization_id(step.organization_id());
    consultation->set_role(step.role());
  }
}

absl::Status PapersMachine::Check(const CommandContext& context,
                                  const v1::RecordRecommendation& command) const {
  const v1::Proposal* proposal = FindProposal(command.proposal_id());
  if (proposal == nullptr) return NoSuchProposal(command.proposal_id());
  if (!directory_.HasAnyOffice(context.actor,
                               {common::v1::OFFICE_CLERK, common::v1::OFFICE_ADMINISTRATOR}) &&
      !directory_.PresidesOver(context.actor, command.organization_id())) {
    return Refuse(Reason::kOfficeMissing,
                  absl::StrCat("a recommendation is recorded by a clerk, an administrator or "
                               "the chair of ",
                               command.organization_id()));
  }
  RETURN_IF_ERROR(CheckOptionalText("statement", command.statement(), 2 << 10));
  if (command.recommendation() == v1::RECOMMENDATION_UNSPECIFIED ||
      !v1::Recommendation_IsValid(command.recommendation())) {
    return Refuse(Reason::kBadRecommendation, "recommendation must say which");
  }
  const int next = NextAdviser(*proposal);
  if (next < 0)
    return Refuse(Reason::kNotItsTurn, "no organization is left to advise on this proposal");
  const std::string& adviser = proposal->consultations(next).organization_id();
  if (adviser != command.organization_id()) {
    return Refuse(Reason::kNotItsTurn, absl::StrCat("the next to advise is ", adviser));
  }
  return absl::OkStatus();
}

void PapersMachine::Apply(const CommandContext& context, const v1::RecordRecommendation& command) {
  v1::Proposal& proposal = *state_.proposals.Mutable(command.proposal_id());
  v1::Consultation* next = proposal.mutable_consultations(NextAdviser(proposal));
  next->set_recommendation(command.recommendation());
  next->set_statement(command.statement());
  next->set_index(context.index);
}

// ---------------------------------------------------------------------------------------------------------------------
// Ideas that become proposals

absl::Status PapersMachine::Check(const CommandContext&, const v1::HandOverIdeas& command) const {
  ASSIGN_OR_RETURN(const ideas::v1::Round* round, ideas_.FindRound(command.round_id()));
  if (round->state() != ideas::v1::ROUND_STATE_ESTABLISHED) {
    return Refuse(Reason::kRoundNotEstablished,
                  absl::StrCat("round ", command.round_id(), " has no established result"));
  }
  if (FindProposal(command.proposal_id()) == nullptr) return NoSuchProposal(command.proposal_id());
  if (command.idea_ids_size() == 0)
    return Refuse(Reason::kBadHandOver, "name the ideas that the proposal takes up");
  std::set<absl::string_view> named;
  for (const std::string& id : command.idea_ids()) {
    if (!named.insert(id).second)
      return Refuse(Reason::kBadHandOver, absl::StrCat("idea ", id, " comes twice; name it once"));
    RETURN_IF_ERROR(CheckHandOver(*round, id));
  }
  return absl::OkStatus();
}

absl::Status PapersMachine::CheckHandOver(const ideas::v1::Round& round,
                                          const std::string& idea_id) const {
  RETURN_IF_ERROR(ideas_.FindLive(idea_id).status());
  const auto& ranked = round.idea_ids();
  if (std::find(ranked.begin(), ranked.end(), idea_id) == ranked.end()) {
    return Refuse(Reason::kBadHandOver,
                  absl::StrCat("idea ", idea_id, " was not ranked in round ", round.id()));
  }
  const auto& beat = round.beat_status_quo();
  if (round.status_quo() && std::find(beat.begin(), beat.end(), idea_id) == beat.end()) {
    return Refuse(Reason::kStatusQuoPreferred,
                  absl::StrCat("idea ", idea_id, " did not beat the status quo in round ",
                               round.id(), "; hand over ideas that more ballots prefer to it"));
  }
  if (const std::string* proposal = state_.proposal_of_idea.Find(idea_id)) {
    return Refuse(Reason::kHandedOver,
                  absl::StrCat("idea ", idea_id, " went into proposal ", *proposal));
  }
  return absl::OkStatus();
}

void PapersMachine::Apply(const CommandContext&, const v1::HandOverIdeas& command) {
  for (const std::string& id : command.idea_ids())
    state_.proposal_of_idea.InsertOrAssign(id, command.proposal_id());
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

const v1::Proposal* PapersMachine::FindProposal(absl::string_view proposal_id) const {
  return state_.proposals.Find(proposal_id);
}

std::string PapersMachine::ProposalOf(absl::string_view idea_id) const {
  const std::string* proposal = state_.proposal_of_idea.Find(idea_id);
  return proposal == nullptr ? std::string() : *proposal;
}

absl::StatusOr<v1::Proposal> PapersMachine::GetProposal(absl::string_view proposal_id,
                                                        const MayRead& may_read) const {
  const v1::Proposal* proposal = FindProposal(proposal_id);
  if (proposal == nullptr || !may_read(proposal->id())) return NoSuchProposal(proposal_id);
  return *proposal;
}

absl::StatusOr<std::string> PapersMachine::DiffProposal(absl::string_view proposal_id,
                                                        uint32_t old_version, uint32_t new_version,
                                                        const MayRead& may_read) const {
  ASSIGN_OR_RETURN(const v1::Proposal proposal, GetProposal(proposal_id, may_read));
  const auto newest = static_cast<uint32_t>(proposal.versions_size());
  const uint32_t to = new_version == 0 ? newest : new_version;
  const uint32_t from = old_version == 0 ? std::max(to, 2u) - 1 : old_version;
  for (const uint32_t version : {from, to}) {
    if (version < 1 || version > newest) {
      return Refuse(Reason::kNoSuchVersion,
                    absl::StrCat("proposal ", proposal_id, " has versions 1 to ", newest));
    }
  }
  return UnifiedDiff(
      absl::StrCat("Version ", from), Flat(proposal.versions(static_cast<int>(from) - 1).text()),
      absl::StrCat("Version ", to), Flat(proposal.versions(static_cast<int>(to) - 1).text()));
}

std::vector<v1::Proposal> PapersMachine::ListProposals(absl::string_view after_id, size_t limit,
                                                       const MayRead& may_read) const {
  std::vector<v1::Proposal> proposals;
  const auto end = state_.proposals.end();
  for (auto it = state_.proposals.upper_bound(after_id); it != end && proposals.size() < limit;
       ++it) {
    if (may_read(it->first)) proposals.push_back(it->second);
  }
  return proposals;
}

}  // namespace votum::papers
