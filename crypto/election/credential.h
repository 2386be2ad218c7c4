// Credentials: the keys that sign ballots. The archive lists public credentials only; the registrar
// knows their owners, which must not be published.
//
// Source: specification of Belenios 2.0, section 4.8.
#ifndef VOTUM_CRYPTO_ELECTION_CREDENTIAL_H_
#define VOTUM_CRYPTO_ELECTION_CREDENTIAL_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/group.h"
#include "crypto/election/scalar.h"

namespace votum::election {

// A voter's key pair. Make it on the voter's own device and register only the public part.
struct Credential {
  Scalar secret;
  Element public_key;  // g^secret
};

// A full-strength random credential.
Credential MakeCredential();
Credential CredentialOf(const Scalar& secret);

// The credential of a code that belenios-tool 2.0 handed out for the election `uuid`, such as
// "tGy-RsT-H1x-p1t-RiK", with the dashes, which are part of the password (PBKDF2).
// INVALID_ARGUMENT/BAD_CREDENTIAL_CODE for anything else, including mistyped codes. These codes
// have only 82 bits; prefer MakeCredential.
absl::StatusOr<Credential> CredentialOfCode(absl::string_view uuid, absl::string_view code);

// One voter on the list.
struct RegisteredCredential {
  Element public_key;
  uint64_t weight = 1;
};

// The voters of an election: public_creds.json. Immutable.
class CredentialList {
 public:
  // Credentials of weight 1. INVALID_ARGUMENT/DUPLICATE_CREDENTIAL for equal ones.
  static absl::StatusOr<CredentialList> Make(absl::Span<const Element> public_keys);

  // From the published list, whose bytes are kept: a JSON list of "key", "key,weight",
  // "key,weight,name" or "key,,name". INVALID_ARGUMENT with reason
  //   BAD_JSON, BAD_CREDENTIAL   malformed
  //   NOT_IN_GROUP               a key that is not in the group
  //   DUPLICATE_CREDENTIAL       one key twice: one voter with two votes, or two with one
  // Membership is checked by `threads` threads.
  static absl::StatusOr<CredentialList> Parse(absl::string_view json, unsigned threads = 1);

  const std::string& json() const { return json_; }
  const std::vector<RegisteredCredential>& credentials() const { return credentials_; }

  // The index of the credential with this decimal public key, or -1.
  int64_t IndexOf(const std::string& public_key_decimal) const;

  // The sum of all weights, an upper bound of any count.
  uint64_t total_weight() const { return total_weight_; }

 private:
  absl::Status Add(const Element& public_key, uint64_t weight);

  std::string json_;
  std::vector<RegisteredCredential> credentials_;
  std::unordered_map<std::string, size_t> index_;
  uint64_t total_weight_ = 0;
};

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_CREDENTIAL_H_
