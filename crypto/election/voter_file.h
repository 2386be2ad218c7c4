// The single file that a voter's device keeps for a secret vote, encrypted under a passphrase.
#ifndef VOTUM_CRYPTO_ELECTION_VOTER_FILE_H_
#define VOTUM_CRYPTO_ELECTION_VOTER_FILE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/election/opening.h"
#include "crypto/election/scalar.h"
#include "crypto/secret.h"

namespace votum::election {

struct VoterSecrets {
  std::string election_uuid;
  Scalar secret;                      // of the credential
  std::vector<std::string> trackers;  // of ballots that were sent, in their order
  // A ballot that was made and is not known to have arrived; empty if there is none.
  std::string ballot;
  // The ballot's opening, kept only while the ballot may still be opened instead of cast; erased
  // before the ballot is sent.
  std::optional<BallotOpening> opening;
};

// As SaveTrusteeFile.
absl::Status SaveVoterFile(const std::string& path, const VoterSecrets& secrets,
                           const crypto::SecretBytes& passphrase, bool replace);

// NOT_FOUND; INVALID_ARGUMENT/NOT_A_VOTER_FILE, WRONG_PASSPHRASE (or the file was changed).
absl::StatusOr<VoterSecrets> LoadVoterFile(const std::string& path,
                                           const crypto::SecretBytes& passphrase);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_VOTER_FILE_H_
