// Commands that are nearly right: one thing in a good command is wrong in a way that needs knowledge
// of the state. Whatever a change of a single field does is tried by tests/golden/spoiled.h.
#ifndef VOTUM_TESTS_SIMULATOR_VARIATIONS_H_
#define VOTUM_TESTS_SIMULATOR_VARIATIONS_H_

#include <vector>

#include "tests/simulator/draft.h"
#include "tests/simulator/scene.h"

namespace votum::simulator {

// `good` with each of the faults that there are for its type, as far as the state knows what they
// need: a key that was revoked, a code of somebody else. Most are refused, each for its own reason.
std::vector<Draft> VariationsOf(Scene& scene, const Draft& good);

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_VARIATIONS_H_
