// Puts a seeded generator in the place of OpenSSL's: the proofs of secret votes draw random numbers,
// and a run must give the same bytes each time.
#ifndef VOTUM_TESTS_SIMULATOR_SEEDED_RANDOM_H_
#define VOTUM_TESTS_SIMULATOR_SEEDED_RANDOM_H_

#include <cstdint>

namespace votum::simulator {

// From here on all random bytes of this process follow from `seed`. Only for test programs.
void SeedRandomness(uint64_t seed);

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_SEEDED_RANDOM_H_
