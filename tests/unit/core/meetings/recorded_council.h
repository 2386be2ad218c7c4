// The log of a council for tests, so that services can be shown what a `Council` went through.
#ifndef VOTUM_TESTS_UNIT_CORE_MEETINGS_RECORDED_COUNCIL_H_
#define VOTUM_TESTS_UNIT_CORE_MEETINGS_RECORDED_COUNCIL_H_

#include <string>

#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {

// Appends to `log` whatever `council` was given, at the same times. The council's administrator,
// "amt", is the log's "anna". A person has a key from their first command on; commands that nobody
// signs, such as secret ballots, cannot be recorded.
void RecordCouncil(const Council& council, testing::SmallLog& log);

// Registers "petra", the auditor, with a key.
void AddAuditor(testing::SmallLog& log);

}  // namespace votum::meetings

#endif  // VOTUM_TESTS_UNIT_CORE_MEETINGS_RECORDED_COUNCIL_H_
