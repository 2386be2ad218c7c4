// How golden logs are made: by script/golden, and by the test that compares their bytes.
#ifndef VOTUM_TESTS_GOLDEN_RECIPES_H_
#define VOTUM_TESTS_GOLDEN_RECIPES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/golden/chronicle.h"

namespace votum::testing {

struct Recipe {
  std::string folder;              // in tests/golden
  Voids voids;                     // that are added to its steps
  std::vector<std::string> steps;  // names of files in tests/golden/steps
  bool secret = false;             // has the values of secret votes, and new bytes each time
};

const std::vector<Recipe>& Recipes();

struct MadeLog {
  std::string vkey;     // with a newline
  std::string records;  // records.jsonl
};

// `golden` is the folder tests/golden. An error names the step that is not in effect.
absl::StatusOr<MadeLog> Make(const Recipe& recipe, const std::string& golden);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_RECIPES_H_
