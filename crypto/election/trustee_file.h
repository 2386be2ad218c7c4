// The single secret file of a trustee, encrypted under a passphrase.
#ifndef VOTUM_CRYPTO_ELECTION_TRUSTEE_FILE_H_
#define VOTUM_CRYPTO_ELECTION_TRUSTEE_FILE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/scalar.h"
#include "crypto/secret.h"

namespace votum::election {

struct TrusteeSecrets {
  // The ceremony, the trustee's place in it, and the trustee's identity. Zeros and empty for a
  // single trustee.
  CertificateContext ceremony;
  std::optional<TrusteeIdentity> identity;
  // The decryption key: a single trustee's key, or the share from the end of the ceremony.
  std::optional<Scalar> secret;
  // HashBase64 of FormatTally() for each election that was decrypted, by Election::fingerprint().
  // Decrypting two tallies of one election that differ by one ballot would open that ballot.
  std::map<std::string, std::string> decrypted;
};

// Writes `path` with permissions 0600: AES-256-GCM under a key derived by scrypt.
// ALREADY_EXISTS if there is such a file and `replace` is false;
// INVALID_ARGUMENT/PASSPHRASE_MISSING for an empty passphrase.
absl::Status SaveTrusteeFile(const std::string& path, const TrusteeSecrets& secrets,
                             const crypto::SecretBytes& passphrase, bool replace);

// NOT_FOUND; INVALID_ARGUMENT/NOT_A_TRUSTEE_FILE, WRONG_PASSPHRASE (or the file was changed).
absl::StatusOr<TrusteeSecrets> LoadTrusteeFile(const std::string& path,
                                               const crypto::SecretBytes& passphrase);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_TRUSTEE_FILE_H_
