// The server's two keys of one vote: its own trustee key, without which no tally opens, and the
// registry's, with which devices encrypt the credentials that they register. The keys leave the
// process only in a box sealed under a key that only the service has: nothing is lost when the
// process is killed, and the box reveals nothing to those who store it.
#ifndef VOTUM_CRYPTO_ELECTION_SERVER_KEYS_H_
#define VOTUM_CRYPTO_ELECTION_SERVER_KEYS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/election/scalar.h"
#include "crypto/secret.h"

namespace votum::election {

struct ServerKeys {
  Scalar trustee;   // PublicPartOf(trustee) is a single trustee of the election
  Scalar registry;  // of registration.h

  static ServerKeys Make() { return {Scalar::Random(), Scalar::Random()}; }
};

// Seals `keys` of the election `uuid` under a key of 32 bytes.
std::string SealServerKeys(const crypto::SecretBytes& sealing_key, absl::string_view uuid,
                           const ServerKeys& keys);

// FAILED_PRECONDITION/SERVER_KEYS_SEALED if the box was sealed for another election or under
// another key.
absl::StatusOr<ServerKeys> OpenServerKeys(const crypto::SecretBytes& sealing_key,
                                          absl::string_view uuid, absl::string_view box);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_SERVER_KEYS_H_
