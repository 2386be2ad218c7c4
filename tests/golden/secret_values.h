// Values of secret votes, for steps: what the machines of trustees and the devices of voters make.
// They are random, so that such a log is never made twice with the same bytes.
#ifndef VOTUM_TESTS_GOLDEN_SECRET_VALUES_H_
#define VOTUM_TESTS_GOLDEN_SECRET_VALUES_H_

#include "tests/golden/chronicle.h"
#include "tests/golden/values.h"

namespace votum::testing {

// For the ceremony "amtszeit" of sam, kim and eva, and the vote "geheim":
//   certificate TRUSTEE, trustee-contribution TRUSTEE, trustee-key TRUSTEE   the three rounds
//   electronic            fields of ElectronicBallots, new keys each time
//   credential VOTER      fields of a reference to a credential that the voter's device has made
//   credentials           fields that list the credentials of those who have registered
//   ballot VOTER NUMBER   a ballot for the answer of this number, from 0
//   decryption TRUSTEE    the part of the tally, also of "server"
// `chronicle` outlives them.
void AddSecretValues(Chronicle* chronicle, Values* values);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_SECRET_VALUES_H_
