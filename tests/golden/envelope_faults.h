// Records that no honest service appends, because of what surrounds their command.
#ifndef VOTUM_TESTS_GOLDEN_ENVELOPE_FAULTS_H_
#define VOTUM_TESTS_GOLDEN_ENVELOPE_FAULTS_H_

#include "tests/golden/chronicle.h"

namespace votum::testing {

// Appends one for each reason: bad and missing signatures, a wrong service, a wrong deployment, a
// validity that is too long, a command id given twice, what does not parse or is not known.
void AddEnvelopeFaults(Chronicle* chronicle);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_ENVELOPE_FAULTS_H_
