#include "tests/simulator/scene.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace votum::simulator {
namespace {

namespace mv1 = meetings::v1;

template <typename Table>
Ids KeysOf(const Table& table) {
  Ids ids;
  for (const auto& [id, entry] : table) ids.push_back(id);
  return ids;
}

template <typename Table, typename Wanted>
Ids KeysOf(const Table& table, Wanted wanted) {
  Ids ids;
  for (const auto& [id, entry] : table) {
    if (wanted(entry)) ids.push_back(id);
  }
  return ids;
}

bool IsLive(const ideas::IdeaEntry& idea) {
  return idea.state != ideas::v1::IDEA_STATE_MERGED && idea.state != ideas::v1::IDEA_STATE_SPLIT;
}

struct Kind {
  absl::string_view name;
  Ids (*list)(const World& world);
};

// A new kind of thing needs a row here, and one for its fields in filler.cc.
constexpr Kind kKinds[] = {
    {"person", [](const World& world) { return KeysOf(world.directory().state().persons); }},
    {"organization",
     [](const World& world) { return KeysOf(world.directory().state().organizations); }},
    {"membership",
     [](const World& world) {
       return KeysOf(world.directory().state().memberships,
                     [](const auto& entry) { return !entry.end.has_value(); });
     }},
    {"key", [](const World& world) { return KeysOf(world.directory().state().keys); }},
    {"waiting key",
     [](const World& world) {
       return KeysOf(world.directory().state().keys, [](const auto& entry) {
         return entry.state == directory::v1::KEY_STATE_ENROLLED;
       });
     }},
    {"code", [](const World& world) { return KeysOf(world.directory().state().codes); }},
    {"idea", [](const World& world) { return KeysOf(world.ideas().state().ideas, IsLive); }},
    {"published idea",
     [](const World& world) {
       return KeysOf(world.ideas().state().ideas, [](const ideas::IdeaEntry& idea) {
         return idea.state == ideas::v1::IDEA_STATE_PUBLISHED;
       });
     }},
    {"round", [](const World& world) { return KeysOf(world.ideas().state().rounds); }},
    {"open round",
     [](const World& world) {
       return KeysOf(world.ideas().state().rounds, [](const auto& entry) {
         return entry.round.state() == ideas::v1::ROUND_STATE_OPEN;
       });
     }},
    {"proposal", [](const World& world) { return KeysOf(world.papers().state().proposals); }},
    {"meeting", [](const World& world) { return KeysOf(world.agenda().state().meetings); }},
    {"open meeting",
     [](const World& world) {
       return KeysOf(world.sittings().state().sittings,
                     [](const auto& sitting) { return sitting.state == mv1::SITTING_STATE_OPEN; });
     }},
    {"item", [](const World& world) { return KeysOf(world.agenda().state().items); }},
    {"motion", [](const World& world) { return KeysOf(world.motions().state().motions); }},
    {"vote", [](const World& world) { return KeysOf(world.votes().state().vote_events); }},
    {"open vote",
     [](const World& world) {
       return KeysOf(world.votes().state().vote_events,
                     [](const auto& event) { return event.state == mv1::VOTE_EVENT_STATE_OPEN; });
     }},
    {"closed vote",
     [](const World& world) {
       return KeysOf(world.votes().state().vote_events,
                     [](const auto& event) { return event.state == mv1::VOTE_EVENT_STATE_CLOSED; });
     }},
    {"lot", [](const World& world) { return KeysOf(world.lots().state().lots); }},
    {"ceremony", [](const World& world) { return KeysOf(world.ceremonies().state().ceremonies); }},
    {"decision", [](const World& world) { return KeysOf(world.decisions().state().decisions); }},
    {"project", [](const World& world) { return KeysOf(world.projects().state().projects); }},
};

// Meeting, item, motion and vote that belong together, from the one that is there.
void CompleteFocus(const World& world, std::map<std::string, std::string, std::less<>>& focus) {
  if (const auto* event = world.votes().Find(focus["vote"])) focus["motion"] = event->motion_id;
  if (const auto* motion = world.motions().Find(focus["motion"])) focus["item"] = motion->item_id;
  if (const auto* item = world.agenda().FindItem(focus["item"]))
    focus["meeting"] = item->meeting_id;
  if (const auto* meeting = world.agenda().FindMeeting(focus["meeting"]))
    focus["organization"] = meeting->organization_id;
}

}  // namespace

Ids ActiveKeysOf(const World& world, absl::string_view person_id) {
  const directory::DirectoryMachine& directory = world.directory();
  const auto* keys = directory.state().keys_of.Find(person_id);
  if (keys == nullptr) return {};
  Ids active;
  for (const auto& [id, none] : *keys) {
    if (directory.FindKey(id)->state == directory::v1::KEY_STATE_ACTIVE) active.push_back(id);
  }
  return active;
}

const Ids& Pools::All(absl::string_view kind) {
  const auto known = lists_.find(kind);
  if (known != lists_.end()) return known->second;
  const auto row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                [kind](const Kind& one) { return one.name == kind; });
  return lists_[std::string(kind)] = row == std::end(kKinds) ? Ids() : row->list(world_);
}

const Ids& Pools::Actors() {
  const auto known = lists_.find("actor");
  if (known != lists_.end()) return known->second;
  Ids actors;
  for (const std::string& person : All("person")) {
    if (!ActiveKeysOf(world_, person).empty()) actors.push_back(person);
  }
  return lists_["actor"] = actors;
}

void Scene::Reset() {
  author.clear();
  anonymous = false;
  key_ids.clear();
  focus.clear();
  for (const absl::string_view kind : {"person", "organization", "idea", "round", "proposal", "lot",
                                       "ceremony", "decision", "project"})
    focus[std::string(kind)] = Some(kind);
  for (const auto& [kind, id] : pinned) focus[kind] = id;
  if (IsPinned("meeting")) return CompleteFocus(world, focus);
  const uint64_t roll = dice.Below(100);
  if (roll < 30) focus["vote"] = Some("open vote");
  if (roll >= 30 && roll < 40) focus["vote"] = Some("closed vote");
  if (roll >= 40 && roll < 50) focus["vote"] = Some("vote");
  if (roll >= 50 && roll < 70) focus["motion"] = Some("motion");
  if (roll >= 70 && roll < 80) focus["item"] = Some("item");
  CompleteFocus(world, focus);
  if (focus["meeting"].empty())
    focus["meeting"] = Some(dice.Chance(60) ? "open meeting" : "meeting");
  if (focus["item"].empty()) {
    if (const auto* meeting = world.agenda().FindMeeting(focus["meeting"]);
        meeting != nullptr && !meeting->item_ids.empty())
      focus["item"] = dice.Pick(meeting->item_ids);
  }
  CompleteFocus(world, focus);
}

std::string Scene::NewId(absl::string_view kind) {
  std::string name(kind);
  std::replace(name.begin(), name.end(), ' ', '-');
  return absl::StrFormat("%s-%06d", name, ++*ids);
}

std::string Scene::Some(absl::string_view kind) {
  const Ids& all = pools.All(kind);
  return all.empty() ? std::string() : dice.PickLate(all);
}

std::string Scene::Words() {
  static const Ids kWords = {"Radweg", "Bänke", "Straßenlicht", "Übergang",
                             "Baum",   "Markt", "Schule"};
  return absl::StrFormat("%s %d", dice.Pick(kWords), dice.Below(1000));
}

common::v1::AttachmentRef Scene::Sealed() {
  common::v1::AttachmentRef ref;
  ref.set_commitment(dice.Bytes(32));
  ref.set_subject(dice.Bytes(16));
  ref.set_media_type("text/plain");
  return ref;
}

common::v1::AttachmentRef Scene::SealedAbout(const std::string& person_id) {
  common::v1::AttachmentRef ref;
  if (!world.directory().PersonExists(person_id)) return ref;
  const std::string& subject = world.directory().SubjectOf(person_id);
  if (world.directory().IsErased(subject)) return ref;
  ref = Sealed();
  ref.set_subject(subject);
  return ref;
}

}  // namespace votum::simulator
