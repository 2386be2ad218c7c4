// The steps of a golden log, as text (*.steps): each a person and a command in protobuf's text form.
//
//   # a comment
//   vera: OpenMeeting meeting_id: "sitzung"
//   m1 m2: CheckIn meeting_id: "sitzung" person_id: "$each"      # each of them gives it
//   anna | kai kim: RegisterPerson person_id: "$each"            # anna gives it for each of them
//   anna+bert: GrantOffice person_id: "kai" ...                  # anna gives the act, bert confirms it
//   m3?: CastVote meeting_id: "sitzung" ...                      # is signed here, and comes too late
//   wait 480h
//   wait until 2026-11-01T22:58:00Z
//   clock stops at 2h                  # of the ledger; the signers' clocks are 2 hours ahead of it
//   clock starts at 2h                 # 2 hours after the last record
//
// A line that begins with a blank continues the one before. "${NAME ARGUMENT}" stands for a value
// that is computed when the step is reached: values.h.
#ifndef VOTUM_TESTS_GOLDEN_STEPS_H_
#define VOTUM_TESTS_GOLDEN_STEPS_H_

#include <string>

#include "absl/status/status.h"
#include "tests/golden/chronicle.h"
#include "tests/golden/values.h"

namespace votum::testing {

// Takes the steps in the file at `path`. An error names the line, and says why its command is not
// in effect.
absl::Status TakeSteps(const std::string& path, const Values& values, Chronicle* chronicle);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_STEPS_H_
