// Ranking rounds.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/ideas/ideas_machine.h"
#include "core/ideas/round_count.h"
#include "crypto/keys.h"
#include "ranking/method.h"

namespace votum::ideas {
namespace {

constexpr int kMaxIdeasOfARound = 2000;
constexpr int kMaxGroups = 20;
constexpr uint32_t kMaxWeight = 1000;
constexpr uint32_t kMaxRanked = 100;
constexpr int kMaxVotersAtOnce = 2000;

const v1::RoundGroup* FindGroup(const v1::Round& round, absl::string_view group_id) {
  for (const v1::RoundGroup& group : round.groups()) {
    if (group.group_id() == group_id) return &group;
  }
  return nullptr;
}

absl::Status NoSuchGroup(const v1::Round& round, absl::string_view group_id) {
  return Refuse(Reason::kNoSuchGroup,
                absl::StrCat("round ", round.id(), " has no group ", group_id));
}

// Rankings as text, to compare and to show; tiers have no order of their own.
std::string InWords(const TierList& ranking) {
  std::vector<std::string> tiers;
  for (const v1::Tier& tier : ranking) {
    std::vector<std::string> ids(tier.idea_ids().begin(), tier.idea_ids().end());
    std::sort(ids.begin(), ids.end());
    tiers.push_back(absl::StrJoin(ids, " = "));
  }
  return absl::StrJoin(tiers, " > ");
}

std::string PaperVoter(absl::string_view paper_number) {
  return absl::StrCat("paper:", paper_number);
}

// Whether a paper ballot of this number waits or is counted.
bool HasPaper(const RoundUrn& urn, absl::string_view paper_number) {
  const std::string voter = PaperVoter(paper_number);
  return urn.pending_papers.Contains(paper_number) ||
         std::any_of(urn.ballots.begin(), urn.ballots.end(),
                     [&](const auto& group) { return group.second.Contains(voter); });
}

// Puts in a ballot that passed CheckRanking, instead of an earlier one of the same voter in the
// same group.
void Cast(RoundUrn& urn, const std::string& group_id, const std::string& voter,
          std::vector<ranking::Tier> tiers) {
  for (ranking::Tier& tier : tiers) std::sort(tier.begin(), tier.end());
  urn.ballots.MutableOrNew(group_id).InsertOrAssign(voter, ranking::Encode(tiers));
}

}  // namespace

absl::StatusOr<const RoundEntry*> IdeasMachine::FindRoundEntry(absl::string_view round_id) const {
  const RoundEntry* entry = state_.rounds.Find(round_id);
  if (entry == nullptr)
    return Refuse(Reason::kNoSuchRound, absl::StrCat("there is no round ", round_id));
  return entry;
}

absl::StatusOr<const RoundEntry*> IdeasMachine::FindOpenRound(absl::string_view round_id) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindRoundEntry(round_id));
  if (entry->round.state() != v1::ROUND_STATE_OPEN) {
    return Refuse(Reason::kRoundClosed, absl::StrCat("round ", round_id, " is closed"));
  }
  return entry;
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::OpenRound& command) const {
  RETURN_IF_ERROR(CheckId("round_id", command.round_id()));
  RETURN_IF_ERROR(CheckText("title", command.title(), 200));
  if (state_.rounds.Contains(command.round_id())) {
    return Refuse(Reason::kRoundExists,
                  absl::StrCat("round ", command.round_id(), " exists; choose another id"));
  }
  if (command.idea_ids_size() < 2 || command.idea_ids_size() > kMaxIdeasOfARound) {
    return Refuse(Reason::kBadRound,
                  absl::StrCat("a round ranks 2 to ", kMaxIdeasOfARound, " ideas"));
  }
  std::set<absl::string_view> ids;
  for (const std::string& id : command.idea_ids()) {
    ASSIGN_OR_RETURN(const IdeaEntry* idea, FindLive(id));
    if (idea->state != v1::IDEA_STATE_PUBLISHED) {
      return Refuse(Reason::kIdeaNotPublished,
                    absl::StrCat("idea ", id, " is not published; moderate it first"));
    }
    if (!ids.insert(id).second)
      return Refuse(Reason::kBadRound, absl::StrCat("idea ", id, " comes twice"));
  }
  if (command.status_quo() && ids.count(kStatusQuo) > 0) {
    return Refuse(Reason::kBadRound,
                  absl::StrCat("an idea has the id ", kStatusQuo,
                               "; it cannot stand beside the option of that name"));
  }
  if (command.groups_size() == 0 || command.groups_size() > kMaxGroups) {
    return Refuse(Reason::kBadRound, absl::StrCat("a round has 1 to ", kMaxGroups, " groups"));
  }
  std::set<absl::string_view> groups;
  for (const v1::RoundGroup& group : command.groups()) {
    RETURN_IF_ERROR(CheckId("groups.group_id", group.group_id()));
    RETURN_IF_ERROR(CheckText("groups.name", group.name(), 200));
    if (!groups.insert(group.group_id()).second || group.weight() == 0 ||
        group.weight() > kMaxWeight) {
      return Refuse(Reason::kBadRound, absl::StrCat("group ", group.group_id(),
                                                    " needs an id of its own and a weight of "
                                                    "1 to ",
                                                    kMaxWeight));
    }
    if (!group.organization_id().empty() &&
        directory_.FindOrganization(group.organization_id()) == nullptr) {
      return Refuse(Reason::kNoSuchOrganization,
                    absl::StrCat("there is no organization ", group.organization_id()));
    }
  }
  const ranking::Method* method = ranking::FindMethod(ranking::PinnedId(command.method()));
  if (method == nullptr || method->needs != ranking::Needs::kPairwise) {
    return Refuse(Reason::kBadMethod,
                  absl::StrCat("a round is decided by a method that needs pairwise counts alone, "
                               "for example schulze.wv_lv; ",
                               command.method(), " is none"));
  }
  const size_t options =
      static_cast<size_t>(command.idea_ids_size()) + (command.status_quo() ? 1 : 0);
  if (options > method->sure_options) {
    return Refuse(Reason::kBadRound,
                  absl::StrCat(method->id, " is sure to rank ", method->sure_options,
                               " options, the status quo included, and this round has ", options,
                               "; take fewer, or another method, for example schulze.wv_lv"));
  }
  if (command.max_ranked() == 0 || command.max_ranked() > kMaxRanked) {
    return Refuse(Reason::kBadRound, absl::StrCat("max_ranked must be 1 to ", kMaxRanked));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext&, const v1::OpenRound& command) {
  RoundEntry entry;
  entry.round.set_id(command.round_id());
  entry.round.set_title(command.title());
  entry.round.set_state(v1::ROUND_STATE_OPEN);
  *entry.round.mutable_idea_ids() = command.idea_ids();
  *entry.round.mutable_groups() = command.groups();
  entry.round.set_method(ranking::PinnedId(command.method()));
  entry.round.set_max_ranked(command.max_ranked());
  entry.round.set_status_quo(command.status_quo());
  uint16_t options = 0;
  for (const std::string& idea : command.idea_ids())
    entry.option_of.InsertOrAssign(idea, options++);
  if (command.status_quo()) entry.option_of.InsertOrAssign(kStatusQuo, options);
  state_.rounds.InsertOrAssign(command.round_id(), std::move(entry));
  state_.urns.InsertOrAssign(command.round_id(), RoundUrn());
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::RegisterVoters& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindOpenRound(command.round_id()));
  const v1::RoundGroup* group = FindGroup(entry->round, command.group_id());
  if (group == nullptr) return NoSuchGroup(entry->round, command.group_id());
  if (!group->organization_id().empty()) {
    return Refuse(Reason::kGroupHasMembers,
                  absl::StrCat("the voters of group ", group->group_id(), " are the members of ",
                               group->organization_id()));
  }
  if (command.code_public_keys_size() == 0 || command.code_public_keys_size() > kMaxVotersAtOnce) {
    return Refuse(Reason::kBadVoters,
                  absl::StrCat("register 1 to ", kMaxVotersAtOnce, " voters at a time"));
  }
  std::set<std::string> seen;
  for (const std::string& der : command.code_public_keys()) {
    const auto key = crypto::PublicKey::FromSpkiDer(der);
    if (!key.ok()) return Refuse(Reason::kBadPublicKey, key.status().message());
    if (!seen.insert(key->id()).second)
      return Refuse(Reason::kBadVoters, "a voting code comes twice");
    for (const auto& [id, keys] : entry->codes) {
      if (keys.Contains(key->id())) {
        return Refuse(Reason::kVoterExists,
                      absl::StrCat("voting code ", key->id(), " is registered in group ", id));
      }
    }
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext&, const v1::RegisterVoters& command) {
  auto& keys = state_.rounds.Mutable(command.round_id())->codes.MutableOrNew(command.group_id());
  for (const std::string& der : command.code_public_keys())
    keys.InsertOrAssign(crypto::PublicKey::FromSpkiDer(der)->id(), {});
}

absl::Status IdeasMachine::Check(const CommandContext& context,
                                 const v1::CastPreference& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindOpenRound(command.round_id()));
  const v1::RoundGroup* group = FindGroup(entry->round, command.group_id());
  if (group == nullptr) return NoSuchGroup(entry->round, command.group_id());
  bool entitled = false;
  if (group->organization_id().empty()) {
    const auto* keys = entry->codes.Find(group->group_id());
    entitled = context.actor.empty() && keys != nullptr && keys->Contains(context.key_id);
  } else {
    const auto* membership = directory_.ActiveMembership(context.actor, group->organization_id());
    entitled = membership != nullptr && membership->voting_right;
  }
  if (!entitled) {
    return Refuse(Reason::kNotEntitled,
                  absl::StrCat("this voter does not belong to group ", group->group_id(),
                               "; check the voting code and the group"));
  }
  return CheckRanking(*entry, command.ranking());
}

void IdeasMachine::Apply(const CommandContext& context, const v1::CastPreference& command) {
  const std::string voter =
      context.actor.empty() ? absl::StrCat("code:", context.key_id) : context.actor;
  Cast(*state_.urns.Mutable(command.round_id()), command.group_id(), voter,
       ToOptions(*state_.rounds.Find(command.round_id()), command.ranking()));
}

absl::Status IdeasMachine::Check(const CommandContext&,
                                 const v1::RecordPaperPreference& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindOpenRound(command.round_id()));
  if (FindGroup(entry->round, command.group_id()) == nullptr)
    return NoSuchGroup(entry->round, command.group_id());
  RETURN_IF_ERROR(CheckId("paper_number", command.paper_number()));
  if (HasPaper(*state_.urns.Find(command.round_id()), command.paper_number())) {
    return Refuse(Reason::kPaperExists,
                  absl::StrCat("paper ballot ", command.paper_number(), " is recorded already"));
  }
  return CheckRanking(*entry, command.ranking());
}

void IdeasMachine::Apply(const CommandContext& context, const v1::RecordPaperPreference& command) {
  const RoundEntry& entry = *state_.rounds.Find(command.round_id());
  state_.urns.Mutable(command.round_id())
      ->pending_papers.InsertOrAssign(command.paper_number(),
                                      {command.group_id(), context.actor,
                                       ranking::Encode(ToOptions(entry, command.ranking()))});
}

absl::Status IdeasMachine::Check(const CommandContext& context,
                                 const v1::ConfirmPaperPreference& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindOpenRound(command.round_id()));
  const PendingPaper* pending =
      state_.urns.Find(command.round_id())->pending_papers.Find(command.paper_number());
  if (pending == nullptr) {
    return Refuse(Reason::kNoSuchPaper, absl::StrCat("no paper ballot ", command.paper_number(),
                                                     " waits to be confirmed"));
  }
  if (pending->recorder_id == context.actor) {
    return Refuse(Reason::kSamePerson, "another person than the recorder confirms a paper ballot");
  }
  const TierList recorded = ToTiers(entry->round, ranking::Decode(pending->ranking));
  if (InWords(recorded) != InWords(command.ranking())) {
    return Refuse(Reason::kPaperDiffers,
                  absl::StrCat("what was recorded of paper ballot ", command.paper_number(),
                               " is not what you read; look at the paper together"));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext&, const v1::ConfirmPaperPreference& command) {
  RoundUrn& urn = *state_.urns.Mutable(command.round_id());
  const PendingPaper& paper = *urn.pending_papers.Find(command.paper_number());
  Cast(urn, paper.group_id, PaperVoter(command.paper_number()), ranking::Decode(paper.ranking));
  urn.pending_papers.Erase(command.paper_number());
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::CloseRound& command) const {
  RETURN_IF_ERROR(FindOpenRound(command.round_id()).status());
  const auto& pending = state_.urns.Find(command.round_id())->pending_papers;
  if (!pending.empty()) {
    return Refuse(Reason::kPaperUnconfirmed,
                  absl::StrCat("paper ballot ", pending.begin()->first,
                               " waits for a second person to confirm it"));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext&, const v1::CloseRound& command) {
  state_.rounds.Mutable(command.round_id())->round.set_state(v1::ROUND_STATE_CLOSED);
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::EstablishRanking& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindRoundEntry(command.round_id()));
  if (entry->round.state() != v1::ROUND_STATE_CLOSED) {
    return Refuse(Reason::kRoundNotClosed,
                  absl::StrCat("round ", command.round_id(), " is open, or established already"));
  }
  if (command.tie_order().empty() != command.tie_rule().empty()) {
    return Refuse(Reason::kBadTieOrder,
                  "tie_order and tie_rule belong together: state what resolved the ties "
                  "and how it came about, or neither");
  }
  if (!command.tie_rule().empty()) RETURN_IF_ERROR(CheckText("tie_rule", command.tie_rule(), 200));
  ASSIGN_OR_RETURN(const auto outcome, OutcomeOf(*entry));
  ASSIGN_OR_RETURN(const TierList resolved,
                   ResolveTies(outcome->rankings().rbegin()->ranking(), command.tie_order()));
  const std::string computed = InWords(resolved);
  if (InWords(command.ranking()) != computed) {
    return Refuse(Reason::kResultDiffers,
                  absl::StrCat("the ballots give ", computed.substr(0, 500)));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext& context, const v1::EstablishRanking& command) {
  v1::Round& round = state_.rounds.Mutable(command.round_id())->round;
  // Check has found that there is one.
  round = **OutcomeOf(*state_.rounds.Find(command.round_id()));
  round.set_state(v1::ROUND_STATE_ESTABLISHED);
  round.set_established_index(context.index);
  if (command.tie_order().empty()) return;
  *round.mutable_resolved_ranking() = command.ranking();
  *round.mutable_tie_order() = command.tie_order();
  round.set_tie_rule(command.tie_rule());
}

absl::StatusOr<const v1::Round*> IdeasMachine::FindRound(absl::string_view round_id) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindRoundEntry(round_id));
  return &entry->round;
}

absl::StatusOr<std::shared_ptr<const v1::Round>> IdeasMachine::OutcomeOf(
    const RoundEntry& entry) const {
  return outcomes_->Of(entry, *state_.urns.Find(entry.round.id()));
}

absl::StatusOr<v1::Round> IdeasMachine::GetRound(absl::string_view round_id) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindRoundEntry(round_id));
  if (entry->round.state() != v1::ROUND_STATE_CLOSED) return entry->round;
  ASSIGN_OR_RETURN(const auto outcome,
                   outcomes_->OfUnlessCounting(*entry, *state_.urns.Find(round_id)));
  return *outcome;
}

std::vector<v1::Round> IdeasMachine::ListRounds(absl::string_view after_id, size_t limit) const {
  std::vector<v1::Round> rounds;
  const auto end = state_.rounds.end();
  for (auto it = state_.rounds.upper_bound(after_id); it != end && rounds.size() < limit; ++it) {
    rounds.push_back(it->second.round);
    rounds.back().clear_rankings();
  }
  return rounds;
}

}  // namespace votum::ideas
