#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/ballot.h"
#include "crypto/election/ballot_text.h"
#include "crypto/election/opening.h"

namespace votum::election {
namespace {

// The secrets behind one encrypted number, known only to the voter's device.
struct Secret {
  Scalar message;
  Scalar randomness;
};

SecretStatement Encrypts(const Secret& secret, uint64_t target) {
  return {secret.randomness, secret.message, target};
}

Answer MakeAnswer(const Election& election, const Question& question,
                  const std::vector<uint8_t>& choices, const std::string& ballot_context,
                  std::vector<Scalar>* randomness) {
  Answer answer;
  std::vector<Secret> secrets;
  Secret sum;
  for (size_t i = 0; i < choices.size(); ++i) {
    const Secret& secret = secrets.emplace_back(Secret{Scalar(choices[i]), Scalar::Random()});
    randomness->push_back(secret.randomness);
    answer.choices.push_back(Encrypt(election.key(), secret.message, secret.randomness));
    answer.individual_proofs.push_back(
        ProveOneOf(IntervalPrefix(ballot_context, answer.choices.back()), election.key(),
                   {Encrypts(secret, 0), Encrypts(secret, 1)}));
    if (i == 0 && question.blank) continue;
    sum.message += secret.message;
    sum.randomness += secret.randomness;
  }
  const std::string context = AnswerContext(ballot_context, answer.choices);
  std::vector<SecretStatement> allowed;
  std::string prefix = absl::StrCat("bproof1|", context, "|");
  if (question.blank) {
    answer.blank_proof = ProveOneOf(absl::StrCat("bproof0|", context, "|"), election.key(),
                                    {Encrypts(secrets[0], 0), Encrypts(sum, 0)});
    allowed.push_back(Encrypts(secrets[0], 1));
  } else {
    prefix = IntervalPrefix(context, SumOfChoices(question, answer.choices));
  }
  for (uint64_t count = question.min; count <= question.max; ++count) {
    allowed.push_back(Encrypts(sum, count));
  }
  answer.overall_proof = ProveOneOf(prefix, election.key(), allowed);
  return answer;
}

absl::Status CheckAnswer(const Question& question, const std::vector<uint8_t>& choices,
                         size_t number) {
  const auto bad = [number](absl::string_view why) {
    return Refuse(Reason::kBadChoices, absl::StrCat("answer ", number, " ", why));
  };
  if (choices.size() != question.choices()) {
    return bad(absl::StrCat("has ", choices.size(), " choices instead of ", question.choices()));
  }
  for (const uint8_t choice : choices) {
    if (choice > 1) return bad("has a choice that is neither 0 nor 1");
  }
  const bool blank = question.blank && choices[0] == 1;
  const uint64_t chosen = std::accumulate(choices.begin(), choices.end(), uint64_t{0}) - blank;
  if (blank && chosen > 0) return bad("is blank and chooses");
  if (!blank && (chosen < question.min || chosen > question.max)) {
    return bad(absl::StrCat("does not choose ", question.min, " to ", question.max));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckChoices(const Election& election, const Choices& choices) {
  const std::vector<Question>& questions = election.questions();
  if (choices.size() != questions.size()) {
    return Refuse(Reason::kBadChoices,
                  absl::StrCat(choices.size(), " answers to ", questions.size(), " questions"));
  }
  for (size_t i = 0; i < questions.size(); ++i) {
    RETURN_IF_ERROR(CheckAnswer(questions[i], choices[i], i + 1));
  }
  return absl::OkStatus();
}

absl::StatusOr<Ballot> MakeBallot(const Election& election, const Credential& credential,
                                  const Choices& choices) {
  BallotOpening forgotten;
  return MakeBallot(election, credential, choices, &forgotten);
}

absl::StatusOr<Ballot> MakeBallot(const Election& election, const Credential& credential,
                                  const Choices& choices, BallotOpening* opening) {
  RETURN_IF_ERROR(CheckChoices(election, choices));
  Ballot ballot;
  ballot.election_uuid = election.uuid();
  ballot.election_hash = election.fingerprint();
  ballot.credential = credential.public_key;
  const std::string context = BallotContext(ballot.election_hash, ballot.credential);
  std::vector<std::vector<Scalar>> randomness;
  for (size_t i = 0; i < choices.size(); ++i) {
    ballot.answers.push_back(MakeAnswer(election, election.questions()[i], choices[i], context,
                                        &randomness.emplace_back()));
  }
  ballot.hash = HashBase64(UnsignedText(ballot));
  ballot.signature = ProveLog(SignaturePrefix(ballot.hash), credential.secret);
  *opening = {ballot.election_uuid, ballot.election_hash, Tracker(FormatBallot(ballot)), choices,
              std::move(randomness)};
  return ballot;
}

}  // namespace votum::election
