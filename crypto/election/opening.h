// Cast or audit (Benaloh, EVT '06): a device that has made a ballot, and shown its tracker, either
// casts it or opens it. Opened, it tells the random numbers by which anybody can encrypt the same
// choices again and see that the ballot says what the voter wanted. A device that cheats does not
// know beforehand which it will be. An opened ballot is never cast, because its opening reveals the
// vote. The voter then makes another ballot.
//
// Opening and opened ballot are for the voter's other device only; before the decision the server
// sees at most the tracker. The opened ballot is complete and signed, so a dishonest server could
// still cast it.
//
//   BallotOpening opening;
//   ASSIGN_OR_RETURN(const Ballot ballot, MakeBallot(election, credential, choices, &opening));
//   // Either the ballot is cast and the opening forgotten, or, on another device:
//   RETURN_IF_ERROR(CheckOpening(election, FormatBallot(ballot), opening));
//
// share/check-opening.py is another implementation of the check.
#ifndef VOTUM_CRYPTO_ELECTION_OPENING_H_
#define VOTUM_CRYPTO_ELECTION_OPENING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/election/ballot.h"
#include "crypto/election/credential.h"
#include "crypto/election/election.h"
#include "crypto/election/scalar.h"

namespace votum::election {

// The contents of a ballot. Secret until the ballot can certainly never be cast.
struct BallotOpening {
  std::string election_uuid;
  std::string election_hash;  // Election::fingerprint()
  std::string tracker;        // of the ballot
  Choices choices;
  std::vector<std::vector<Scalar>> randomness;  // r of each ciphertext (g^r, y^r g^choice)
};

// A ballot and its opening. Errors as CheckChoices.
absl::StatusOr<Ballot> MakeBallot(const Election& election, const Credential& credential,
                                  const Choices& choices, BallotOpening* opening);

// {"uuid":"…","election_hash":"…","tracker":"…","choices":[[1,0],…],"randomness":[["…","…"],…]}
std::string FormatOpening(const BallotOpening& opening);
// INVALID_ARGUMENT with reason BAD_JSON, NOT_A_SCALAR.
absl::StatusOr<BallotOpening> ParseOpening(absl::string_view json);

// OK if the ballot would have been accepted and encrypts exactly opening.choices. INVALID_ARGUMENT
// with reason
//   WRONG_ELECTION   the opening is for another election
//   WRONG_TRACKER    the opening is for another ballot
//   WRONG_SHAPE      not one choice and one random number for each ciphertext
//   WRONG_OPENING    a ciphertext encrypts something else: the device cheats
// or those of ParseBallot and VerifyBallot.
absl::Status CheckOpening(const Election& election, absl::string_view ballot_json,
                          const BallotOpening& opening);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_OPENING_H_
