#include "crypto/election/ballot.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/ballot_text.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

std::string FormatAnswer(const Answer& answer) {
  const auto ciphertext = [](std::string* text, const Ciphertext& choice) {
    *text += FormatCiphertext(choice);
  };
  const auto proofs = [](std::string* text, const std::vector<Proof>& proof) {
    *text += FormatProofs(proof);
  };
  std::string text = absl::StrCat("{\"choices\":[", absl::StrJoin(answer.choices, ",", ciphertext),
                                  "],\"individual_proofs\":[",
                                  absl::StrJoin(answer.individual_proofs, ",", proofs),
                                  "],\"overall_proof\":", FormatProofs(answer.overall_proof));
  if (!answer.blank_proof.empty()) {
    absl::StrAppend(&text, ",\"blank_proof\":", FormatProofs(answer.blank_proof));
  }
  return text + "}";
}

absl::StatusOr<Answer> ParseAnswer(const JsonView& json) {
  RETURN_IF_ERROR(json.HasOnly({"choices", "individual_proofs", "overall_proof", "blank_proof"}));
  Answer answer;
  ASSIGN_OR_RETURN(const JsonView choices, json.Member("choices"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> ciphertexts, choices.Items(1, kMaxAnswers + 1));
  for (const JsonView& ciphertext : ciphertexts) {
    ASSIGN_OR_RETURN(answer.choices.emplace_back(), ParseCiphertextUnchecked(ciphertext));
  }
  ASSIGN_OR_RETURN(const JsonView individual, json.Member("individual_proofs"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> proofs, individual.Items(1, kMaxAnswers + 1));
  for (const JsonView& proof : proofs) {
    ASSIGN_OR_RETURN(answer.individual_proofs.emplace_back(), ParseProofs(proof, 2, 2));
  }
  ASSIGN_OR_RETURN(const JsonView overall, json.Member("overall_proof"));
  ASSIGN_OR_RETURN(answer.overall_proof, ParseProofs(overall, 1, kMaxAnswers + 2));
  if (json.Has("blank_proof")) {
    ASSIGN_OR_RETURN(const JsonView blank, json.Member("blank_proof"));
    ASSIGN_OR_RETURN(answer.blank_proof, ParseProofs(blank, 2, 2));
  }
  return answer;
}

absl::Status ParseSignature(const JsonView& json, Ballot* ballot) {
  RETURN_IF_ERROR(json.HasOnly({"hash", "proof"}));
  ASSIGN_OR_RETURN(ballot->hash, json.Text("hash"));
  ASSIGN_OR_RETURN(const JsonView proof, json.Member("proof"));
  ASSIGN_OR_RETURN(ballot->signature, ParseProof(proof));
  return absl::OkStatus();
}

// The ballot's text without its closing brace.
std::string OpenText(const Ballot& ballot) {
  const auto format = [](std::string* text, const Answer& answer) {
    *text += FormatAnswer(answer);
  };
  return absl::StrCat("{\"election_uuid\":", JsonString(ballot.election_uuid),
                      ",\"election_hash\":", JsonString(ballot.election_hash), ",\"credential\":\"",
                      ballot.credential.ToDecimal(), "\",\"answers\":[",
                      absl::StrJoin(ballot.answers, ",", format), "]");
}

}  // namespace

std::string UnsignedText(const Ballot& ballot) { return OpenText(ballot) + "}"; }

std::string BallotContext(const std::string& election_hash, const Element& credential) {
  return absl::StrCat(election_hash, "|", credential.ToDecimal());
}

std::string AnswerContext(const std::string& ballot_context,
                          const std::vector<Ciphertext>& choices) {
  const auto numbers = [](std::string* text, const Ciphertext& choice) {
    absl::StrAppend(text, choice.alpha.ToDecimal(), ",", choice.beta.ToDecimal());
  };
  return absl::StrCat(ballot_context, "|", absl::StrJoin(choices, ",", numbers));
}

std::string IntervalPrefix(const std::string& context, const Ciphertext& ciphertext) {
  return absl::StrCat("prove|", context, "|", ciphertext.alpha.ToDecimal(), ",",
                      ciphertext.beta.ToDecimal(), "|");
}

std::string SignaturePrefix(const std::string& hash) { return absl::StrCat("sig|", hash, "|"); }

Ciphertext SumOfChoices(const Question& question, const std::vector<Ciphertext>& choices) {
  const size_t first = question.blank ? 1 : 0;
  Ciphertext sum = choices[first];
  for (size_t i = first + 1; i < choices.size(); ++i) sum = sum * choices[i];
  return sum;
}

std::string FormatBallot(const Ballot& ballot) {
  return absl::StrCat(OpenText(ballot), ",\"signature\":{\"hash\":", JsonString(ballot.hash),
                      ",\"proof\":", FormatProof(ballot.signature), "}}");
}

absl::StatusOr<Ballot> ParseBallot(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json, kMaxBallotBytes));
  const JsonView view(document, "ballot");
  RETURN_IF_ERROR(
      view.HasOnly({"election_uuid", "election_hash", "credential", "answers", "signature"}));
  Ballot ballot;
  ASSIGN_OR_RETURN(ballot.election_uuid, view.Text("election_uuid"));
  ASSIGN_OR_RETURN(ballot.election_hash, view.Text("election_hash"));
  ASSIGN_OR_RETURN(const std::string credential, view.Text("credential"));
  ASSIGN_OR_RETURN(ballot.credential, Element::FromDecimalUnchecked(credential));
  ASSIGN_OR_RETURN(const JsonView answers, view.Member("answers"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, answers.Items(1, kMaxQuestions));
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(ballot.answers.emplace_back(), ParseAnswer(item));
  }
  ASSIGN_OR_RETURN(const JsonView signature, view.Member("signature"));
  RETURN_IF_ERROR(ParseSignature(signature, &ballot));
  if (FormatBallot(ballot) != json) {
    return Refuse(Reason::kBallotNotCanonical,
                  "the ballot is not written as Belenios writes ballots");
  }
  return ballot;
}

std::string Tracker(absl::string_view ballot_json) { return HashBase64(ballot_json); }

}  // namespace votum::election
