// Signing keys of people, services, logs and witnesses.
//
// Two kinds are supported, because each is needed somewhere: Ed25519 (RFC 8032) for checkpoints,
// device keys and one-time codes; ECDSA on P-256 with SHA-256 (FIPS 186-5) for passkeys,
// certificates and signed documents.
#ifndef VOTUM_CRYPTO_KEYS_H_
#define VOTUM_CRYPTO_KEYS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/secret.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace votum::crypto {

enum class KeyType { kEd25519, kP256 };

// "Ed25519" or "P-256".
absl::string_view KeyTypeName(KeyType type);

// A public key. Immutable; copies share their content; safe to use from several threads.
class PublicKey {
 public:
  // From a SubjectPublicKeyInfo in DER: an Ed25519 key (RFC 8410), or an uncompressed point on
  // P-256, named by its OID (RFC 5480). Every key has exactly one accepted encoding, so one key has
  // one id. INVALID_ARGUMENT/BAD_PUBLIC_KEY for anything else, for points that are not on the
  // curve, and for Ed25519 points of small order (under which signatures can be forged).
  static absl::StatusOr<PublicKey> FromSpkiDer(absl::string_view der);

  // From the 32 bytes of RFC 8032; errors as above.
  static absl::StatusOr<PublicKey> FromEd25519Bytes(absl::string_view bytes);

  KeyType type() const { return type_; }
  const std::string& spki_der() const { return spki_der_; }

  // The name of the key everywhere: lower-case hexadecimal SHA-256 of spki_der().
  const std::string& id() const { return id_; }

  // From the 65 bytes of an uncompressed point on P-256 (SEC 1, 2.3.3); errors as above.
  static absl::StatusOr<PublicKey> FromP256Point(absl::string_view point);

  // The 32 bytes of RFC 8032. INVALID_ARGUMENT/WRONG_KEY_TYPE for a key of another type.
  absl::StatusOr<std::string> Ed25519Bytes() const;

  // The point as FromEd25519Bytes or FromP256Point takes it.
  absl::string_view Point() const;

  // OK if `signature` is this key's signature of `message`: for Ed25519 64 bytes, for P-256 ECDSA
  // with SHA-256 in ASN.1 DER. INVALID_ARGUMENT/WRONG_SIGNATURE if not. Anybody can turn (r, s)
  // into (r, n - s), which verifies too, so only the one with the smaller s is accepted:
  // INVALID_ARGUMENT/HIGH_S for the other.
  absl::Status Verify(absl::string_view message, absl::string_view signature) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) {
    return a.spki_der_ == b.spki_der_;
  }
  friend bool operator!=(const PublicKey& a, const PublicKey& b) { return !(a == b); }

 private:
  PublicKey(KeyType type, std::string spki_der, std::shared_ptr<evp_pkey_st> key);

  KeyType type_;
  std::string spki_der_;
  std::string id_;
  std::shared_ptr<evp_pkey_st> key_;
};

// An ECDSA signature on P-256 in ASN.1 DER, in the form that PublicKey::Verify accepts: with n - s
// instead of an s above n / 2. Whoever gets signatures from another program (a passkey, an agent)
// brings them into this form before sending. INVALID_ARGUMENT/WRONG_SIGNATURE for other bytes.
absl::StatusOr<std::string> LowSignature(absl::string_view der);

// Whoever can sign with a key: this process (PrivateKey), or another program that holds it.
class Signer {
 public:
  virtual ~Signer() = default;

  virtual const PublicKey& public_key() const = 0;
  // As PublicKey::Verify takes it.
  virtual absl::StatusOr<std::string> Sign(absl::string_view message) const = 0;
};

// A private key. Move-only, immutable, safe to use from several threads; the secret is wiped with
// the object.
class PrivateKey : public Signer {
 public:
  static absl::StatusOr<PrivateKey> Generate(KeyType type);

  // The Ed25519 key of a 32-byte seed (RFC 8032 section 5.1.5). INVALID_ARGUMENT/BAD_SEED for
  // another length.
  static absl::StatusOr<PrivateKey> FromEd25519Seed(const SecretBytes& seed);

  // The key in the PEM PKCS#8 file at `path`, "ENCRYPTED PRIVATE KEY" (RFC 5958) or "PRIVATE KEY".
  // The passphrase is used for the former only.
  //   NOT_FOUND                             there is no such file
  //   FAILED_PRECONDITION/KEY_FILE_EXPOSED  others may read the file
  //   INVALID_ARGUMENT/WRONG_PASSPHRASE     the passphrase does not open it
  //   INVALID_ARGUMENT/NOT_A_KEY_FILE       not PEM PKCS#8
  //   INVALID_ARGUMENT/UNSUPPORTED_KEY      a key, but neither Ed25519 nor P-256
  // The messages name the command that helps.
  static absl::StatusOr<PrivateKey> LoadPkcs8File(const std::string& path,
                                                  const SecretBytes& passphrase);

  // As LoadPkcs8File, from the text of such a file.
  static absl::StatusOr<PrivateKey> FromPkcs8Pem(absl::string_view pem,
                                                 const SecretBytes& passphrase);

  PrivateKey(PrivateKey&&) noexcept = default;
  PrivateKey& operator=(PrivateKey&&) noexcept = default;

  // Writes a new file at `path` with permissions 0600: PEM PKCS#8 encrypted with AES-256-CBC under
  // a key derived by scrypt. ALREADY_EXISTS/KEY_FILE_EXISTS rather than overwrite a key;
  // INVALID_ARGUMENT/PASSPHRASE_MISSING for an empty passphrase.
  absl::Status SavePkcs8File(const std::string& path, const SecretBytes& passphrase) const;

  // The same without encryption, for services that start unattended: only the file's permissions
  // protect the key.
  absl::Status SavePkcs8FileUnencrypted(const std::string& path) const;

  // "-----BEGIN PRIVATE KEY-----", as SavePkcs8FileUnencrypted writes it.
  absl::StatusOr<SecretBytes> ToPkcs8Pem() const;

  // The secret itself, 32 bytes, for a program that is to hold the key too: the seed of an Ed25519
  // key (RFC 8032), the big-endian scalar of a P-256 key.
  absl::StatusOr<SecretBytes> SecretNumber() const;

  // As PublicKey::Verify accepts it. Deterministic for Ed25519, not for P-256.
  absl::StatusOr<std::string> Sign(absl::string_view message) const override;

  const PublicKey& public_key() const override { return public_key_; }

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, PublicKey public_key);
  static absl::StatusOr<PrivateKey> FromOpenSsl(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  PublicKey public_key_;
};

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_KEYS_H_
