#include "crypto/election/verify_ballot.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/ballot.h"
#include "crypto/election/ballot_text.h"

namespace votum::election {
namespace {

absl::Status CheckShape(const Question& question, const Answer& answer, size_t number) {
  const bool fits = answer.choices.size() == question.choices() &&
                    answer.individual_proofs.size() == question.choices() &&
                    answer.blank_proof.empty() != question.blank;
  if (fits) return absl::OkStatus();
  return Refuse(Reason::kWrongShape,
                absl::StrCat("answer ", number, " has not the form that its question asks for"));
}

// An answer under verification.
class AnswerVerifier {
 public:
  AnswerVerifier(const Election& election, const Question& question, const Answer& answer,
                 const std::string& ballot_context)
      : key_(election.key()),
        question_(question),
        answer_(answer),
        ballot_context_(ballot_context),
        context_(AnswerContext(ballot_context, answer.choices)) {
    combs_.reserve(answer.choices.size());
    for (const Ciphertext& choice : answer.choices) combs_.emplace_back(choice);
  }

  absl::Status Verify(size_t number) const {
    for (size_t i = 0; i < combs_.size(); ++i) {
      const std::string place = absl::StrCat("choice ", i + 1, " of answer ", number);
      if (!combs_[i].AreMembers()) {
        return Refuse(Reason::kNotInGroup, absl::StrCat(place, " is not in the group"));
      }
      if (answer_.choices[i].alpha == Element()) {
        return Refuse(Reason::kNotEncrypted, absl::StrCat(place, " is there for all to read"));
      }
      if (!IsBit(i)) {
        return Refuse(Reason::kBadIndividualProof,
                      absl::StrCat(place, " is not proved to be 0 or 1"));
      }
    }
    const Ciphertext sum = SumOfChoices(question_, answer_.choices);
    const CiphertextCombs sum_combs(sum);
    if (question_.blank && !BlankExcludesChoices(sum_combs)) {
      return Refuse(Reason::kBadBlankProof,
                    absl::StrCat("answer ", number, " is not proved to be blank or not"));
    }
    if (!SumIsAllowed(sum, sum_combs)) {
      return Refuse(Reason::kBadOverallProof,
                    absl::StrCat("answer ", number, " is not proved to choose ", question_.min,
                                 " to ", question_.max));
    }
    return absl::OkStatus();
  }

 private:
  bool IsBit(size_t i) const {
    const std::string prefix = IntervalPrefix(ballot_context_, answer_.choices[i]);
    return VerifyOneOf(prefix, key_, {{&combs_[i], 0}, {&combs_[i], 1}},
                       answer_.individual_proofs[i]);
  }

  bool BlankExcludesChoices(const CiphertextCombs& sum) const {
    return VerifyOneOf(absl::StrCat("bproof0|", context_, "|"), key_, {{&combs_[0], 0}, {&sum, 0}},
                       answer_.blank_proof);
  }

  bool SumIsAllowed(const Ciphertext& sum, const CiphertextCombs& sum_combs) const {
    std::vector<Statement> statements;
    if (question_.blank) statements.push_back({&combs_[0], 1});
    for (uint64_t count = question_.min; count <= question_.max; ++count) {
      statements.push_back({&sum_combs, count});
    }
    const std::string prefix =
        question_.blank ? absl::StrCat("bproof1|", context_, "|") : IntervalPrefix(context_, sum);
    return VerifyOneOf(prefix, key_, statements, answer_.overall_proof);
  }

  const PowerTable& key_;
  const Question& question_;
  const Answer& answer_;
  const std::string& ballot_context_;
  std::string context_;
  std::vector<CiphertextCombs> combs_;
};

}  // namespace

absl::Status VerifyBallotSignature(const Ballot& ballot) {
  if (HashBase64(UnsignedText(ballot)) != ballot.hash) {
    return Refuse(Reason::kWrongBallotHash, "the ballot's hash is not that of its content");
  }
  const Comb credential(ballot.credential);
  if (!credential.BaseIsMember()) {
    return Refuse(Reason::kNotInGroup, "the ballot's credential is not in the group");
  }
  if (!VerifyLog(SignaturePrefix(ballot.hash), credential, ballot.signature)) {
    return Refuse(Reason::kBadBallotSignature, "the ballot is not signed by its credential");
  }
  return absl::OkStatus();
}

absl::Status VerifyBallotOwner(const Election& election, const Ballot& ballot) {
  if (ballot.election_uuid != election.uuid() || ballot.election_hash != election.fingerprint()) {
    return Refuse(Reason::kWrongElection, "the ballot is for another election");
  }
  const std::vector<Question>& questions = election.questions();
  if (ballot.answers.size() != questions.size()) {
    return Refuse(Reason::kWrongShape,
                  absl::StrCat("the ballot has ", ballot.answers.size(), " answers to ",
                               questions.size(), " questions"));
  }
  for (size_t i = 0; i < questions.size(); ++i) {
    RETURN_IF_ERROR(CheckShape(questions[i], ballot.answers[i], i + 1));
  }
  return VerifyBallotSignature(ballot);
}

absl::Status VerifyBallot(const Election& election, const Ballot& ballot) {
  // The cheapest checks first.
  RETURN_IF_ERROR(VerifyBallotOwner(election, ballot));
  const std::vector<Question>& questions = election.questions();
  const std::string context = BallotContext(ballot.election_hash, ballot.credential);
  for (size_t i = 0; i < questions.size(); ++i) {
    const AnswerVerifier verifier(election, questions[i], ballot.answers[i], context);
    RETURN_IF_ERROR(verifier.Verify(i + 1));
  }
  return absl::OkStatus();
}

}  // namespace votum::election
