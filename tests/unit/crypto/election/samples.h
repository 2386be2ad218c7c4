// Archives that belenios-tool made, which tests read where they are at hand.
#ifndef VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLES_H_
#define VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLES_H_

#include <filesystem>
#include <string>

#include "base/file.h"

namespace votum::election {

// Of 5 voters and three single trustees, by belenios-tool 2.0.
inline constexpr char kSample2[] =
    VOTUM_BELENIOS_SAMPLES "/h-basic-BELENIOS-2048-n5-by-tool2.0.bel";
// Of 20 voters, a single trustee and two of three others, by belenios-tool 3.3.
inline constexpr char kSample3[] =
    VOTUM_BELENIOS_SAMPLES "/h-threshold-BELENIOS-2048-n20-by-tool3.3.bel";

inline bool HaveSamples() {
  return std::filesystem::exists(kSample2) && std::filesystem::exists(kSample3);
}

#define SKIP_WITHOUT_SAMPLES() \
  if (!HaveSamples()) GTEST_SKIP() << "no sample archives in " VOTUM_BELENIOS_SAMPLES

}  // namespace votum::election

#endif  // VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLES_H_
