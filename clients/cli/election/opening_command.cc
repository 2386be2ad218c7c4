#include "clients/cli/election/opening_command.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "crypto/election/opening.h"

namespace votum::cli {
namespace {

using election::Question;

// A file without its final line break, which is not part of the hashed text.
absl::StatusOr<std::string> ReadText(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, election::kMaxBallotBytes));
  return std::string(absl::StripSuffix(text, "\n"));
}

// The answers chosen, quoted, so that their text cannot look like our output.
std::string InWords(const Question& question, const std::vector<uint8_t>& choices) {
  std::vector<std::string> chosen;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (choices[i] == 0) continue;
    chosen.push_back(question.blank && i == 0
                         ? "(blank)"
                         : election::JsonString(question.answers[i - (question.blank ? 1 : 0)]));
  }
  return chosen.empty() ? "(none)" : absl::StrJoin(chosen, ", ");
}

}  // namespace

absl::StatusOr<std::string> RunCheckOpening(const OpeningArguments& arguments) {
  ASSIGN_OR_RETURN(const std::string election_json, ReadText(arguments.election));
  ASSIGN_OR_RETURN(const std::string ballot_json, ReadText(arguments.ballot));
  ASSIGN_OR_RETURN(const std::string opening_json, ReadText(arguments.opening));
  ASSIGN_OR_RETURN(const election::Election read, election::Election::Parse(election_json));
  ASSIGN_OR_RETURN(const election::BallotOpening opening, election::ParseOpening(opening_json));
  RETURN_IF_ERROR(election::CheckOpening(read, ballot_json, opening));
  std::string text;
  for (size_t i = 0; i < opening.choices.size(); ++i) {
    const Question& question = read.questions()[i];
    absl::StrAppend(&text, election::JsonString(question.text), "\n  ",
                    InWords(question, opening.choices[i]), "\n");
  }
  return absl::StrCat(text, "The ballot with the tracker ", opening.tracker,
                      " says exactly this. Never cast it.\n");
}

}  // namespace votum::cli
