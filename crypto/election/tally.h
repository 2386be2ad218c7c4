// From ballots to the result: the encrypted tally, which anybody can compute, the trustees' partial
// decryptions of it, and the resulting numbers.
//
// Source: specification of Belenios 2.0, sections 4.16, 4.18, 4.19.
//
//   const EncryptedTally tally = Tally(election, LastOfEach(ballots));    // after the last ballot
//   PartialDecryption part = Decrypt(election, tally, secret);            // each trustee, alone
//   RETURN_IF_ERROR(VerifyDecryption(election, tally, trustees.KeyOf(owner), part));
//   ASSIGN_OR_RETURN(Result result, CombineResult(trustees, tally, parts, total_weight));
#ifndef VOTUM_CRYPTO_ELECTION_TALLY_H_
#define VOTUM_CRYPTO_ELECTION_TALLY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/ballot.h"
#include "crypto/election/election.h"
#include "crypto/election/proofs.h"
#include "crypto/election/trustees.h"

namespace votum::election {

// The largest total weight that results are searched up to.
inline constexpr uint64_t kMaxTotalWeight = uint64_t{1} << 32;

// A credential's last ballot, the one that counts.
struct CountedBallot {
  const Ballot* ballot = nullptr;
  uint64_t weight = 1;
};

// The last ballot of each credential, with weight 1, in the order in which these were cast.
std::vector<CountedBallot> LastOfEach(absl::Span<const Ballot> ballots);

// For each question, for each choice, the encryption of its sum.
using EncryptedTally = std::vector<std::vector<Ciphertext>>;

// The tally of verified ballots.
EncryptedTally Tally(const Election& election, absl::Span<const CountedBallot> ballots);

std::string FormatTally(const EncryptedTally& tally);
// Checks the range of the numbers, but not that they are in the group: for a tally that was
// recomputed from ballots. INVALID_ARGUMENT/BAD_JSON.
absl::StatusOr<EncryptedTally> ParseTallyUnchecked(absl::string_view json);

// One trustee's part of the decryption.
struct PartialDecryption {
  std::vector<std::vector<Element>> factors;
  std::vector<std::vector<Proof>> proofs;
};

// Decrypts with the trustee's secret, in constant time. Pass only a tally recomputed from the
// ballots of a closed election: trustees who decrypt any tally they are handed can be made to open
// a single ballot.
PartialDecryption Decrypt(const Election& election, const EncryptedTally& tally,
                          const Scalar& secret);

std::string FormatDecryption(const PartialDecryption& decryption);

// INVALID_ARGUMENT/BAD_JSON, NOT_IN_GROUP, NOT_A_SCALAR.
absl::StatusOr<PartialDecryption> ParseDecryption(absl::string_view json);

// INVALID_ARGUMENT with reason WRONG_SHAPE or BAD_DECRYPTION_PROOF unless `decryption` decrypts
// `tally` and was made by the trustee with this public key.
absl::Status VerifyDecryption(const Election& election, const EncryptedTally& tally,
                              const Element& public_key, const PartialDecryption& decryption);

// Verified decryptions by the number of the trustee.
using Decryptions = std::map<uint64_t, PartialDecryption>;

// For each question and choice, the total weight of the ballots that chose it.
using Result = std::vector<std::vector<uint64_t>>;

// FAILED_PRECONDITION/TOO_FEW_DECRYPTIONS if a single trustee or too many trustees of a threshold
// group are missing; OUT_OF_RANGE/RESULT_OUT_OF_RANGE if a number is not from 0 to `total_weight`,
// which cannot happen to verified data.
absl::StatusOr<Result> CombineResult(const Trustees& trustees, const EncryptedTally& tally,
                                     const Decryptions& decryptions, uint64_t total_weight);

// Checks, without any search, that the decryptions open the tally to `result`. Errors as
// CombineResult; INVALID_ARGUMENT/WRONG_RESULT if they do not.
absl::Status VerifyResult(const Trustees& trustees, const EncryptedTally& tally,
                          const Decryptions& decryptions, const Result& result);

// {"result":[[n,…],…]}
std::string FormatResult(const Result& result);
absl::StatusOr<Result> ParseResult(absl::string_view json);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_TALLY_H_
