#include "tests/simulator/generator.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/fold/authorize.h"
#include "tests/golden/spoiled.h"
#include "tests/simulator/filler.h"
#include "tests/simulator/recipes.h"
#include "tests/simulator/stories.h"
#include "tests/simulator/variations.h"

namespace votum::simulator {
namespace {

using google::protobuf::Message;

// A seldom reason is worth looking for; a frequent one is not.
constexpr size_t kMostSpoiled = 80;
constexpr size_t kMostRemembered = 40;

bool OfSecretVotes(const CommandType& type) {
  const std::string& file = type.prototype->GetDescriptor()->file()->name();
  return absl::StrContains(file, "key_ceremonies") || absl::StrContains(file, "secret_votes");
}

int WeightOf(const Scene& scene, const CommandType& type) {
  return OfSecretVotes(type) && !scene.secret_votes ? 0 : RecipeOf(type.name).weight;
}

const CommandType& PickByWeight(Scene& scene) {
  int sum = 0;
  for (const CommandType& type : CommandTable()) sum += WeightOf(scene, type);
  auto left = static_cast<int>(scene.dice.Below(static_cast<uint64_t>(sum)));
  for (const CommandType& type : CommandTable()) {
    left -= WeightOf(scene, type);
    if (left < 0) return type;
  }
  return CommandTable()[0];
}

bool HoldsOneOf(const World& world, const std::string& person,
                const google::protobuf::RepeatedField<int>& offices) {
  return RequireOffice(world.directory(), person, offices, "").ok();
}

}  // namespace

const CommandType& Generator::PickType(Scene& scene) const {
  const CommandType* picked = &PickByWeight(scene);
  if (!scene.dice.Chance(30)) return *picked;
  for (int i = 0; i < 3; ++i) {
    const CommandType& other = PickByWeight(scene);
    if (coverage_.Of(other.name).accepted < coverage_.Of(picked->name).accepted) picked = &other;
  }
  return *picked;
}

bool Generator::ChooseAuthor(Scene& scene, Draft& draft) const {
  common::v1::CommandHeader& header = HeaderOf(*draft.command);
  const common::v1::Signer signer = draft.type->options->signer();
  if (signer == common::v1::SIGNER_LOG_KEY) return false;
  if (signer == common::v1::SIGNER_NEW_KEY) {
    if (scene.key_ids.size() != 2) return false;
    header.set_actor(scene.author);
    draft.key_ids = scene.key_ids;
    return true;
  }
  const bool anybody = signer == common::v1::SIGNER_ANYBODY;
  if (anybody && (scene.anonymous || (scene.author.empty() && scene.dice.Chance(50)))) {
    if (scene.key_ids.empty()) scene.key_ids = {scene.wallet.Make(scene.dice).public_key().id()};
    const crypto::PrivateKey* key = scene.wallet.Find(scene.key_ids[0]);
    if (key == nullptr) return false;
    header.set_public_key(key->public_key().spki_der());
    draft.key_ids = {scene.key_ids[0]};
    return true;
  }
  Ids able;
  for (const std::string& person : scene.pools.Actors()) {
    if (HoldsOneOf(scene.world, person, draft.type->options->offices())) able.push_back(person);
  }
  if (able.empty()) return false;
  std::string author = scene.author;
  if (author.empty() && scene.dice.Chance(35)) author = scene.Focus("person");
  if (std::find(able.begin(), able.end(), author) == able.end()) author = scene.dice.Pick(able);
  header.set_actor(author);
  draft.key_ids = {scene.dice.Pick(ActiveKeysOf(scene.world, author))};
  return scene.wallet.Find(draft.key_ids[0]) != nullptr;
}

absl::Status Generator::Verdict(const Scene& scene, const Draft& draft) const {
  CommandContext context;
  context.index = scene.fold.next_index();
  context.time = scene.now;
  // Only AcceptTime asks for it, whose record bears the time of the last one.
  context.time_since = scene.fold.state().time_since;
  context.version = scene.world.directory().version();
  context.actor = draft.type->header(*draft.command).actor();
  context.key_id = draft.key_ids[0];
  context.log_key = &log_key_;
  return draft.type->check(scene.world, context, *draft.command);
}

void Generator::Keep(Draft draft, const absl::Status& why, Refused& rarest) const {
  const std::optional<Reason> reason = ReasonOf(why);
  if (!reason.has_value() || coverage_.Of(*reason) >= rarest.times) return;
  rarest = {std::move(draft), coverage_.Of(*reason)};
}

Found Generator::Search(Scene& scene, const CommandType& type) const {
  coverage_.AddSought(type.name);
  const Recipe& recipe = RecipeOf(type.name);
  Found found;
  for (int left = recipe.attempts; left > 0 && !found.good; --left) {
    scene.Reset();
    Draft draft{&type, std::unique_ptr<Message>(type.prototype->New()), {}};
    Fill(scene, *draft.command);
    // A recipe goes by what the story says, and may not unsay it.
    SetFields(scene.fields, *draft.command);
    if (recipe.complete) recipe.complete(scene, *draft.command);
    SetFields(scene.fields, *draft.command);
    if (!ChooseAuthor(scene, draft)) continue;
    const absl::Status verdict = Verdict(scene, draft);
    if (verdict.ok()) {
      found.good = std::move(draft);
    } else {
      Keep(std::move(draft), verdict, found.refused);
    }
  }
  return found;
}

void Generator::Remember(const Message& command) {
  remembered_.emplace_back(command.New())->CopyFrom(command);
  if (remembered_.size() > kMostRemembered) remembered_.pop_front();
}

Refused Generator::Spoil(Scene& scene, const Draft& good) const {
  Refused rarest;
  const auto consider = [&](Draft draft) {
    const absl::Status verdict = Verdict(scene, draft);
    if (!verdict.ok()) Keep(std::move(draft), verdict, rarest);
  };
  for (Draft& varied : VariationsOf(scene, good)) consider(std::move(varied));
  // Proofs of secret votes take milliseconds to check, and make a command long.
  const bool proofs = OfSecretVotes(*good.type) && good.command->ByteSizeLong() > 1000;
  const size_t most = proofs ? 5 : kMostSpoiled;
  std::vector<const Message*> others;
  for (const auto& command : remembered_) others.push_back(command.get());
  auto spoiled = testing::Spoiled(*good.command, others);
  for (size_t tried = 0; tried < std::min(most, spoiled.size()); ++tried) {
    const size_t place = tried + scene.dice.Below(spoiled.size() - tried);
    std::swap(spoiled[tried], spoiled[place]);
    consider({good.type, std::move(spoiled[tried]), good.key_ids});
  }
  if (good.type->header(*good.command).actor().empty() ||
      good.type->options->signer() == common::v1::SIGNER_NEW_KEY)
    return rarest;
  for (const std::string& person : scene.pools.Actors()) {
    Draft other = good.Copy();
    HeaderOf(*other.command).set_actor(person);
    other.key_ids = {scene.dice.Pick(ActiveKeysOf(scene.world, person))};
    consider(std::move(other));
  }
  return rarest;
}

}  // namespace votum::simulator
