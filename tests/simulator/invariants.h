// Properties that hold of every state, and between a state and the next. Each function returns an error
// that says what does not hold.
#ifndef VOTUM_TESTS_SIMULATOR_INVARIANTS_H_
#define VOTUM_TESTS_SIMULATOR_INVARIANTS_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/fold/fold.h"
#include "core/fold/world.h"
#include "crypto/hash.h"
#include "tests/simulator/dice.h"

namespace votum::simulator {

// The digests of all that a fold remembers.
struct StateDigests {
  crypto::Digest world = {};
  // The world but for whose subjects and commitments are: void records own them, too.
  crypto::Digest effects = {};
  crypto::Digest reach = {};
  crypto::Digest fold = {};
  friend bool operator==(const StateDigests&, const StateDigests&) = default;
};
StateDigests DigestsOf(const Fold& fold);

// Everything that is final: a record can add to it, and none can change it. By name, as bytes.
using FinalFacts = std::map<std::string, std::string>;
FinalFacts FinalFactsOf(const World& world);
absl::Status CheckNothingFinalChanged(const FinalFacts& before, const FinalFacts& after);

// The votes that record `index` changed: nobody votes who may not, nobody twice, and the sums of
// tallies are those of the ballots. The rounds: as many ballots as were cast.
absl::Status CheckVotes(const World& world, uint64_t index);
absl::Status CheckRounds(const World& world);

// The reach of records only widens: the own reach of each stays as it was when it was new, a record
// that was opened stays open, and one that is not withheld any more never is again.
class ReachWatch {
 public:
  // `fold` has just folded its newest record. Looks at that one, and at some older ones.
  absl::Status Look(const Fold& fold, Dice& dice);

 private:
  struct Seen {
    Reach own;
    bool opened = false;
    bool withheld = false;
  };
  absl::Status LookAt(const Fold& fold, uint64_t index);

  std::vector<Seen> seen_;  // by record
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_INVARIANTS_H_
