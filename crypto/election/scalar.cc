#include "crypto/election/scalar.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace votum::election {
namespace {

__extension__ typedef unsigned __int128 Wide;

using Limbs = Scalar::Limbs;

constexpr size_t kLimbs = 4;
constexpr size_t kMaxScalarDigits = 77;
constexpr size_t kMaxUnreducedDigits = 100;
constexpr Limbs kOrder = {0xe20263387d55c491, 0xf0fa90c2168bc709, 0xf4daa0f2579db7f2,
                          0xadb6066a73522565};
constexpr uint64_t kMinusInverseOfOrder = 0x27fd9552bdf1838f;  // -1/q modulo 2^64

// value + carry * 2^256 - q if that is not negative, else value; for values below 2q.
constexpr Limbs ReduceOnce(const Limbs& value, uint64_t carry) {
  Limbs less = {};
  uint64_t borrow = 0;
  for (size_t i = 0; i < kLimbs; ++i) {
    const Wide difference = Wide{value[i]} - kOrder[i] - borrow;
    less[i] = static_cast<uint64_t>(difference);
    borrow = static_cast<uint64_t>(difference >> 64) & 1;
  }
  const uint64_t keep = 0 - (borrow & (carry ^ 1));
  Limbs result = {};
  for (size_t i = 0; i < kLimbs; ++i) result[i] = (value[i] & keep) | (less[i] & ~keep);
  return result;
}

constexpr Limbs Add(const Limbs& a, const Limbs& b) {
  Limbs sum = {};
  uint64_t carry = 0;
  for (size_t i = 0; i < kLimbs; ++i) {
    const Wide digit = Wide{a[i]} + b[i] + carry;
    sum[i] = static_cast<uint64_t>(digit);
    carry = static_cast<uint64_t>(digit >> 64);
  }
  return ReduceOnce(sum, carry);
}

constexpr Limbs Subtract(const Limbs& a, const Limbs& b) {
  Limbs difference = {};
  uint64_t borrow = 0;
  for (size_t i = 0; i < kLimbs; ++i) {
    const Wide digit = Wide{a[i]} - b[i] - borrow;
    difference[i] = static_cast<uint64_t>(digit);
    borrow = static_cast<uint64_t>(digit >> 64) & 1;
  }
  const uint64_t mask = 0 - borrow;
  uint64_t carry = 0;
  for (size_t i = 0; i < kLimbs; ++i) {
    const Wide digit = Wide{difference[i]} + (kOrder[i] & mask) + carry;
    difference[i] = static_cast<uint64_t>(digit);
    carry = static_cast<uint64_t>(digit >> 64);
  }
  return difference;
}

// a * b / 2^256 modulo q (Montgomery's method).
constexpr Limbs MontgomeryProduct(const Limbs& a, const Limbs& b) {
  std::array<uint64_t, kLimbs + 2> sum = {};
  for (size_t i = 0; i < kLimbs; ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; j < kLimbs; ++j) {
      const Wide digit = Wide{a[i]} * b[j] + sum[j] + carry;
      sum[j] = static_cast<uint64_t>(digit);
      carry = static_cast<uint64_t>(digit >> 64);
    }
    Wide top = Wide{sum[kLimbs]} + carry;
    sum[kLimbs] = static_cast<uint64_t>(top);
    sum[kLimbs + 1] = static_cast<uint64_t>(top >> 64);
    const uint64_t factor = sum[0] * kMinusInverseOfOrder;
    carry = static_cast<uint64_t>((Wide{factor} * kOrder[0] + sum[0]) >> 64);
    for (size_t j = 1; j < kLimbs; ++j) {
      const Wide digit = Wide{factor} * kOrder[j] + sum[j] + carry;
      sum[j - 1] = static_cast<uint64_t>(digit);
      carry = static_cast<uint64_t>(digit >> 64);
    }
    top = Wide{sum[kLimbs]} + carry;
    sum[kLimbs - 1] = static_cast<uint64_t>(top);
    sum[kLimbs] = sum[kLimbs + 1] + static_cast<uint64_t>(top >> 64);
  }
  return ReduceOnce({sum[0], sum[1], sum[2], sum[3]}, sum[kLimbs]);
}

// 2^512 modulo q, which takes a product out of Montgomery's form.
constexpr Limbs SquareOfRadix() {
  Limbs power = {1, 0, 0, 0};
  for (int i = 0; i < 512; ++i) power = Add(power, power);
  return power;
}
constexpr Limbs kSquareOfRadix = SquareOfRadix();

bool IsBelowOrder(const Limbs& value) {
  return std::lexicographical_compare(value.rbegin(), value.rend(), kOrder.rbegin(), kOrder.rend());
}

bool IsDecimal(absl::string_view text) {
  return !text.empty() && (text[0] != '0' || text.size() == 1) &&
         std::all_of(text.begin(), text.end(),
                     [](char digit) { return digit >= '0' && digit <= '9'; });
}

Limbs FromBigEndian(const uint8_t* bytes) {
  Limbs limbs = {};
  for (size_t i = 0; i < 32; ++i) {
    limbs[3 - i / 8] = limbs[3 - i / 8] << 8 | bytes[i];
  }
  return limbs;
}

}  // namespace

const Limbs& Scalar::Order() { return kOrder; }

Scalar::Scalar(uint64_t value) : limbs_{value, 0, 0, 0} {}

Scalar::~Scalar() { OPENSSL_cleanse(limbs_.data(), sizeof(limbs_)); }

absl::StatusOr<Scalar> Scalar::FromDecimal(absl::string_view text) {
  if (text.size() > kMaxScalarDigits || !IsDecimal(text)) {
    return Refuse(Reason::kNotAScalar, "not a decimal number below the order of the group");
  }
  Limbs limbs = {};
  for (const char digit : text) {
    uint64_t carry = static_cast<uint64_t>(digit - '0');
    for (uint64_t& limb : limbs) {
      const Wide product = Wide{limb} * 10 + carry;
      limb = static_cast<uint64_t>(product);
      carry = static_cast<uint64_t>(product >> 64);
    }
    // 77 digits are at most 256 bits: 10^77 < 2^256.
  }
  if (!IsBelowOrder(limbs)) {
    return Refuse(Reason::kNotAScalar, "a number that is not below the order of the group");
  }
  return Scalar(limbs);
}

absl::StatusOr<Scalar> Scalar::FromAnyDecimal(absl::string_view text) {
  if (text.size() > kMaxUnreducedDigits || !IsDecimal(text)) {
    return Refuse(Reason::kNotAScalar,
                  absl::StrCat("not a decimal number of at most ", kMaxUnreducedDigits, " digits"));
  }
  Scalar value;
  for (const char digit : text) {
    value = value * Scalar(10) + Scalar(static_cast<uint64_t>(digit - '0'));
  }
  return value;
}

Scalar Scalar::FromDigest(const crypto::Digest& digest) {
  // 2^256 < 2q.
  return Scalar(ReduceOnce(FromBigEndian(digest.data()), 0));
}

Scalar Scalar::Random() {
  while (true) {
    crypto::SecretBytes bytes = crypto::RandomSecret(32);
    Scalar scalar(FromBigEndian(bytes.MutableReveal().data()));
    if (IsBelowOrder(scalar.limbs_)) return scalar;
  }
}

std::string Scalar::ToDecimal() const {
  constexpr uint64_t kChunk = 10'000'000'000'000'000'000u;  // 10^19
  Limbs rest = limbs_;
  std::array<uint64_t, 5> chunks = {};
  for (uint64_t& chunk : chunks) {
    uint64_t remainder = 0;
    for (size_t i = kLimbs; i-- > 0;) {
      const Wide dividend = Wide{remainder} << 64 | rest[i];
      rest[i] = static_cast<uint64_t>(dividend / kChunk);
      remainder = static_cast<uint64_t>(dividend % kChunk);
    }
    chunk = remainder;
  }
  std::string text;
  for (size_t i = chunks.size(); i-- > 0;) {
    const std::string part = absl::StrCat(chunks[i]);
    if (text.empty()) {
      if (chunks[i] != 0 || i == 0) text = part;
    } else {
      absl::StrAppend(&text, std::string(19 - part.size(), '0'), part);
    }
  }
  return text;
}

Scalar operator+(const Scalar& a, const Scalar& b) { return Scalar(Add(a.limbs_, b.limbs_)); }

Scalar operator-(const Scalar& a, const Scalar& b) { return Scalar(Subtract(a.limbs_, b.limbs_)); }

Scalar operator*(const Scalar& a, const Scalar& b) {
  return Scalar(MontgomeryProduct(MontgomeryProduct(a.limbs_, b.limbs_), kSquareOfRadix));
}

Scalar Scalar::Inverse() const {
  // Fermat: x^(q-2).
  Limbs exponent = kOrder;
  exponent[0] -= 2;
  Scalar result(1);
  for (size_t bit = 256; bit-- > 0;) {
    result = result * result;
    if ((exponent[bit / 64] >> (bit % 64) & 1) != 0) result = result * *this;
  }
  return result;
}

bool operator==(const Scalar& a, const Scalar& b) {
  uint64_t difference = 0;
  for (size_t i = 0; i < kLimbs; ++i) difference |= a.limbs_[i] ^ b.limbs_[i];
  return difference == 0;
}

Scalar HashToScalar(std::initializer_list<absl::string_view> parts) {
  return Scalar::FromDigest(crypto::Sha256(parts));
}

}  // namespace votum::election
