// The zero-knowledge proofs of an election: of knowing a secret, of using one secret twice, of
// having encrypted one of several numbers. All are Schnorr proofs made non-interactive by hashing
// (Fiat and Shamir); they keep challenge and response, the verifier recomputes the commitments.
//
// Source: specification of Belenios 2.0, sections 4.5, 4.12, 4.13, 4.14, 4.18.
#ifndef VOTUM_CRYPTO_ELECTION_PROOFS_H_
#define VOTUM_CRYPTO_ELECTION_PROOFS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/group.h"
#include "crypto/election/json.h"
#include "crypto/election/scalar.h"

namespace votum::election {

struct Proof {
  Scalar challenge;
  Scalar response;

  friend bool operator==(const Proof& a, const Proof& b) {
    return a.challenge == b.challenge && a.response == b.response;
  }
};

// {"challenge":"…","response":"…"}
std::string FormatProof(const Proof& proof);
absl::StatusOr<Proof> ParseProof(const JsonView& json);

// [proof,…]
std::string FormatProofs(absl::Span<const Proof> proofs);
absl::StatusOr<std::vector<Proof>> ParseProofs(const JsonView& json, size_t min, size_t max);

// (g^r, y^r g^m) is the encryption of m for the key y.
struct Ciphertext {
  Element alpha;
  Element beta;

  friend bool operator==(const Ciphertext& a, const Ciphertext& b) {
    return a.alpha == b.alpha && a.beta == b.beta;
  }
};

// The encryption of `message` for the key y, whose table `key` is, in constant time.
Ciphertext Encrypt(const PowerTable& key, const Scalar& message, const Scalar& randomness);

// The encryption of the sum of what a and b encrypt.
Ciphertext operator*(const Ciphertext& a, const Ciphertext& b);

// {"alpha":"…","beta":"…"}
std::string FormatCiphertext(const Ciphertext& ciphertext);

// Checks the range of both numbers, but not that they are in the group.
absl::StatusOr<Ciphertext> ParseCiphertextUnchecked(const JsonView& json);

// Proof of knowing x with X = g^x. `prefix` names its purpose and is hashed before the commitment.
Proof ProveLog(absl::string_view prefix, const Scalar& x);
bool VerifyLog(absl::string_view prefix, const Element& big_x, const Proof& proof);
bool VerifyLog(absl::string_view prefix, const Comb& big_x, const Proof& proof);

// Proof of knowing x with X = g^x and factor = alpha^x.
Proof ProveEqualLogs(absl::string_view prefix, const Element& alpha, const Scalar& x);
bool VerifyEqualLogs(absl::string_view prefix, const Element& big_x, const Element& alpha,
                     const Element& factor, const Proof& proof);

// One of several statements: "this ciphertext encrypts `target`".
struct SecretStatement {
  Scalar randomness;  // of the ciphertext
  Scalar message;     // the claimed plaintext
  uint64_t target = 0;
};

// Proof that at least one of the statements is true, made in a time that does not reveal which. At
// least one must be true. `key` is the table of the election's key y.
std::vector<Proof> ProveOneOf(absl::string_view prefix, const PowerTable& key,
                              absl::Span<const SecretStatement> statements);

// Powers of a ciphertext's two numbers.
struct CiphertextCombs {
  explicit CiphertextCombs(const Ciphertext& ciphertext)
      : alpha(ciphertext.alpha), beta(ciphertext.beta) {}

  bool AreMembers() const { return alpha.BaseIsMember() && beta.BaseIsMember(); }

  Comb alpha;
  Comb beta;
};

struct Statement {
  const CiphertextCombs* ciphertext = nullptr;
  uint64_t target = 0;
};

// Verifies one proof for each statement; false if the numbers of proofs and statements differ.
bool VerifyOneOf(absl::string_view prefix, const PowerTable& key,
                 absl::Span<const Statement> statements, absl::Span<const Proof> proofs);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_PROOFS_H_
