// Ballots: made by a voter's device, verified by everybody.
//
// Source: specification of Belenios 2.0, sections 4.11 to 4.15.
//
//   const Credential credential = MakeCredential();            // on the voter's device
//   ASSIGN_OR_RETURN(Ballot ballot, MakeBallot(election, credential, {{1, 0, 0}}));
//   const std::string bytes = FormatBallot(ballot);            // the text to cast
//   ...
//   ASSIGN_OR_RETURN(Ballot received, ParseBallot(bytes));     // on every recipient's side
//   RETURN_IF_ERROR(VerifyBallot(election, received));
#ifndef VOTUM_CRYPTO_ELECTION_BALLOT_H_
#define VOTUM_CRYPTO_ELECTION_BALLOT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/election/credential.h"
#include "crypto/election/election.h"
#include "crypto/election/proofs.h"

namespace votum::election {

inline constexpr size_t kMaxBallotBytes = size_t{4} << 20;

// The encrypted answer to one question, with the proofs that it is allowed.
struct Answer {
  std::vector<Ciphertext> choices;                    // Question::choices() of them
  std::vector<std::vector<Proof>> individual_proofs;  // of each choice: it is 0 or 1
  std::vector<Proof> overall_proof;                   // the sum is min..max, or it is blank
  std::vector<Proof> blank_proof;                     // blank excludes choices; 2, or none
};

struct Ballot {
  std::string election_uuid;
  std::string election_hash;  // Election::fingerprint()
  Element credential;         // the voter's public credential
  std::vector<Answer> answers;
  std::string hash;  // HashBase64 of the ballot without its signature
  Proof signature;   // of `hash`, by the credential
};

// The voter's answers: for each question, 0 or 1 for each choice in order, "blank" first where the
// question has it. Secret.
using Choices = std::vector<std::vector<uint8_t>>;

// INVALID_ARGUMENT/BAD_CHOICES unless `choices` is a permitted answer to the questions.
absl::Status CheckChoices(const Election& election, const Choices& choices);

// Makes a ballot with these choices. Its maker could later prove the vote; revoting makes a new
// ballot, and the last one counts. Errors as CheckChoices. opening.h makes ballots that can be
// audited.
absl::StatusOr<Ballot> MakeBallot(const Election& election, const Credential& credential,
                                  const Choices& choices);

// The canonical JSON text of a ballot.
std::string FormatBallot(const Ballot& ballot);

// INVALID_ARGUMENT with reason
//   BAD_JSON, NOT_A_SCALAR, NOT_IN_GROUP   malformed
//   BALLOT_NOT_CANONICAL                   not the text that FormatBallot gives; one ballot must
//                                          not appear under two trackers
absl::StatusOr<Ballot> ParseBallot(absl::string_view json);

// OK if the ballot is for this election, its numbers are in the group, all its proofs hold and it
// is signed by its credential. Whether that credential may vote, and whether the same ballot was
// cast before, is for the caller to check. INVALID_ARGUMENT with reason WRONG_ELECTION,
// WRONG_SHAPE, NOT_IN_GROUP, NOT_ENCRYPTED, BAD_INDIVIDUAL_PROOF, BAD_OVERALL_PROOF,
// BAD_BLANK_PROOF, WRONG_BALLOT_HASH or BAD_BALLOT_SIGNATURE.
absl::Status VerifyBallot(const Election& election, const Ballot& ballot);

// The tracker by which voters find their ballot in the published list: HashBase64 of its text.
std::string Tracker(absl::string_view ballot_json);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_BALLOT_H_
