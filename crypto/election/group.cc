#include "crypto/election/group.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/refusal.h"
#include "crypto/openssl.h"

namespace votum::election {
namespace {

using crypto::CheckOpenSsl;
using OwnedContext = crypto::Owned<BN_CTX, BN_CTX_free>;
using OwnedMontgomery = crypto::Owned<BN_MONT_CTX, BN_MONT_CTX_free>;

constexpr char kModulus[] =
    "a3ef2d011fefb1b6e39e568fccdffb0fb7dc7ef3a791b6862791811d21fc35f21e6d36856b428030421f514ed40bfd"
    "4c06e092a495af8d79a2f85e0fb11c0ede07dd973f9c53e50930c6e82ac36de1ae3fb8c3aabfff12ce27a5022ddd89"
    "12d107435012768a2cdd0a4091d8fa447f6c7ebc15a349fa318a6b4fe17d8d47e843a3e14dfa9b2162f4d7229abe93"
    "a188b46b006517d6f6747ebbb29c9ec3099b607f18fb1a8bc858279aa8599411d998d3e3fada9e010840d082d8c319"
    "11acdd4a0e7992d0f18cc759cb5de0acf66a3882555bc810941e021b6a4ccfa04ee4008f878affa2375e2999b44f6c"
    "ef17d707301e59e0e6351e051ed9cec4157646e64f";
constexpr char kGenerator[] =
    "1307c1ab5f295885d7caa3a78a42415e31fd1c5807b61fb1e781878a52230a51988b98c259597f9c5a9dfd001d26ba"
    "31d9d8976f01d95a1c8262ee68a0e92cea541e5219e0d0d094301b894236823fe1d4bc04e29f3748aefd4f10d5b1a3"
    "56a8643e673fd9d215fc8fe5fb9cf9fdb8ea88fdb1a3381a697fdf9c2458570b06d26aef1be365fdd90165f397c6b8"
    "70df8c1b9e519edcee8bb0f74b7a1615a274ba60a7ea574a61f552d2dde0ce514e0927c4ff49b1964c4a913731ae42"
    "68d60d7f22127b6cbba44d453ac8b72fd04e0991b7aeff04867d8724ac638f5f34100d2d47aa680d43771902743d66"
    "3f42d853c041e1c91fe3823f4bcf284308f1d7e653";
constexpr size_t kMaxDigits = 617;  // of p
constexpr size_t kBytes = 256;      // of p
constexpr size_t kWords = kBytes / sizeof(uint64_t);
constexpr size_t kExponentBits = 256;

Number NewNumber() {
  Number number(BN_new());
  CheckOpenSsl(number != nullptr, "make a number");
  return number;
}

Number FromHex(const char* hex) {
  BIGNUM* number = nullptr;
  CheckOpenSsl(BN_hex2bn(&number, hex) > 0, "read a number");
  return Number(number);
}

// OpenSSL's scratch space, which threads cannot share.
BN_CTX* Scratch() {
  thread_local const OwnedContext context(BN_CTX_secure_new());
  CheckOpenSsl(context != nullptr, "make a context");
  return context.get();
}

// p, ready for Montgomery's method. Read-only after it is made.
class Field {
 public:
  static const Field& Get() {
    static const Field field;
    return field;
  }

  const BIGNUM* modulus() const { return modulus_.get(); }
  const BIGNUM* one() const { return one_.get(); }
  BN_MONT_CTX* montgomery() const { return montgomery_.get(); }

  Number ToMontgomery(const BIGNUM* number) const {
    Number result = NewNumber();
    CheckOpenSsl(BN_to_montgomery(result.get(), number, montgomery(), Scratch()) == 1, "convert");
    return result;
  }
  Number FromMontgomery(const BIGNUM* number) const {
    Number result = NewNumber();
    CheckOpenSsl(BN_from_montgomery(result.get(), number, montgomery(), Scratch()) == 1, "convert");
    return result;
  }
  void Multiply(BIGNUM* result, const BIGNUM* a, const BIGNUM* b) const {
    CheckOpenSsl(BN_mod_mul_montgomery(result, a, b, montgomery(), Scratch()) == 1, "multiply");
  }

 private:
  Field() : modulus_(FromHex(kModulus)), montgomery_(BN_MONT_CTX_new()) {
    CheckOpenSsl(montgomery_ != nullptr, "make a context");
    CheckOpenSsl(BN_MONT_CTX_set(montgomery_.get(), modulus_.get(), Scratch()) == 1, "prepare p");
    one_ = ToMontgomery(BN_value_one());
  }

  Number modulus_;
  OwnedMontgomery montgomery_;
  Number one_;
};

Number NumberOf(const Scalar& scalar) {
  uint8_t bytes[32];
  for (size_t i = 0; i < sizeof(bytes); ++i) {
    bytes[i] = static_cast<uint8_t>(scalar.limbs()[i / 8] >> (i % 8 * 8));
  }
  Number number(BN_secure_new());
  CheckOpenSsl(number != nullptr && BN_lebin2bn(bytes, sizeof(bytes), number.get()) != nullptr,
               "make a number");
  OPENSSL_cleanse(bytes, sizeof(bytes));
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

// The `width` bits of `limbs` from bit `first` on; bits from 256 on are 0.
size_t Digit(const Scalar::Limbs& limbs, size_t first, size_t width) {
  size_t digit = 0;
  for (size_t i = 0; i < width && first + i < kExponentBits; ++i) {
    digit |= static_cast<size_t>(limbs[(first + i) / 64] >> ((first + i) % 64) & 1) << i;
  }
  return digit;
}

absl::Status NotInGroup(absl::string_view why) { return Refuse(Reason::kNotInGroup, why); }

}  // namespace

void FreeNumber::operator()(bignum_st* number) const { BN_clear_free(number); }

Element::Element() : montgomery_(BN_dup(Field::Get().one())) {
  CheckOpenSsl(montgomery_ != nullptr, "copy a number");
}

Element::Element(const Element& other)
    : montgomery_(BN_dup(other.montgomery_.get())), decimal_(other.decimal_) {
  CheckOpenSsl(montgomery_ != nullptr, "copy a number");
}

Element& Element::operator=(const Element& other) {
  if (this != &other) *this = Element(other);
  return *this;
}

absl::StatusOr<Element> Element::FromDecimalUnchecked(absl::string_view text) {
  const bool digits = std::all_of(text.begin(), text.end(),
                                  [](char digit) { return digit >= '0' && digit <= '9'; });
  if (text.empty() || text.size() > kMaxDigits || !digits || text[0] == '0') {
    return NotInGroup("not the decimal text of a positive number below p");
  }
  std::string decimal(text);
  BIGNUM* read = nullptr;
  CheckOpenSsl(BN_dec2bn(&read, decimal.c_str()) > 0, "read a number");
  const Number number(read);
  if (BN_cmp(number.get(), Field::Get().modulus()) >= 0) return NotInGroup("not below p");
  Element element(Field::Get().ToMontgomery(number.get()));
  element.decimal_ = std::move(decimal);
  return element;
}

absl::StatusOr<Element> Element::FromDecimal(absl::string_view text) {
  absl::StatusOr<Element> element = FromDecimalUnchecked(text);
  if (element.ok() && !element->IsMember()) {
    return NotInGroup("a number that is not in the group's subgroup of order q");
  }
  return element;
}

const Element& Element::Generator() {
  static const Element generator(Field::Get().ToMontgomery(FromHex(kGenerator).get()));
  return generator;
}

std::string Element::ToDecimal() const {
  if (!decimal_.empty()) return decimal_;
  const Number number = Field::Get().FromMontgomery(montgomery_.get());
  char* text = BN_bn2dec(number.get());
  CheckOpenSsl(text != nullptr, "write a number");
  std::string decimal(text);
  OPENSSL_free(text);
  return decimal;
}

Element operator*(const Element& a, const Element& b) {
  Number product = NewNumber();
  Field::Get().Multiply(product.get(), a.montgomery_.get(), b.montgomery_.get());
  return Element(std::move(product));
}

bool operator==(const Element& a, const Element& b) {
  return BN_cmp(a.montgomery_.get(), b.montgomery_.get()) == 0;
}

Element Element::Inverse() const {
  const Field& field = Field::Get();
  const Number number = field.FromMontgomery(montgomery_.get());
  Number inverse = NewNumber();
  CheckOpenSsl(BN_mod_inverse(inverse.get(), number.get(), field.modulus(), Scratch()) != nullptr,
               "invert");
  return Element(field.ToMontgomery(inverse.get()));
}

Element Element::Power(const Scalar& exponent) const {
  return PowerProduct(absl::MakeSpan(this, 1), absl::MakeSpan(&exponent, 1));
}

Element Element::SecretPower(const Scalar& exponent) const {
  const Field& field = Field::Get();
  const Number base = field.FromMontgomery(montgomery_.get());
  const Number secret = NumberOf(exponent);
  Number power = NewNumber();
  CheckOpenSsl(BN_mod_exp_mont_consttime(power.get(), base.get(), secret.get(), field.modulus(),
                                         Scratch(), field.montgomery()) == 1,
               "raise to a power");
  return Element(field.ToMontgomery(power.get()));
}

bool Element::IsMember() const { return Comb(*this).BaseIsMember(); }

namespace {
constexpr size_t kCombRows = 5;
constexpr size_t kCombColumns = (kExponentBits + kCombRows - 1) / kCombRows;
}  // namespace

Comb::Comb(const Element& base) {
  products_.reserve((size_t{1} << kCombRows) - 1);
  Element power = base;
  for (size_t row = 0; row < kCombRows; ++row) {
    if (row > 0) {
      for (size_t i = 0; i < kCombColumns; ++i) {
        Field::Get().Multiply(power.montgomery_.get(), power.montgomery_.get(),
                              power.montgomery_.get());
      }
      power.decimal_.clear();
    }
    const size_t below = products_.size();
    products_.push_back(power);
    for (size_t i = 0; i < below; ++i) products_.push_back(products_[i] * power);
  }
}

Element Comb::PowerOf(const Scalar::Limbs& exponent) const {
  const Field& field = Field::Get();
  Element result;
  bool started = false;
  for (size_t column = kCombColumns; column-- > 0;) {
    BIGNUM* number = result.montgomery_.get();
    if (started) field.Multiply(number, number, number);
    size_t rows = 0;
    for (size_t row = 0; row < kCombRows; ++row) {
      rows |= Digit(exponent, row * kCombColumns + column, 1) << row;
    }
    if (rows == 0) continue;
    field.Multiply(number, number, products_[rows - 1].montgomery_.get());
    started = true;
  }
  return result;
}

Element Comb::Power(const Scalar& public_exponent) const {
  return PowerOf(public_exponent.limbs());
}

bool Comb::BaseIsMember() const { return PowerOf(Scalar::Order()) == Element(); }

namespace {
constexpr size_t kWindow = 7;
constexpr size_t kWindows = (kExponentBits + kWindow - 1) / kWindow;
constexpr size_t kSecretWindow = 4;
constexpr size_t kSecretWindows = kExponentBits / kSecretWindow;
constexpr size_t kSecretDigits = size_t{1} << kSecretWindow;
}  // namespace

PowerTable::PowerTable(const Element& base)
    : base_(base), secret_powers_(kSecretWindows * kSecretDigits * kWords) {
  Element power = base;
  power.decimal_.clear();
  powers_.resize(kWindows);
  for (std::vector<Element>& window : powers_) {
    window.reserve((size_t{1} << kWindow) - 1);
    window.push_back(power);
    while (window.size() < (size_t{1} << kWindow) - 1) window.push_back(window.back() * power);
    power = window.back() * power;
  }
  uint64_t* place = secret_powers_.data();
  power = base;
  for (size_t window = 0; window < kSecretWindows; ++window) {
    Element entry;
    for (size_t digit = 0; digit < kSecretDigits; ++digit) {
      CheckOpenSsl(BN_bn2lebinpad(entry.montgomery_.get(), reinterpret_cast<uint8_t*>(place),
                                  kBytes) == kBytes,
                   "store a number");
      place += kWords;
      entry *= power;
    }
    power = entry;
  }
}

PowerTable::~PowerTable() = default;

Element PowerTable::Power(const Scalar& public_exponent) const {
  Element result;
  BIGNUM* number = result.montgomery_.get();
  for (size_t window = 0; window < kWindows; ++window) {
    const size_t digit = Digit(public_exponent.limbs(), window * kWindow, kWindow);
    if (digit == 0) continue;
    Field::Get().Multiply(number, number, powers_[window][digit - 1].montgomery_.get());
  }
  return result;
}

Element PowerTable::SecretPower(const Scalar& exponent) const {
  Element result;
  Number factor = NewNumber();
  std::array<uint64_t, kWords> chosen;
  for (size_t window = 0; window < kSecretWindows; ++window) {
    const uint64_t wanted = Digit(exponent.limbs(), window * kSecretWindow, kSecretWindow);
    const uint64_t* entry = &secret_powers_[window * kSecretDigits * kWords];
    chosen.fill(0);
    for (uint64_t digit = 0; digit < kSecretDigits; ++digit, entry += kWords) {
      // All ones if the digit is wanted: subtracting one sets the top bit only for 0, not for 1 to
      // 15.
      const uint64_t mask = 0 - (((digit ^ wanted) - 1) >> 63);
      for (size_t i = 0; i < kWords; ++i) chosen[i] |= entry[i] & mask;
    }
    CheckOpenSsl(BN_lebin2bn(reinterpret_cast<const uint8_t*>(chosen.data()), kBytes,
                             factor.get()) != nullptr,
                 "read a number");
    Field::Get().Multiply(result.montgomery_.get(), result.montgomery_.get(), factor.get());
  }
  OPENSSL_cleanse(chosen.data(), kBytes);
  return result;
}

const PowerTable& PowerTable::OfGenerator() {
  static const PowerTable table(Element::Generator());
  return table;
}

Element PowerProduct(absl::Span<const Element> bases, absl::Span<const Scalar> exponents) {
  constexpr size_t kStrausWindow = 4;
  std::vector<std::vector<Element>> multiples(bases.size());
  for (size_t i = 0; i < bases.size(); ++i) {
    multiples[i].push_back(bases[i]);
    while (multiples[i].size() < (size_t{1} << kStrausWindow) - 1) {
      multiples[i].push_back(multiples[i].back() * bases[i]);
    }
  }
  Element result;
  for (size_t window = kExponentBits / kStrausWindow; window-- > 0;) {
    if (result != Element()) {
      for (size_t i = 0; i < kStrausWindow; ++i) result *= result;
    }
    for (size_t i = 0; i < bases.size(); ++i) {
      const size_t digit = Digit(exponents[i].limbs(), window * kStrausWindow, kStrausWindow);
      if (digit != 0) result *= multiples[i][digit - 1];
    }
  }
  return result;
}

}  // namespace votum::election
