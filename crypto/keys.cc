#include "crypto/keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"

namespace votum::crypto {
namespace {

// Everything before the point in the one accepted SubjectPublicKeyInfo of each key type: comparing
// a fixed prefix replaces an ASN.1 parser for untrusted bytes.
constexpr uint8_t kEd25519SpkiPrefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                          0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr uint8_t kP256SpkiPrefix[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
constexpr size_t kEd25519Size = 32;
constexpr size_t kEd25519SignatureSize = 64;
constexpr size_t kP256CoordinatesSize = 64;
constexpr size_t kSecretSize = 32;

template <size_t kSize>
absl::string_view View(const uint8_t (&bytes)[kSize]) {
  return {reinterpret_cast<const char*>(bytes), kSize};
}

// The y coordinates of the points of small order, big-endian hexadecimal: order 1 (y = 1), 2 (y =
// -1), 4 (y = 0) and 8.
constexpr absl::string_view kSmallOrderY[] = {
    "0000000000000000000000000000000000000000000000000000000000000001",
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
    "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"};
// The field prime 2^255 - 19; a y that is not below it is a second encoding of another one.
constexpr absl::string_view kEd25519Prime =
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";

bool IsSoundEd25519Point(absl::string_view point) {
  std::string y(point.rbegin(), point.rend());
  y[0] = static_cast<char>(y[0] & 0x7f);  // the sign of x
  const std::string hex = HexEncode(y);
  return hex < kEd25519Prime &&
         std::find(std::begin(kSmallOrderY), std::end(kSmallOrderY), hex) == std::end(kSmallOrderY);
}

std::shared_ptr<EVP_PKEY> Share(EVP_PKEY* key) {
  return std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

absl::StatusOr<std::string> EncodeSpki(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size < 0) return OpenSslError("encode a public key");
  std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

absl::Status BadPublicKey(absl::string_view why) {
  return Refuse(Reason::kBadPublicKey, absl::StrCat("not a usable public key: ", why));
}

// P-256 without a point. Setting a copy's point takes 4 us, where OpenSSL 3.0's decoder takes 100
// us for the whole key: twice as long as verifying a signature with it, and every command contains
// a key to decode.
EVP_PKEY* P256Template() {
  static EVP_PKEY* const key = [] {
    const OwnedPkeyCtx context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* made = nullptr;
    CheckOpenSsl(context != nullptr && EVP_PKEY_paramgen_init(context.get()) == 1 &&
                     EVP_PKEY_CTX_set_group_name(context.get(), SN_X9_62_prime256v1) == 1 &&
                     EVP_PKEY_paramgen(context.get(), &made) == 1,
                 "make P-256");
    return made;
  }();
  return key;
}

// Null if the uncompressed `point` is not on P-256.
std::shared_ptr<EVP_PKEY> DecodeP256(absl::string_view point) {
  std::shared_ptr<EVP_PKEY> key = Share(EVP_PKEY_dup(P256Template()));
  CheckOpenSsl(key != nullptr, "copy P-256");
  if (EVP_PKEY_set1_encoded_public_key(key.get(), Data(point), point.size()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return key;
}

bool IsP256(EVP_PKEY* key) {
  char group[32];
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group, sizeof(group), nullptr) == 1 &&
         absl::string_view(group) == SN_X9_62_prime256v1;
}

using OwnedSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

// n and n / 2, rounded down, for the order n of P-256, which is odd.
struct P256Order {
  BIGNUM* n = nullptr;
  BIGNUM* half = nullptr;
};

const P256Order& OrderOfP256() {
  static const P256Order* const order = [] {
    auto* made = new P256Order;
    CheckOpenSsl(
        BN_hex2bn(&made->n, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551") !=
                0 &&
            (made->half = BN_new()) != nullptr && BN_rshift1(made->half, made->n) == 1,
        "make the order of P-256");
    return made;
  }();
  return *order;
}

// Null unless `der` is a signature from its first byte to its last.
OwnedSignature ParseEcdsa(absl::string_view der) {
  const unsigned char* next = Data(der);
  OwnedSignature signature(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
  if (signature == nullptr) ERR_clear_error();
  if (next != Data(der) + der.size()) return nullptr;
  return signature;
}

bool IsHigh(const ECDSA_SIG& signature) {
  return BN_cmp(ECDSA_SIG_get0_s(&signature), OrderOfP256().half) > 0;
}

// Ed25519 hashes by itself; the ECDSA of this project always hashes with SHA-256.
const char* DigestOf(KeyType type) { return type == KeyType::kEd25519 ? nullptr : "SHA256"; }

}  // namespace

absl::string_view KeyTypeName(KeyType type) {
  return type == KeyType::kEd25519 ? "Ed25519" : "P-256";
}

PublicKey::PublicKey(KeyType type, std::string spki_der, std::shared_ptr<evp_pkey_st> key)
    : type_(type),
      spki_der_(std::move(spki_der)),
      id_(ToHex(Sha256(spki_der_))),
      key_(std::move(key)) {}

absl::StatusOr<PublicKey> PublicKey::FromSpkiDer(absl::string_view der) {
  const absl::string_view ed25519 = View(kEd25519SpkiPrefix);
  if (der.size() == ed25519.size() + kEd25519Size && der.substr(0, ed25519.size()) == ed25519) {
    return FromEd25519Bytes(der.substr(ed25519.size()));
  }
  // The last byte of the prefix is the first of the point.
  const absl::string_view p256 = View(kP256SpkiPrefix);
  if (der.size() == p256.size() + kP256CoordinatesSize && der.substr(0, p256.size()) == p256) {
    return FromP256Point(der.substr(p256.size() - 1));
  }
  return BadPublicKey(
      "not the SubjectPublicKeyInfo (DER) of an Ed25519 key or of an uncompressed P-256 point");
}

absl::StatusOr<PublicKey> PublicKey::FromEd25519Bytes(absl::string_view bytes) {
  if (bytes.size() != kEd25519Size) return BadPublicKey("an Ed25519 public key has 32 bytes");
  if (!IsSoundEd25519Point(bytes)) {
    return BadPublicKey("the Ed25519 point is of small order or not in its canonical encoding");
  }
  std::shared_ptr<EVP_PKEY> key =
      Share(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Data(bytes), bytes.size()));
  if (key == nullptr) return OpenSslError("make an Ed25519 public key");
  return PublicKey(KeyType::kEd25519, absl::StrCat(View(kEd25519SpkiPrefix), bytes),
                   std::move(key));
}

absl::StatusOr<PublicKey> PublicKey::FromP256Point(absl::string_view point) {
  const absl::string_view prefix = View(kP256SpkiPrefix);
  if (point.size() != 1 + kP256CoordinatesSize || point[0] != prefix.back())
    return BadPublicKey("an uncompressed point on P-256 has 65 bytes and begins with 4");
  std::shared_ptr<EVP_PKEY> key = DecodeP256(point);
  if (key == nullptr) return BadPublicKey("the point is not on P-256");
  return PublicKey(KeyType::kP256, absl::StrCat(prefix.substr(0, prefix.size() - 1), point),
                   std::move(key));
}

absl::StatusOr<std::string> PublicKey::Ed25519Bytes() const {
  if (type_ != KeyType::kEd25519) {
    return Refuse(Reason::kWrongKeyType, "this needs an Ed25519 key; the key given is P-256");
  }
  return std::string(Point());
}

absl::string_view PublicKey::Point() const {
  return absl::string_view(spki_der_).substr(
      type_ == KeyType::kEd25519 ? sizeof(kEd25519SpkiPrefix) : sizeof(kP256SpkiPrefix) - 1);
}

absl::Status PublicKey::Verify(absl::string_view message, absl::string_view signature) const {
  const auto refuse = [this] {
    return Refuse(Reason::kWrongSignature,
                  absl::StrCat("the signature is not that of key ", id_, " over these bytes"));
  };
  if (type_ == KeyType::kEd25519 && signature.size() != kEd25519SignatureSize) return refuse();
  const OwnedMdCtx context(EVP_MD_CTX_new());
  CheckOpenSsl(context != nullptr, "make a signature context");
  if (EVP_DigestVerifyInit_ex(context.get(), nullptr, DigestOf(type_), nullptr, nullptr, key_.get(),
                              nullptr) != 1) {
    return OpenSslError("start verifying a signature");
  }
  const int verdict = EVP_DigestVerify(context.get(), Data(signature), signature.size(),
                                       Data(message), message.size());
  if (verdict != 1) {
    ERR_clear_error();
    return refuse();
  }
  if (type_ == KeyType::kEd25519) return absl::OkStatus();
  const OwnedSignature parsed = ParseEcdsa(signature);
  if (parsed == nullptr) return refuse();
  if (!IsHigh(*parsed)) return absl::OkStatus();
  return Refuse(Reason::kHighS,
                absl::StrCat("the signature of key ", id_,
                             " is the second form of one that verifies: its s is above n / 2"));
}

absl::StatusOr<std::string> LowSignature(absl::string_view der) {
  const OwnedSignature signature = ParseEcdsa(der);
  if (signature == nullptr)
    return Refuse(Reason::kWrongSignature, "these bytes are no ECDSA signature in DER");
  if (!IsHigh(*signature)) return std::string(der);
  Owned<BIGNUM, BN_free> r(BN_dup(ECDSA_SIG_get0_r(signature.get())));
  Owned<BIGNUM, BN_free> s(BN_new());
  CheckOpenSsl(r != nullptr && s != nullptr &&
                   BN_sub(s.get(), OrderOfP256().n, ECDSA_SIG_get0_s(signature.get())) == 1,
               "compute the smaller s");
  if (BN_is_negative(s.get()) == 1)
    return Refuse(Reason::kWrongSignature, "s is not below the order of P-256");
  CheckOpenSsl(ECDSA_SIG_set0(signature.get(), r.get(), s.get()) == 1, "set r and s");
  (void)r.release();  // both are the signature's now
  (void)s.release();
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &bytes);
  if (size < 0) return OpenSslError("encode a signature");
  std::string low(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
  OPENSSL_free(bytes);
  return low;
}

PrivateKey::PrivateKey(std::shared_ptr<evp_pkey_st> key, PublicKey public_key)
    : key_(std::move(key)), public_key_(std::move(public_key)) {}

absl::StatusOr<PrivateKey> PrivateKey::FromOpenSsl(std::shared_ptr<evp_pkey_st> key) {
  if (EVP_PKEY_is_a(key.get(), "ED25519") != 1 && !IsP256(key.get())) {
    const char* name = EVP_PKEY_get0_type_name(key.get());
    return Refuse(
        Reason::kUnsupportedKey,
        absl::StrCat("a key of type ", name == nullptr ? "unknown" : name,
                     " on this curve or of this size is not supported; use Ed25519 or P-256"));
  }
  if (IsP256(key.get()) &&
      EVP_PKEY_set_utf8_string_param(key.get(), "point-format", "uncompressed") != 1) {
    return OpenSslError("choose the point format");
  }
  ASSIGN_OR_RETURN(std::string spki_der, EncodeSpki(key.get()));
  ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::FromSpkiDer(spki_der));
  return PrivateKey(std::move(key), std::move(public_key));
}

absl::StatusOr<PrivateKey> PrivateKey::Generate(KeyType type) {
  std::shared_ptr<EVP_PKEY> key =
      Share(type == KeyType::kEd25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                      : EVP_EC_gen(SN_X9_62_prime256v1));
  if (key == nullptr) return OpenSslError("generate a key");
  return FromOpenSsl(std::move(key));
}

absl::StatusOr<PrivateKey> PrivateKey::FromEd25519Seed(const SecretBytes& seed) {
  if (seed.size() != kEd25519Size) {
    return Refuse(Reason::kBadSeed,
                  absl::StrCat("an Ed25519 seed has 32 bytes, not ", seed.size()));
  }
  std::shared_ptr<EVP_PKEY> key = Share(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Data(seed.Reveal()), seed.size()));
  if (key == nullptr) return OpenSslError("make an Ed25519 key from its seed");
  return FromOpenSsl(std::move(key));
}

absl::StatusOr<SecretBytes> PrivateKey::SecretNumber() const {
  SecretBytes secret(kSecretSize);
  unsigned char* const bytes = secret.MutableReveal().data();
  size_t size = kSecretSize;
  if (public_key_.type() == KeyType::kEd25519) {
    if (EVP_PKEY_get_raw_private_key(key_.get(), bytes, &size) == 1) return secret;
    return OpenSslError("read the seed of a key");
  }
  BIGNUM* read = nullptr;
  const bool found = EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_PRIV_KEY, &read) == 1;
  const Owned<BIGNUM, BN_clear_free> scalar(read);
  if (found && BN_bn2binpad(scalar.get(), bytes, static_cast<int>(size)) == static_cast<int>(size))
    return secret;
  return OpenSslError("read the scalar of a key");
}

absl::StatusOr<std::string> PrivateKey::Sign(absl::string_view message) const {
  const OwnedMdCtx context(EVP_MD_CTX_new());
  CheckOpenSsl(context != nullptr, "make a signature context");
  if (EVP_DigestSignInit_ex(context.get(), nullptr, DigestOf(public_key_.type()), nullptr, nullptr,
                            key_.get(), nullptr) != 1) {
    return OpenSslError("start signing");
  }
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key_.get()));
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     Data(message), message.size()) != 1) {
    return OpenSslError("sign");
  }
  signature.resize(size);
  return public_key_.type() == KeyType::kP256 ? LowSignature(signature) : std::move(signature);
}

}  // namespace votum::crypto
