// The trustees of an election: whose keys together are the election's key, and which of them must
// take part in opening the tally.
//
// Source: specification of Belenios 2.0, sections 4.5 to 4.7; for what later versions added to
// threshold keys (context, signatures), version 3, section 4.6.
#ifndef VOTUM_CRYPTO_ELECTION_TRUSTEES_H_
#define VOTUM_CRYPTO_ELECTION_TRUSTEES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/group.h"
#include "crypto/election/proofs.h"

namespace votum::election {

inline constexpr size_t kMaxTrustees = 64;

// A key with the proof that somebody knows its secret, and in version 3 his signature of it.
struct TrusteeKey {
  Element public_key;
  Proof proof;
  std::optional<Proof> signature;
};

// A text and a signature of it, by a trustee's signing key.
struct SignedMessage {
  std::string message;
  Proof signature;
};

// Trustees of whom any `threshold` can open the tally, and fewer learn nothing (Pedersen,
// EUROCRYPT '91). All lists have one item for each trustee.
struct ThresholdTrustees {
  uint64_t threshold = 0;
  std::vector<SignedMessage> certificates;  // whose keys take part
  std::vector<SignedMessage> polynomials;   // g^a for all coefficients of each one's polynomial
  std::vector<Proof> signatures;  // version 3: each signs all certificates with his polynomial
  std::vector<TrusteeKey> keys;   // by which each proves his part of a decryption
};

// How a published certificate's message is made up.
struct CertificateContext {
  uint64_t size = 0;
  uint64_t threshold = 0;
  uint64_t index = 0;  // from 1
};
struct Certificate {
  std::optional<CertificateContext> context;  // absent in version 2
  Element verification;
  Element encryption;
};

// A trustee's new key, for a key of which no part may be missing. Make one for each election.
struct TrusteeKeyPair {
  Scalar secret;
  TrusteeKey public_part;
};
TrusteeKeyPair MakeTrusteeKey();
TrusteeKey PublicPartOf(const Scalar& secret);

// {"pok":…,"public_key":"…"}
std::string FormatTrusteeKey(const TrusteeKey& key);
// Checks the proof. INVALID_ARGUMENT with reason BAD_JSON, NOT_IN_GROUP, BAD_TRUSTEE_PROOF.
absl::StatusOr<TrusteeKey> ParseTrusteeKey(const JsonView& json);

std::string FormatSignedMessage(const SignedMessage& message);
absl::StatusOr<SignedMessage> ParseSignedMessage(const JsonView& json);
SignedMessage SignMessage(const Scalar& key, std::string message);
bool VerifyMessage(const Element& key, absl::string_view message, const Proof& signature);

std::string FormatCertificate(const Certificate& certificate);
absl::StatusOr<Certificate> ParseCertificate(absl::string_view message);

// {"coefexps":["…",…]}
std::string FormatPolynomial(absl::Span<const Element> powers);
absl::StatusOr<std::vector<Element>> ParsePolynomial(absl::string_view message);

// What a trustee signs in the end: all certificates, and his polynomial.
std::string CommitmentMessage(absl::Span<const SignedMessage> certificates,
                              absl::Span<const Element> polynomial);

// The public key of trustee `index` (from 1): the product of all polynomials' commitments at it.
Element ShareKey(absl::Span<const std::vector<Element>> polynomials, uint64_t index);

std::string FormatThresholdTrustees(const ThresholdTrustees& trustees);

// All trustees of an election. Immutable.
class Trustees {
 public:
  // Some of them: a single one, who must take part, or a set of whom a threshold must.
  struct Group {
    uint64_t threshold = 1;
    uint64_t first_owner = 1;   // number of its first trustee
    std::vector<Element> keys;  // of each trustee
    Element public_key;         // the group's factor of the election's key
    bool single = true;
  };

  // trustees.json of single trustees and then, if any, threshold trustees.
  static std::string Format(absl::Span<const TrusteeKey> singles,
                            absl::Span<const ThresholdTrustees> thresholds);

  // Checks every proof, signature and key. INVALID_ARGUMENT with reason BAD_JSON, NOT_IN_GROUP,
  // BAD_TRUSTEES (numbers that do not fit), BAD_TRUSTEE_PROOF, BAD_TRUSTEE_SIGNATURE or
  // BAD_TRUSTEE_KEY (not what the polynomials say).
  static absl::StatusOr<Trustees> Parse(absl::string_view json);

  // The election's key.
  const Element& public_key() const { return public_key_; }

  const std::vector<Group>& groups() const { return groups_; }

  // Trustees in all; they are numbered from 1 to here, in the order of the file ("owner").
  uint64_t count() const { return owners_.size(); }

  // The key by which trustee `owner`, from 1 to count(), proves his decryptions.
  const Element& KeyOf(uint64_t owner) const { return owners_[owner - 1]; }

 private:
  absl::Status AddGroup(const JsonView& json);

  std::vector<Group> groups_;
  std::vector<Element> owners_;
  Element public_key_;
};

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_TRUSTEES_H_
