// A trustee's key, and signed texts of trustees.
//
// Source: specification of Belenios 2.0, sections 4.5 and 4.6.1; for a key's signature, version 3.
#ifndef VOTUM_CRYPTO_ELECTION_TRUSTEE_KEY_H_
#define VOTUM_CRYPTO_ELECTION_TRUSTEE_KEY_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/group.h"
#include "crypto/election/proofs.h"

namespace votum::election {

inline constexpr size_t kMaxTrustees = 64;

// A key with a proof that its owner knows the secret, and in version 3 the owner's signature of it.
struct TrusteeKey {
  Element public_key;
  Proof proof;
  std::optional<Proof> signature;
};

// Makes a single trustee's new key, without which no tally opens. Make one for each election.
struct TrusteeKeyPair {
  Scalar secret;
  TrusteeKey public_part;
};
TrusteeKeyPair MakeTrusteeKey();
TrusteeKey PublicPartOf(const Scalar& secret);

// Whether the proof holds.
bool VerifyKnowledge(const TrusteeKey& key);

// {"pok":…,"public_key":"…"}
std::string FormatTrusteeKey(const TrusteeKey& key);
// Checks the proof. INVALID_ARGUMENT with reason BAD_JSON, NOT_IN_GROUP, BAD_TRUSTEE_PROOF.
absl::StatusOr<TrusteeKey> ParseTrusteeKey(const JsonView& json);
absl::StatusOr<TrusteeKey> ParseTrusteeKey(absl::string_view json);

// A text signed with a trustee's signing key.
struct SignedMessage {
  std::string message;
  Proof signature;
};

// {"message":"…","signature":…}
std::string FormatSignedMessage(const SignedMessage& message);
// INVALID_ARGUMENT with reason BAD_JSON, NOT_A_SCALAR.
absl::StatusOr<SignedMessage> ParseSignedMessage(const JsonView& json);
absl::StatusOr<SignedMessage> ParseSignedMessage(absl::string_view json);

SignedMessage SignMessage(const Scalar& key, std::string message);
// The signature alone, without a copy of the message left in memory.
Proof SignatureOf(const Scalar& key, absl::string_view message);
bool VerifyMessage(const Element& key, absl::string_view message, const Proof& signature);

// `status` with a message that names trustee `index`.
absl::Status OfTrustee(absl::string_view what, uint64_t index, const absl::Status& status);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_TRUSTEE_KEY_H_
