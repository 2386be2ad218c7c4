// Parts of VerifyBallot (ballot.h) that are cheap, for those who must know who made a ballot before
// they spend more on it.
#ifndef VOTUM_CRYPTO_ELECTION_VERIFY_BALLOT_H_
#define VOTUM_CRYPTO_ELECTION_VERIFY_BALLOT_H_

#include "absl/status/status.h"
#include "crypto/election/ballot.h"

namespace votum::election {

// OK if the ballot is signed by its credential, whatever it says. INVALID_ARGUMENT with reason
// WRONG_BALLOT_HASH, NOT_IN_GROUP or BAD_BALLOT_SIGNATURE.
absl::Status VerifyBallotSignature(const Ballot& ballot);

// All that VerifyBallot looks at before the proofs, in the same order: the election, the form, the
// signature. INVALID_ARGUMENT with reason WRONG_ELECTION or WRONG_SHAPE, or as above.
absl::Status VerifyBallotOwner(const Election& election, const Ballot& ballot);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_VERIFY_BALLOT_H_
