// Threshold trustees: any `threshold` of them can open a tally, fewer learn nothing. This file
// defines their public data and its checks; ceremony.h produces it.
//
// Source: Pedersen, EUROCRYPT '91; specification of Belenios 2.0, section 4.6. Version 3 added the
// ceremony (context) to certificates and a signature over all certificates to contributions; where
// present, they must be valid.
#ifndef VOTUM_CRYPTO_ELECTION_THRESHOLD_TRUSTEES_H_
#define VOTUM_CRYPTO_ELECTION_THRESHOLD_TRUSTEES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/group.h"
#include "crypto/election/trustee_key.h"

namespace votum::election {

// INVALID_ARGUMENT/BAD_TRUSTEES.
absl::Status BadTrustees(absl::string_view why);

// Names a trustee of a ceremony. 1 <= threshold <= size <= kMaxTrustees, 1 <= index <= size.
struct CertificateContext {
  uint64_t size = 0;
  uint64_t threshold = 0;
  uint64_t index = 0;

  friend bool operator==(const CertificateContext& a, const CertificateContext& b) {
    return a.size == b.size && a.threshold == b.threshold && a.index == b.index;
  }
};

// INVALID_ARGUMENT/BAD_TRUSTEES for numbers that do not fit.
absl::Status CheckContext(const CertificateContext& context);

// A trustee's public keys, as in the message of the trustee's certificate.
struct Certificate {
  std::optional<CertificateContext> context;  // absent in version 2
  Element verification;                       // verifies the trustee's signatures
  Element encryption;                         // encrypts messages to the trustee
};

std::string FormatCertificate(const Certificate& certificate);
absl::StatusOr<Certificate> ParseCertificate(absl::string_view message);

// One certificate, as it arrives. INVALID_ARGUMENT, naming the trustee, with reason BAD_JSON,
// NOT_IN_GROUP, BAD_TRUSTEES (numbers that do not fit, or a context other than `expected`) or
// BAD_TRUSTEE_SIGNATURE.
absl::StatusOr<Certificate> CheckCertificate(const SignedMessage& certificate,
                                             const CertificateContext& expected);

// All certificates of a ceremony, in the order of their indices. Errors as CheckCertificate; also
// BAD_TRUSTEES if two share a key, because one person would then count as two.
absl::StatusOr<std::vector<Certificate>> CheckCertificates(
    absl::Span<const SignedMessage> certificates, uint64_t threshold);

// g^a for all coefficients a of a polynomial: {"coefexps":["…",…]}
std::string FormatPolynomial(absl::Span<const Element> powers);
absl::StatusOr<std::vector<Element>> ParsePolynomial(absl::string_view message);

// The text that a trustee signs in version 3: all certificates, and the trustee's polynomial.
std::string CommitmentMessage(absl::Span<const SignedMessage> certificates,
                              absl::Span<const Element> polynomial);

// A trustee's polynomial, if it has as many coefficients as the threshold and the owner of this
// verification key signed it, and signed it together with all certificates if there is a
// `commitment`. INVALID_ARGUMENT with reason BAD_JSON, NOT_IN_GROUP, BAD_TRUSTEES,
// BAD_TRUSTEE_SIGNATURE.
absl::StatusOr<std::vector<Element>> CheckPolynomial(absl::Span<const SignedMessage> certificates,
                                                     const Element& verification,
                                                     uint64_t threshold,
                                                     const SignedMessage& polynomial,
                                                     const std::optional<Proof>& commitment);

// The public key of trustee `index` (from 1): the product of all polynomials' commitments at it.
Element ShareKey(absl::Span<const std::vector<Element>> polynomials, uint64_t index);

// Checks that `key` of trustee `index`, the owner of this certificate, follows from all
// polynomials, comes with a proof of knowing its secret and, if it has a signature, is signed by
// that trustee. INVALID_ARGUMENT, naming the trustee, with reason BAD_TRUSTEE_KEY,
// BAD_TRUSTEE_PROOF or BAD_TRUSTEE_SIGNATURE.
absl::Status CheckShareKey(absl::Span<const std::vector<Element>> polynomials,
                           const Certificate& certificate, uint64_t index, const TrusteeKey& key);

// The trustees' data that an election publishes. All lists have one item for each trustee.
struct ThresholdTrustees {
  uint64_t threshold = 0;
  std::vector<SignedMessage> certificates;  // whose keys take part
  std::vector<SignedMessage> polynomials;   // see FormatPolynomial
  std::vector<Proof> signatures;            // of CommitmentMessage; version 3, all or none
  std::vector<TrusteeKey> keys;             // verify the trustees' partial decryptions
};

// {"threshold":t,"certs":[…],"coefexps":[…],"signatures":[…],"verification_keys":[…]}
std::string FormatThresholdTrustees(const ThresholdTrustees& trustees);

// Checks only the proofs of knowledge.
absl::StatusOr<ThresholdTrustees> ParseThresholdTrustees(const JsonView& json);
absl::StatusOr<ThresholdTrustees> ParseThresholdTrustees(absl::string_view json);

// The trustees' common key, if all checks pass. Errors as the functions above.
absl::StatusOr<Element> CheckThresholdTrustees(const ThresholdTrustees& trustees);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_THRESHOLD_TRUSTEES_H_
