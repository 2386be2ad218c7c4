// The scene of one command: what is there, who could act, and what the command is about. Recipes and
// the filler take ids from here, so that the parts of a command fit each other more often than not.
#ifndef VOTUM_TESTS_SIMULATOR_SCENE_H_
#define VOTUM_TESTS_SIMULATOR_SCENE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/fold/fold.h"
#include "core/fold/world.h"
#include "tests/simulator/dice.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/wallet.h"
#include "votum/common/v1/command.pb.h"

namespace votum::simulator {

using Ids = std::vector<std::string>;

// The keys with which the person can sign.
Ids ActiveKeysOf(const World& world, absl::string_view person_id);

// The state, as the generator looks at it for one command. Lists are made when they are first asked
// for. Valid until the fold's next change.
class Pools {
 public:
  explicit Pools(const World& world) : world_(world) {}

  // The ids of all things of a kind, "meeting", "idea" ..., ascending; ours are in the order in which
  // they were made. The kinds are those of scene.cc.
  const Ids& All(absl::string_view kind);
  // People with an active key.
  const Ids& Actors();

  const World& world() const { return world_; }

 private:
  const World& world_;
  std::map<std::string, Ids, std::less<>> lists_;
};

// Everything that one attempt at a command needs.
struct Scene {
  const Fold& fold;
  const World& world;
  const SimulatedLedger& ledger;
  Pools& pools;
  Wallet& wallet;
  Dice& dice;
  uint64_t* ids;      // how many were made
  absl::Time now;     // about the time of the next record
  absl::Time device;  // what signers' clocks show
  bool secret_votes;  // whether this run has votes on devices
  bool may_raise_version;
  bool ends;  // the run, soon

  // By kind: the thing that the command is about. Meeting, item, motion and vote belong together.
  std::map<std::string, std::string, std::less<>> focus;

  // Set by a recipe that knows who must act: a person, or nobody but the first of `key_ids`.
  std::string author;
  bool anonymous = false;
  Ids key_ids;  // that must sign; empty: any active key of the author

  // Set by a story (stories.h): by kind, what its commands are about; and what this one says.
  std::map<std::string, std::string, std::less<>> pinned;
  const char* fields = "";

  // Draws another focus and forgets the author.
  void Reset();
  const std::string& Focus(absl::string_view kind) { return focus[std::string(kind)]; }
  bool IsPinned(absl::string_view kind) const { return pinned.find(kind) != pinned.end(); }
  // A new id for a thing of this kind; greater than all before.
  std::string NewId(absl::string_view kind);
  // Something of this kind, one of the last more often than not; empty if there is none.
  std::string Some(absl::string_view kind);
  // Some words.
  std::string Words();
  // A reference to words under a subject of their own, or under that of a person; without anything if
  // what is sealed of the person was erased.
  common::v1::AttachmentRef Sealed();
  common::v1::AttachmentRef SealedAbout(const std::string& person_id);
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_SCENE_H_
