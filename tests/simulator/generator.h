// Makes commands that fit the state: for a type, attempts are filled (filler.h, recipes.h) and shown
// to the domain's Check until one is accepted. The attempts that were refused are kept by how seldom
// their reason was given so far, and so are commands with one field changed.
#ifndef VOTUM_TESTS_SIMULATOR_GENERATOR_H_
#define VOTUM_TESTS_SIMULATOR_GENERATOR_H_

#include <deque>
#include <limits>
#include <memory>

#include "absl/status/status.h"
#include "core/fold/command_table.h"
#include "crypto/keys.h"
#include "google/protobuf/message.h"
#include "tests/simulator/coverage.h"
#include "tests/simulator/draft.h"
#include "tests/simulator/scene.h"

namespace votum::simulator {

// A command that the domain refuses.
struct Refused {
  Draft draft;
  uint64_t times = std::numeric_limits<uint64_t>::max();  // that its reason was given so far
};

struct Found {
  Draft good;       // that the domain accepts, if one was found
  Refused refused;  // for the reason that was given least often, if there is one
};

class Generator {
 public:
  // Both outlive this object.
  Generator(Coverage* coverage, const crypto::PublicKey* log_key)
      : coverage_(*coverage), log_key_(*log_key) {}

  // A type, by the recipes' weights; those that were accepted least often come first now and then.
  const CommandType& PickType(Scene& scene) const;
  // Looks for commands of this type.
  Found Search(Scene& scene, const CommandType& type) const;
  // One field of `good` changed, another author, or a variation (variations.h): a command that the
  // domain refuses, for the reason that was given least often; nothing if all are accepted.
  Refused Spoil(Scene& scene, const Draft& good) const;

  // `command` is in effect: values of its fields are tried in others of the same name.
  void Remember(const google::protobuf::Message& command);

  // The verdict of the domain alone: no signature is looked at.
  absl::Status Verdict(const Scene& scene, const Draft& draft) const;

 private:
  // Chooses who gives the command, if no recipe has. False if nobody can.
  bool ChooseAuthor(Scene& scene, Draft& draft) const;
  // Keeps `draft` in `rarest` if its reason is rarer.
  void Keep(Draft draft, const absl::Status& why, Refused& rarest) const;

  Coverage& coverage_;
  const crypto::PublicKey& log_key_;
  std::deque<std::unique_ptr<google::protobuf::Message>> remembered_;
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_GENERATOR_H_
