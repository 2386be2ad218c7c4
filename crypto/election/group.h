// The group BELENIOS-2048: the subgroup of prime order q of the numbers modulo p, with p of 2048
// and q of 256 bits, in which ballots are encrypted.
//
// Source: specification of Belenios 2.0, section 5.1 (parameters by FIPS 186-4).
#ifndef VOTUM_CRYPTO_ELECTION_GROUP_H_
#define VOTUM_CRYPTO_ELECTION_GROUP_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/scalar.h"

struct bignum_st;  // OpenSSL's BIGNUM

namespace votum::election {

inline constexpr absl::string_view kGroupName = "BELENIOS-2048";

struct FreeNumber {
  void operator()(bignum_st* number) const;  // overwrites it first
};
using Number = std::unique_ptr<bignum_st, FreeNumber>;

// A number from 1 to p - 1. Elements made by this class's arithmetic from members of the group are
// members; those read by FromDecimal are too; those read by FromDecimalUnchecked are untrusted
// until IsMember() has checked them.
class Element {
 public:
  Element();  // 1
  Element(const Element& other);
  Element& operator=(const Element& other);
  Element(Element&&) noexcept = default;
  Element& operator=(Element&&) noexcept = default;

  // From the only decimal text of the number. INVALID_ARGUMENT/NOT_IN_GROUP unless it is a member
  // of the group: without this check, attackers could forge proofs and extract bits of secret keys
  // (small-subgroup attacks).
  static absl::StatusOr<Element> FromDecimal(absl::string_view text);

  // The same, but checks only the form and the range: for callers who test membership by the power
  // table that they need anyway (Comb::BaseIsMember).
  static absl::StatusOr<Element> FromDecimalUnchecked(absl::string_view text);

  // g.
  static const Element& Generator();

  // The decimal text: kept if the element was parsed, computed at each call for results of
  // arithmetic.
  std::string ToDecimal() const;

  friend Element operator*(const Element& a, const Element& b);
  Element& operator*=(const Element& other) { return *this = *this * other; }
  friend bool operator==(const Element& a, const Element& b);
  friend bool operator!=(const Element& a, const Element& b) { return !(a == b); }

  Element Inverse() const;

  // this^exponent for a public exponent; its running time reveals the exponent.
  Element Power(const Scalar& exponent) const;

  // this^exponent for a secret exponent, in constant time.
  Element SecretPower(const Scalar& exponent) const;

  bool IsMember() const;

 private:
  friend class Comb;
  friend class PowerTable;
  explicit Element(Number montgomery) : montgomery_(std::move(montgomery)) {}

  Number montgomery_;    // in Montgomery's form
  std::string decimal_;  // the text it was parsed from, if any
};

// Powers of one base by public exponents, for when several are needed: Lim and Lee's comb (CRYPTO
// '94) of five rows. Each power costs about a fifth of Element::Power; building the comb costs
// about one Element::Power.
class Comb {
 public:
  explicit Comb(const Element& base);

  Element Power(const Scalar& public_exponent) const;

  // Whether the base is a member of the group.
  bool BaseIsMember() const;

 private:
  Element PowerOf(const Scalar::Limbs& exponent) const;

  std::vector<Element> products_;  // by the rows that have a one, as bits, less one
};

// Powers of a base that serves a whole election (g, the election's key): no squarings at all.
// Immutable, may be shared by threads; takes 1.5 MB and a few milliseconds to make.
class PowerTable {
 public:
  explicit PowerTable(const Element& base);
  ~PowerTable();

  const Element& base() const { return base_; }

  // base^exponent for a public exponent; its running time reveals the exponent.
  Element Power(const Scalar& public_exponent) const;

  // base^exponent for a secret exponent; always reads the whole table.
  Element SecretPower(const Scalar& exponent) const;

  // The table of g; made at the first call.
  static const PowerTable& OfGenerator();

 private:
  Element base_;
  std::vector<std::vector<Element>> powers_;  // [window][digit - 1]
  std::vector<uint64_t> secret_powers_;       // [window][digit], limbs of one number each
};
// g, for formulas.
inline const PowerTable& G() { return PowerTable::OfGenerator(); }

// product of bases[i]^exponents[i] for public exponents (Straus).
Element PowerProduct(absl::Span<const Element> bases, absl::Span<const Scalar> exponents);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_GROUP_H_
