// Texts that are hashed both when ballots are made and when they are verified. Internal to this
// folder.
#ifndef VOTUM_CRYPTO_ELECTION_BALLOT_TEXT_H_
#define VOTUM_CRYPTO_ELECTION_BALLOT_TEXT_H_

#include <string>
#include <vector>

#include "crypto/election/ballot.h"

namespace votum::election {

// The ballot without its signature, which is the text that is hashed and signed.
std::string UnsignedText(const Ballot& ballot);

// S_0: fingerprint and credential.
std::string BallotContext(const std::string& election_hash, const Element& credential);

// S: S_0 and all choices of a question.
std::string AnswerContext(const std::string& ballot_context,
                          const std::vector<Ciphertext>& choices);

// The hash prefix of the proof that `ciphertext` is in an interval (section 4.12).
std::string IntervalPrefix(const std::string& context, const Ciphertext& ciphertext);

// The hash prefix of a ballot's signature.
std::string SignaturePrefix(const std::string& hash);

// The product of all choices, without "blank" where the question has it.
Ciphertext SumOfChoices(const Question& question, const std::vector<Ciphertext>& choices);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_BALLOT_TEXT_H_
