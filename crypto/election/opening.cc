#include "crypto/election/opening.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

absl::StatusOr<std::vector<JsonView>> Lists(const JsonView& json, absl::string_view name) {
  ASSIGN_OR_RETURN(const JsonView member, json.Member(name));
  return member.Items(1, kMaxQuestions);
}

bool HasShape(const Election& election, const BallotOpening& opening) {
  const std::vector<Question>& questions = election.questions();
  if (opening.choices.size() != questions.size() || opening.randomness.size() != questions.size()) {
    return false;
  }
  for (size_t i = 0; i < questions.size(); ++i) {
    if (opening.choices[i].size() != questions[i].choices() ||
        opening.randomness[i].size() != questions[i].choices()) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string FormatOpening(const BallotOpening& opening) {
  const auto choices = [](std::string* text, const std::vector<uint8_t>& answer) {
    absl::StrAppend(text, "[", absl::StrJoin(answer, ","), "]");
  };
  const auto number = [](std::string* text, const Scalar& random) {
    absl::StrAppend(text, "\"", random.ToDecimal(), "\"");
  };
  const auto numbers = [&number](std::string* text, const std::vector<Scalar>& answer) {
    absl::StrAppend(text, "[", absl::StrJoin(answer, ",", number), "]");
  };
  return absl::StrCat("{\"uuid\":", JsonString(opening.election_uuid),
                      ",\"election_hash\":", JsonString(opening.election_hash),
                      ",\"tracker\":", JsonString(opening.tracker), ",\"choices\":[",
                      absl::StrJoin(opening.choices, ",", choices), "],\"randomness\":[",
                      absl::StrJoin(opening.randomness, ",", numbers), "]}");
}

absl::StatusOr<BallotOpening> ParseOpening(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json, kMaxBallotBytes));
  const JsonView view(document, "opening");
  RETURN_IF_ERROR(view.HasOnly({"uuid", "election_hash", "tracker", "choices", "randomness"}));
  BallotOpening opening;
  ASSIGN_OR_RETURN(opening.election_uuid, view.Text("uuid"));
  ASSIGN_OR_RETURN(opening.election_hash, view.Text("election_hash"));
  ASSIGN_OR_RETURN(opening.tracker, view.Text("tracker"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> choices, Lists(view, "choices"));
  for (const JsonView& answer : choices) {
    ASSIGN_OR_RETURN(const std::vector<JsonView> items, answer.Items(1, kMaxAnswers + 1));
    std::vector<uint8_t>& chosen = opening.choices.emplace_back();
    for (const JsonView& item : items) {
      ASSIGN_OR_RETURN(const uint64_t choice, item.Integer(1));
      chosen.push_back(static_cast<uint8_t>(choice));
    }
  }
  ASSIGN_OR_RETURN(const std::vector<JsonView> randomness, Lists(view, "randomness"));
  for (const JsonView& answer : randomness) {
    ASSIGN_OR_RETURN(const std::vector<JsonView> items, answer.Items(1, kMaxAnswers + 1));
    std::vector<Scalar>& numbers = opening.randomness.emplace_back();
    for (const JsonView& item : items) {
      ASSIGN_OR_RETURN(const absl::string_view digits, item.String());
      ASSIGN_OR_RETURN(numbers.emplace_back(), Scalar::FromDecimal(digits));
    }
  }
  return opening;
}

absl::Status CheckOpening(const Election& election, absl::string_view ballot_json,
                          const BallotOpening& opening) {
  if (opening.election_uuid != election.uuid() || opening.election_hash != election.fingerprint()) {
    return Refuse(Reason::kWrongElection, "the opening is for another election");
  }
  if (opening.tracker != Tracker(ballot_json)) {
    return Refuse(Reason::kWrongTracker, absl::StrCat("the opening is of ballot ", opening.tracker,
                                                      "; this is ballot ", Tracker(ballot_json)));
  }
  ASSIGN_OR_RETURN(const Ballot ballot, ParseBallot(ballot_json));
  RETURN_IF_ERROR(VerifyBallot(election, ballot));
  if (!HasShape(election, opening)) {
    return Refuse(Reason::kWrongShape,
                  "the opening has not one choice and one number for each ciphertext");
  }
  for (size_t i = 0; i < opening.choices.size(); ++i) {
    for (size_t j = 0; j < opening.choices[i].size(); ++j) {
      const Ciphertext encrypted =
          Encrypt(election.key(), Scalar(opening.choices[i][j]), opening.randomness[i][j]);
      if (encrypted == ballot.answers[i].choices[j]) continue;
      return Refuse(Reason::kWrongOpening,
                    absl::StrCat("answer ", i + 1, ": the ballot does not encrypt choice ", j + 1,
                                 " as the opening says: do not trust the device that made it"));
    }
  }
  return absl::OkStatus();
}

}  // namespace votum::election
