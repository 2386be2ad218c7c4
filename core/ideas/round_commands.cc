// Ranking rounds.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/ideas/ideas_machine.h"
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

}  // namespace

absl::StatusOr<const IdeasMachine::RoundEntry*> IdeasMachine::FindRoundEntry(
    absl::string_view round_id) const {
  const auto found = rounds_.find(round_id);
  if (found == rounds_.end())
    return Refuse(Reason::kNoSuchRound, absl::StrCat("there is no round ", round_id));
  return &found->second;
}

absl::StatusOr<const IdeasMachine::RoundEntry*> IdeasMachine::FindOpenRound(
    absl::string_view round_id) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindRoundEntry(round_id));
  if (entry->round.state() != v1::ROUND_STATE_OPEN) {
    return Refuse(Reason::kRoundClosed, absl::StrCat("round ", round_id, " is closed"));
  }
  return entry;
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::OpenRound& command) const {
  RETURN_IF_ERROR(CheckId("round_id", command.round_id()));
  RETURN_IF_ERROR(CheckText("title", command.title(), 200));
  if (rounds_.find(command.round_id()) != rounds_.end()) {
    return Refuse(Reason::kRoundExists,
                  absl::StrCat("round ", command.round_id(), " exists; choose another id"));
  }
  if (command.idea_ids_size() < 2 || command.idea_ids_size() > kMaxIdeasOfARound) {
    return Refuse(Reason::kBadRound,
                  absl::StrCat("a round ranks 2 to ", kMaxIdeasOfARound, " ideas"));
  }
  std::set<absl::string_view> ids;
  for (const std::string& id : command.idea_ids()) {
    ASSIGN_OR_RETURN(const v1::Idea* idea, FindLive(id));
    if (idea->state() != v1::IDEA_STATE_PUBLISHED) {
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
  if (command.max_ranked() == 0 || command.max_ranked() > kMaxRanked) {
    return Refuse(Reason::kBadRound, absl::StrCat("max_ranked must be 1 to ", kMaxRanked));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext&, const v1::OpenRound& command) {
  RoundEntry& entry = rounds_.try_emplace(command.round_id(), command).first->second;
  entry.round.set_id(command.round_id());
  entry.round.set_title(command.title());
  entry.round.set_state(v1::ROUND_STATE_OPEN);
  *entry.round.mutable_idea_ids() = command.idea_ids();
  *entry.round.mutable_groups() = command.groups();
  entry.round.set_method(ranking::PinnedId(command.method()));
  entry.round.set_max_ranked(command.max_ranked());
  entry.round.set_status_quo(command.status_quo());
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
    for (const auto& [id, keys] : entry->code_keys) {
      if (keys.count(key->id()) > 0) {
        return Refuse(Reason::kVoterExists,
                      absl::StrCat("voting code ", key->id(), " is registered in group ", id));
      }
    }
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext&, const v1::RegisterVoters& command) {
  std::set<std::string>& keys =
      rounds_.find(command.round_id())->second.code_keys[command.group_id()];
  for (const std::string& der : command.code_public_keys())
    keys.insert(crypto::PublicKey::FromSpkiDer(der)->id());
}

absl::Status IdeasMachine::Check(const CommandContext& context,
                                 const v1::CastPreference& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindOpenRound(command.round_id()));
  const v1::RoundGroup* group = FindGroup(entry->round, command.group_id());
  if (group == nullptr) return NoSuchGroup(entry->round, command.group_id());
  bool entitled = false;
  if (group->organization_id().empty()) {
    const auto keys = entry->code_keys.find(group->group_id());
    entitled = context.actor.empty() && keys != entry->code_keys.end() &&
               keys->second.count(context.key_id) > 0;
  } else {
    const auto* membership = directory_.ActiveMembership(context.actor, group->organization_id());
    entitled = membership != nullptr && membership->voting_right;
  }
  if (!entitled) {
    return Refuse(Reason::kNotEntitled,
                  absl::StrCat("this voter does not belong to group ", group->group_id(),
                               "; check the voting code and the group"));
  }
  return entry->count.CheckRanking(command.ranking());
}

void IdeasMachine::Apply(const CommandContext& context, const v1::CastPreference& command) {
  const std::string voter =
      context.actor.empty() ? absl::StrCat("code:", context.key_id) : context.actor;
  rounds_.find(command.round_id())->second.count.Cast(command.group_id(), voter, command.ranking());
}

absl::Status IdeasMachine::Check(const CommandContext&,
                                 const v1::RecordPaperPreference& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindOpenRound(command.round_id()));
  if (FindGroup(entry->round, command.group_id()) == nullptr)
    return NoSuchGroup(entry->round, command.group_id());
  RETURN_IF_ERROR(CheckId("paper_number", command.paper_number()));
  if (entry->pending_papers.count(command.paper_number()) > 0 ||
      entry->counted_papers.count(command.paper_number()) > 0) {
    return Refuse(Reason::kPaperExists,
                  absl::StrCat("paper ballot ", command.paper_number(), " is recorded already"));
  }
  return entry->count.CheckRanking(command.ranking());
}

void IdeasMachine::Apply(const CommandContext& context, const v1::RecordPaperPreference& command) {
  rounds_.find(command.round_id())->second.pending_papers[command.paper_number()] = {
      command.group_id(), context.actor, command.ranking()};
}

absl::Status IdeasMachine::Check(const CommandContext& context,
                                 const v1::ConfirmPaperPreference& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindOpenRound(command.round_id()));
  const auto pending = entry->pending_papers.find(command.paper_number());
  if (pending == entry->pending_papers.end()) {
    return Refuse(Reason::kNoSuchPaper, absl::StrCat("no paper ballot ", command.paper_number(),
                                                     " waits to be confirmed"));
  }
  if (pending->second.recorder_id == context.actor) {
    return Refuse(Reason::kSamePerson, "another person than the recorder confirms a paper ballot");
  }
  if (InWords(pending->second.ranking) != InWords(command.ranking())) {
    return Refuse(Reason::kPaperDiffers,
                  absl::StrCat("what was recorded of paper ballot ", command.paper_number(),
                               " is not what you read; look at the paper together"));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext&, const v1::ConfirmPaperPreference& command) {
  RoundEntry& entry = rounds_.find(command.round_id())->second;
  const auto pending = entry.pending_papers.find(command.paper_number());
  entry.count.Cast(pending->second.group_id, PaperVoter(command.paper_number()),
                   pending->second.ranking);
  entry.counted_papers.insert(command.paper_number());
  entry.pending_papers.erase(pending);
}

absl::Status IdeasMachine::Check(const CommandContext&, const v1::CloseRound& command) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindOpenRound(command.round_id()));
  if (!entry->pending_papers.empty()) {
    return Refuse(Reason::kPaperUnconfirmed,
                  absl::StrCat("paper ballot ", entry->pending_papers.begin()->first,
                               " waits for a second person to confirm it"));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext&, const v1::CloseRound& command) {
  RoundEntry& entry = rounds_.find(command.round_id())->second;
  entry.round.set_state(v1::ROUND_STATE_CLOSED);
  entry.round.set_ballot_count(entry.count.ballot_count());
  for (v1::GroupRanking& ranking : entry.count.Rankings())
    *entry.round.add_rankings() = std::move(ranking);
  for (std::string& idea : entry.count.BeatStatusQuo())
    entry.round.add_beat_status_quo(std::move(idea));
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
  ASSIGN_OR_RETURN(const TierList resolved,
                   ResolveTies(entry->count.CombinedRanking(), command.tie_order()));
  const std::string computed = InWords(resolved);
  if (InWords(command.ranking()) != computed) {
    return Refuse(Reason::kResultDiffers,
                  absl::StrCat("the ballots give ", computed.substr(0, 500)));
  }
  return absl::OkStatus();
}

void IdeasMachine::Apply(const CommandContext& context, const v1::EstablishRanking& command) {
  RoundEntry& entry = rounds_.find(command.round_id())->second;
  entry.round.set_state(v1::ROUND_STATE_ESTABLISHED);
  entry.round.set_established_index(context.index);
  if (command.tie_order().empty()) return;
  *entry.round.mutable_resolved_ranking() = command.ranking();
  *entry.round.mutable_tie_order() = command.tie_order();
  entry.round.set_tie_rule(command.tie_rule());
}

absl::StatusOr<const v1::Round*> IdeasMachine::FindRound(absl::string_view round_id) const {
  ASSIGN_OR_RETURN(const RoundEntry* entry, FindRoundEntry(round_id));
  return &entry->round;
}

absl::StatusOr<v1::Round> IdeasMachine::GetRound(absl::string_view round_id) const {
  ASSIGN_OR_RETURN(const v1::Round* round, FindRound(round_id));
  return *round;
}

std::vector<v1::Round> IdeasMachine::ListRounds(absl::string_view after_id, size_t limit) const {
  std::vector<v1::Round> rounds;
  for (auto it = rounds_.upper_bound(after_id); it != rounds_.end() && rounds.size() < limit;
       ++it) {
    rounds.push_back(it->second.round);
    rounds.back().clear_rankings();
  }
  return rounds;
}

void IdeasMachine::Visit(const ResourceVisitor& visitor) const {
  for (const auto& [id, idea] : ideas_) visitor(idea);
  for (const auto& row : rounds_) {
    const std::string& id = row.first;
    const RoundEntry& entry = row.second;
    visitor(entry.round);
    // Shows the content of a running round as the commands that would produce it.
    for (const auto& [group, keys] : entry.code_keys) {
      v1::RegisterVoters voters;
      voters.set_round_id(id);
      voters.set_group_id(group);
      for (const std::string& key : keys) voters.add_code_public_keys(key);
      visitor(voters);
    }
    entry.count.ForEachBallot(
        [&](const std::string& group, const std::string& voter, const TierList& ranking) {
          v1::CastPreference ballot;
          ballot.mutable_header()->set_actor(voter);
          ballot.set_round_id(id);
          ballot.set_group_id(group);
          *ballot.mutable_ranking() = ranking;
          visitor(ballot);
        });
    for (const auto& [number, paper] : entry.pending_papers) {
      v1::RecordPaperPreference ballot;
      ballot.mutable_header()->set_actor(paper.recorder_id);
      ballot.set_round_id(id);
      ballot.set_group_id(paper.group_id);
      ballot.set_paper_number(number);
      *ballot.mutable_ranking() = paper.ranking;
      visitor(ballot);
    }
  }
}

}  // namespace votum::ideas
