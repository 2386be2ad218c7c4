// Recipes: ideas, rounds, papers.
#include <algorithm>
#include <set>

#include "core/ideas/round_count.h"
#include "ranking/ballots.h"
#include "tests/simulator/recipes.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/papers/v1/papers.pb.h"

namespace votum::simulator {
namespace {

namespace v1 = ideas::v1;
namespace pv1 = papers::v1;
using google::protobuf::RepeatedPtrField;

// Up to `most` different ids of a list, in a random order.
Ids Different(Scene& scene, const Ids& all, uint64_t most) {
  Ids chosen;
  for (uint64_t left = 3 * most; left > 0 && chosen.size() < std::min<uint64_t>(most, all.size());
       --left) {
    const std::string& one = scene.dice.PickLate(all);
    if (std::find(chosen.begin(), chosen.end(), one) == chosen.end()) chosen.push_back(one);
  }
  return chosen;
}

void CompleteContent(Scene& scene, bool online, v1::IdeaContent& content) {
  content.set_idea_id(scene.NewId("idea"));
  if (online) content.clear_origin();
  if (online) content.set_channel(v1::CHANNEL_ONLINE);
  if (!online && content.channel() == v1::CHANNEL_ONLINE) content.set_channel(v1::CHANNEL_PAPER);
  if (scene.dice.Chance(50)) content.clear_contact();
  if (scene.dice.Chance(50)) content.clear_receipt_code_digest();
}

void SubmitIdea(Scene& scene, v1::SubmitIdea& command) {
  CompleteContent(scene, true, *command.mutable_content());
}
void RecordIdea(Scene& scene, v1::RecordIdea& command) {
  CompleteContent(scene, false, *command.mutable_content());
}
void ImportIdeas(Scene& scene, v1::ImportIdeas& command) {
  for (v1::ImportedIdea& row : *command.mutable_ideas())
    CompleteContent(scene, false, *row.mutable_content());
}

void ModerateIdeas(Scene& scene, v1::ModerateIdeas& command) {
  if (scene.dice.Chance(70)) command.set_verdict(v1::MODERATION_VERDICT_PUBLISH);
  command.clear_ground();
  if (command.verdict() == v1::MODERATION_VERDICT_REJECT)
    *command.mutable_ground() = scene.Sealed();
}

void MergeIdeas(Scene& scene, v1::MergeIdeas& command) {
  command.set_idea_id(scene.NewId("idea"));
  const Ids sources = Different(scene, scene.pools.All("idea"), 2);
  command.mutable_source_idea_ids()->Assign(sources.begin(), sources.end());
}

void SplitIdea(Scene& scene, v1::SplitIdea& command) {
  while (command.parts_size() < 2) *command.add_parts()->mutable_text() = scene.Sealed();
  for (v1::IdeaPart& part : *command.mutable_parts()) part.set_idea_id(scene.NewId("idea"));
}

void OpenRound(Scene& scene, v1::OpenRound& command) {
  command.set_round_id(scene.NewId("round"));
  const Ids ideas = Different(scene, scene.pools.All("published idea"), 2 + scene.dice.Below(4));
  command.mutable_idea_ids()->Assign(ideas.begin(), ideas.end());
  command.set_method(scene.dice.Chance(90) ? "schulze.wv_lv" : "ranked-pairs.margin");
  command.set_max_ranked(2 + static_cast<uint32_t>(scene.dice.Below(4)));
  command.clear_groups();
  v1::RoundGroup& town = *command.add_groups();
  town.set_group_id("buerger");
  town.set_name("Bürger");
  town.set_weight(1 + static_cast<uint32_t>(scene.dice.Below(3)));
  if (scene.dice.Chance(50)) return;
  v1::RoundGroup& council = *command.add_groups();
  council.set_group_id("rat");
  council.set_name("Rat");
  council.set_weight(1);
  council.set_organization_id("rat");
}

const ideas::RoundEntry* RoundOf(Scene& scene, const std::string& id) {
  return scene.world.ideas().state().rounds.Find(id);
}

std::string SomeGroup(Scene& scene, const ideas::RoundEntry& entry) {
  return scene.dice.Pick(entry.round.groups()).group_id();
}

void RegisterVoters(Scene& scene, v1::RegisterVoters& command) {
  command.set_group_id("buerger");
  for (std::string& key : *command.mutable_code_public_keys())
    key = scene.wallet.Make(scene.dice).public_key().spki_der();
}

void ConfirmVoters(Scene& scene, v1::ConfirmVoters& command) {
  command.clear_acts();
  const auto& rounds = scene.world.round_acts().state().scopes;
  if (scene.pinned.empty() && !rounds.empty()) {
    Ids ids;
    for (const auto& [id, acts] : rounds) ids.push_back(id);
    command.set_round_id(scene.dice.PickLate(ids));
  }
  for (const auto& act : scene.world.round_acts().OfRound(command.round_id(), size_t{1} << 20)) {
    directory::v1::ActReference& reference = *command.add_acts();
    reference.set_record(act.record());
    reference.set_digest(act.digest());
    if (scene.dice.Chance(60)) break;
  }
}

// Some options of the round in tiers of one or two.
void Rank(Scene& scene, const ideas::RoundEntry& entry, RepeatedPtrField<v1::Tier>* ranking) {
  ranking->Clear();
  Ids options(entry.round.idea_ids().begin(), entry.round.idea_ids().end());
  options = Different(scene, options, 1 + scene.dice.Below(entry.round.max_ranked()));
  // Where it is in the round, most prefer that things stay as they are.
  if (entry.round.status_quo() && scene.dice.Chance(80))
    options.emplace(options.begin(), ideas::kStatusQuo);
  for (const std::string& option : options) {
    if (ranking->empty() || scene.dice.Chance(75)) ranking->Add();
    (*ranking)[ranking->size() - 1].add_idea_ids(option);
  }
}

void CastPreference(Scene& scene, v1::CastPreference& command) {
  const ideas::RoundEntry* entry = RoundOf(scene, command.round_id());
  if (entry == nullptr) return;
  Rank(scene, *entry, command.mutable_ranking());
  command.set_group_id(SomeGroup(scene, *entry));
  const auto* codes = entry->codes.Find(command.group_id());
  if (codes == nullptr) return;
  Ids ids;
  for (const auto& [id, none] : *codes) ids.push_back(id);
  scene.anonymous = true;
  scene.key_ids = {scene.dice.Pick(ids)};
}

void RecordPaperPreference(Scene& scene, v1::RecordPaperPreference& command) {
  command.set_paper_number(scene.NewId("paper"));
  const ideas::RoundEntry* entry = RoundOf(scene, command.round_id());
  if (entry == nullptr) return;
  Rank(scene, *entry, command.mutable_ranking());
  command.set_group_id(SomeGroup(scene, *entry));
}

void ConfirmPaperPreference(Scene& scene, v1::ConfirmPaperPreference& command) {
  const ideas::RoundUrn* urn = scene.world.ideas().state().urns.Find(command.round_id());
  if (urn == nullptr || urn->pending_papers.empty()) return;
  const auto& [number, paper] = *urn->pending_papers.begin();
  command.set_paper_number(number);
  *command.mutable_ranking() =
      ideas::ToTiers(RoundOf(scene, command.round_id())->round, ranking::Decode(paper.ranking));
}

void CloseRound(Scene& scene, v1::CloseRound& command) {
  const std::string round = scene.Some("open round");
  if (!scene.IsPinned("round") && !round.empty() && scene.dice.Chance(70))
    command.set_round_id(round);
}

void EstablishRanking(Scene& scene, v1::EstablishRanking& command) {
  command.clear_tie_order();
  command.clear_tie_rule();
  const auto round = scene.world.ideas().GetRound(command.round_id());
  if (!round.ok() || round->rankings().empty()) return;
  *command.mutable_ranking() = round->rankings().rbegin()->ranking();
  if (scene.dice.Chance(60)) return;
  // The first tie is resolved in the order of the ids.
  for (int i = 0; i < command.ranking_size(); ++i) {
    const v1::Tier tied = command.ranking(i);
    if (tied.idea_ids_size() < 2) continue;
    *command.mutable_tie_order() = tied.idea_ids();
    command.set_tie_rule("Los");
    const auto resolved = ideas::ResolveTies(command.ranking(), command.tie_order());
    if (resolved.ok()) *command.mutable_ranking() = *resolved;
    return;
  }
}

void DraftProposal(Scene& scene, pv1::DraftProposal& command) {
  command.set_proposal_id(scene.NewId("proposal"));
}

void ReviseProposal(Scene& scene, pv1::ReviseProposal& command) {
  command.set_reason(scene.Words());
  if (const auto* proposal = scene.world.papers().FindProposal(command.proposal_id()))
    command.set_base_version(static_cast<uint32_t>(proposal->versions_size()));
}

void SetConsultationPath(Scene& scene, pv1::SetConsultationPath& command) {
  const auto* proposal = scene.world.papers().FindProposal(command.proposal_id());
  if (proposal == nullptr || command.steps().empty()) return;
  command.mutable_steps(0)->set_organization_id(proposal->lead_organization_id());
  for (pv1::ConsultationStep& step : *command.mutable_steps())
    step.set_role(pv1::CONSULTATION_ROLE_ADVISES);
  command.mutable_steps()->rbegin()->set_role(pv1::CONSULTATION_ROLE_DECIDES);
}

void RecordRecommendation(Scene& scene, pv1::RecordRecommendation& command) {
  const auto* proposal = scene.world.papers().FindProposal(command.proposal_id());
  if (proposal == nullptr) return;
  for (const pv1::Consultation& step : proposal->consultations()) {
    if (step.index() != 0 || step.role() != pv1::CONSULTATION_ROLE_ADVISES) continue;
    return command.set_organization_id(step.organization_id());
  }
}

void HandOverIdeas(Scene& scene, pv1::HandOverIdeas& command) {
  const ideas::RoundEntry* entry = RoundOf(scene, command.round_id());
  if (entry == nullptr) return;
  command.clear_idea_ids();
  command.add_idea_ids(scene.dice.Pick(entry->round.idea_ids()));
}

}  // namespace

std::vector<Recipe> IdeasRecipes() {
  return {For(8, SubmitIdea),
          For(4, RecordIdea),
          For(2, ImportIdeas),
          For(8, ModerateIdeas),
          For(2, MergeIdeas),
          For(2, SplitIdea),
          For(4, OpenRound),
          For(6, RegisterVoters),
          For(6, ConfirmVoters),
          For(12, CastPreference),
          For(6, RecordPaperPreference),
          For(8, ConfirmPaperPreference),
          For(2, CloseRound),
          For(6, EstablishRanking),
          For(4, DraftProposal),
          For(4, ReviseProposal),
          For(5, SetConsultationPath),
          For(5, RecordRecommendation),
          For(5, HandOverIdeas)};
}

}  // namespace votum::simulator
