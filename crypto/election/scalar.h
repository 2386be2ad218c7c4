// Numbers modulo q, the order of the group BELENIOS-2048: exponents, challenges and responses of
// proofs, private keys.
//
// Source: specification of Belenios 2.0, sections 4.2 and 5.1.
#ifndef VOTUM_CRYPTO_ELECTION_SCALAR_H_
#define VOTUM_CRYPTO_ELECTION_SCALAR_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum::election {

// A number from 0 to q - 1, q being a prime of 256 bits. Arithmetic takes a time that does not
// depend on the values, and a value is overwritten when its object ends, so that secrets may be
// kept in it; copying a secret makes a further secret. Conversions from and to text are for public
// numbers and for key files.
class Scalar {
 public:
  using Limbs = std::array<uint64_t, 4>;  // least significant first

  // q, as limbs.
  static const Limbs& Order();

  Scalar() = default;  // 0
  explicit Scalar(uint64_t value);
  Scalar(const Scalar&) = default;
  Scalar& operator=(const Scalar&) = default;
  ~Scalar();

  // From the canonical decimal text of the number. INVALID_ARGUMENT/NOT_A_SCALAR for leading zeros,
  // signs, blanks, and numbers of q or more.
  static absl::StatusOr<Scalar> FromDecimal(absl::string_view text);

  // From the canonical decimal text of any number of up to 100 digits, taken modulo q:
  // belenios-tool does not reduce the secrets that it writes. INVALID_ARGUMENT/NOT_A_SCALAR for
  // anything else.
  static absl::StatusOr<Scalar> FromAnyDecimal(absl::string_view text);

  // The digest as a big-endian number, modulo q.
  static Scalar FromDigest(const crypto::Digest& digest);

  // Uniform in 0..q-1.
  static Scalar Random();

  std::string ToDecimal() const;

  friend Scalar operator+(const Scalar& a, const Scalar& b);
  friend Scalar operator-(const Scalar& a, const Scalar& b);
  friend Scalar operator*(const Scalar& a, const Scalar& b);
  Scalar& operator+=(const Scalar& other) { return *this = *this + other; }
  Scalar& operator-=(const Scalar& other) { return *this = *this - other; }
  Scalar& operator*=(const Scalar& other) { return *this = *this * other; }

  // 1 / this; 0 for 0.
  Scalar Inverse() const;

  // In constant time.
  friend bool operator==(const Scalar& a, const Scalar& b);
  friend bool operator!=(const Scalar& a, const Scalar& b) { return !(a == b); }

  const Limbs& limbs() const { return limbs_; }

 private:
  explicit Scalar(const Limbs& limbs) : limbs_(limbs) {}

  Limbs limbs_ = {};
};

// SHA-256 of the parts, one after the other, modulo q: the challenge of every proof. The callers
// put Belenios' separators between parts.
Scalar HashToScalar(std::initializer_list<absl::string_view> parts);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_SCALAR_H_
