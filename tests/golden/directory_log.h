// A golden log made by a program: every command of the directory, and a void record for each reason
// there is without a race. Made anew by script/golden, byte for byte the same.
#ifndef VOTUM_TESTS_GOLDEN_DIRECTORY_LOG_H_
#define VOTUM_TESTS_GOLDEN_DIRECTORY_LOG_H_

#include <string>

namespace votum::testing {

struct MadeLog {
  std::string vkey;     // with a newline
  std::string records;  // records.jsonl
};
MadeLog MakeDirectoryLog();

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_DIRECTORY_LOG_H_
