// Private keys as PEM PKCS#8 text (RFC 5958, RFC 7468). For the .cc files of this folder only;
// others use keys.h.
#ifndef VOTUM_CRYPTO_PKCS8_H_
#define VOTUM_CRYPTO_PKCS8_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/openssl.h"
#include "crypto/secret.h"

namespace votum::crypto {

// The key in `pem`; `passphrase` is used if it is encrypted. Errors as PrivateKey::LoadPkcs8File.
// Besides scrypt, it reads PBES2 with PBKDF2, which `openssl genpkey` and `openssl pkcs8` write.
absl::StatusOr<OwnedPkey> DecodePkcs8Pem(absl::string_view pem, const SecretBytes& passphrase);

// "-----BEGIN PRIVATE KEY-----": not encrypted.
absl::StatusOr<SecretBytes> EncodePkcs8Pem(EVP_PKEY* key);

// "-----BEGIN ENCRYPTED PRIVATE KEY-----": PBES2 with scrypt and AES-256-CBC. `passphrase` must not
// be empty.
absl::StatusOr<SecretBytes> EncodeEncryptedPkcs8Pem(EVP_PKEY* key, const SecretBytes& passphrase);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_PKCS8_H_
