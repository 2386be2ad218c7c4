// The server's two keys of one vote: its own trustee key, without which no tally opens, and the
// registry's, for which devices encrypt the credentials that they register. They leave the process
// only in a box under a key that the service alone has; so nothing is lost when it is killed, and
// nobody who stores the box can read it.
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

// `keys` of the election `uuid`, under a key of 32 bytes.
std::string SealServerKeys(const crypto::SecretBytes& sealing_key, absl::string_view uuid,
                           const ServerKeys& keys);

// FAILED_PRECONDITION/SERVER_KEYS_SEALED if the box is not of this election and this key.
absl::StatusOr<ServerKeys> OpenServerKeys(const crypto::SecretBytes& sealing_key,
                                          absl::string_view uuid, absl::string_view box);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_SERVER_KEYS_H_
