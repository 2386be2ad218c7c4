// Trustees of whom any `threshold` can open a tally, and fewer learn nothing: what they publish,
// and how everybody checks it. How they come to it is in ceremony.h.
//
// Source: Pedersen, EUROCRYPT '91; specification of Belenios 2.0, section 4.6. Version 3 added to
// certificates the ceremony that they are for (context), and to contributions a signature over all
// certificates; where these are present they must hold.
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

// Which trustee of which ceremony. 1 <= threshold <= size <= kMaxTrustees, 1 <= index <= size.
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

// A trustee's public keys, as the message of his certificate has them.
struct Certificate {
  std::optional<CertificateContext> context;  // absent in version 2
  Element verification;                       // of what he signs
  Element encryption;                         // of what others send him
};

std::string FormatCertificate(const Certificate& certificate);
absl::StatusOr<Certificate> ParseCertificate(absl::string_view message);

// One certificate, as it arrives. INVALID_ARGUMENT, naming the trustee, with reason BAD_JSON,
// NOT_IN_GROUP, BAD_TRUSTEES (numbers that do not fit, or a context other than `expected`) or
// BAD_TRUSTEE_SIGNATURE.
absl::StatusOr<Certificate> CheckCertificate(const SignedMessage& certificate,
                                             const CertificateContext& expected);

// All certificates of a ceremony, in the order of their indices. Errors as CheckCertificate;
// BAD_TRUSTEES too if two have a key in common: then one person would count as two.
absl::StatusOr<std::vector<Certificate>> CheckCertificates(
    absl::Span<const SignedMessage> certificates, uint64_t threshold);

// g^a for all coefficients a of a polynomial: {"coefexps":["…",…]}
std::string FormatPolynomial(absl::Span<const Element> powers);
absl::StatusOr<std::vector<Element>> ParsePolynomial(absl::string_view message);

// What a trustee signs in version 3: all certificates, and his polynomial.
std::string CommitmentMessage(absl::Span<const SignedMessage> certificates,
                              absl::Span<const Element> polynomial);

// A trustee's polynomial, if it has as many coefficients as the threshold and he, whose
// verification key this is, signed it; and also with all certificates if there is a `commitment`.
// INVALID_ARGUMENT with reason BAD_JSON, NOT_IN_GROUP, BAD_TRUSTEES, BAD_TRUSTEE_SIGNATURE.
absl::StatusOr<std::vector<Element>> CheckPolynomial(absl::Span<const SignedMessage> certificates,
                                                     const Element& verification,
                                                     uint64_t threshold,
                                                     const SignedMessage& polynomial,
                                                     const std::optional<Proof>& commitment);

// The public key of trustee `index` (from 1): the product of all polynomials' commitments at it.
Element ShareKey(absl::Span<const std::vector<Element>> polynomials, uint64_t index);

// Whether `key` of trustee `index`, whose certificate this is, is what the polynomials of all say,
// he proves to know its secret, and signed it if it has a signature. INVALID_ARGUMENT, naming the
// trustee, with reason BAD_TRUSTEE_KEY, BAD_TRUSTEE_PROOF or BAD_TRUSTEE_SIGNATURE.
absl::Status CheckShareKey(absl::Span<const std::vector<Element>> polynomials,
                           const Certificate& certificate, uint64_t index, const TrusteeKey& key);

// What an election publishes of them. All lists have one item for each trustee.
struct ThresholdTrustees {
  uint64_t threshold = 0;
  std::vector<SignedMessage> certificates;  // whose keys take part
  std::vector<SignedMessage> polynomials;   // see FormatPolynomial
  std::vector<Proof> signatures;            // of CommitmentMessage; version 3, all or none
  std::vector<TrusteeKey> keys;             // by which each proves his part of a decryption
};

// {"threshold":t,"certs":[…],"coefexps":[…],"signatures":[…],"verification_keys":[…]}
std::string FormatThresholdTrustees(const ThresholdTrustees& trustees);

// Checks the proofs of knowledge only.
absl::StatusOr<ThresholdTrustees> ParseThresholdTrustees(const JsonView& json);

// Their common key, if everything holds. Errors as the functions above.
absl::StatusOr<Element> CheckThresholdTrustees(const ThresholdTrustees& trustees);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_THRESHOLD_TRUSTEES_H_
