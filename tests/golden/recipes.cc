#include "tests/golden/recipes.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "clients/audit/archive.h"
#include "crypto/commitment.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "crypto/record_leaf.h"
#include "tests/golden/envelope_faults.h"
#include "tests/golden/secret_values.h"
#include "tests/golden/steps.h"
#include "tests/golden/values.h"

namespace votum::testing {
namespace {

absl::StatusOr<MadeLog> Export(const SmallLog& log) {
  MadeLog made;
  ASSIGN_OR_RETURN(const crypto::NoteVerifier key,
                   crypto::NoteVerifier::Create(kSmallDeployment, log.log_key()));
  made.vkey = key.vkey() + "\n";
  uint64_t index = 0;
  for (const std::string& record : log.records()) {
    const crypto::Salt salt = SaltOf(index);
    const crypto::Digest leaf = crypto::RecordLeaf(crypto::AsBytes(salt), record);
    absl::StrAppend(&made.records,
                    audit::FormatEntry({index, std::string(crypto::AsBytes(leaf)),
                                        std::string(crypto::AsBytes(salt)), record}),
                    "\n");
    ++index;
  }
  return made;
}

}  // namespace

const std::vector<Recipe>& Recipes() {
  static const auto* const kTown =
      new std::vector<std::string>{"1-people",      "2-ideas",     "3-papers",   "4-meetings",
                                   "5-proceedings", "6-decisions", "7-projects", "8-farewell"};
  static const auto* const kAttestedTown = [] {
    auto* steps = new std::vector<std::string>(*kTown);
    steps->insert(steps->begin() + 1, "1-attestation");
    return steps;
  }();
  static const auto* const kRecipes = new std::vector<Recipe>{
      {"town", Voids::kRaces, *kAttestedTown},
      {"faults", Voids::kFaults, *kTown},
      {"secret-vote", Voids::kRaces, {"1-people", "9-secret"}, /*secret=*/true},
  };
  return *kRecipes;
}

absl::StatusOr<MadeLog> Make(const Recipe& recipe, const std::string& golden) {
  Chronicle chronicle(recipe.voids);
  Values values = TownValues(&chronicle);
  if (recipe.secret) AddSecretValues(&chronicle, &values);
  if (recipe.voids == Voids::kFaults) AddEnvelopeFaults(&chronicle);
  for (const std::string& steps : recipe.steps) {
    RETURN_IF_ERROR(
        TakeSteps(absl::StrCat(golden, "/steps/", steps, ".steps"), values, &chronicle));
  }
  return Export(chronicle.log());
}

}  // namespace votum::testing
