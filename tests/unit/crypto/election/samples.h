// Archives that belenios-tool made (tests/data/belenios).
#ifndef VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLES_H_
#define VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLES_H_

namespace votum::election {

// 5 voters, three single trustees; made by belenios-tool 2.0.
inline constexpr char kSample2[] =
    VOTUM_BELENIOS_SAMPLES "/h-basic-BELENIOS-2048-n5-by-tool2.0.bel";
// 20 voters, a single trustee and two of three others; made by belenios-tool 3.3.
inline constexpr char kSample3[] =
    VOTUM_BELENIOS_SAMPLES "/h-threshold-BELENIOS-2048-n20-by-tool3.3.bel";

}  // namespace votum::election

#endif  // VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLES_H_
