// Public keys from the network (SubjectPublicKeyInfo) and private keys from files (PKCS#8).
#include "absl/strings/match.h"
#include "crypto/keys.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace votum::crypto {
namespace {

void FuzzPublicKey(absl::string_view der) {
  const absl::StatusOr<PublicKey> key = PublicKey::FromSpkiDer(der);
  if (!key.ok()) return;
  Require(key->spki_der() == der, "a public key has one encoding");
  Require(!key->Verify("message", der).ok(), "a key is not a signature");
  Require(!key->Verify("message", der.substr(der.size() - 44)).ok(), "nor is its end");
}

void FuzzPrivateKey(absl::string_view pem) {
  // Only the memory that an encrypted file may demand is bounded, not the time; a person who opens
  // such a file has to wait.
  if (absl::StrContains(pem, "ENCRYPTED")) return;
  const absl::StatusOr<PrivateKey> key = PrivateKey::FromPkcs8Pem(pem, SecretBytes());
  if (!key.ok()) return;
  const absl::StatusOr<std::string> signature = key->Sign("message");
  Require(signature.ok() && key->public_key().Verify("message", *signature).ok(),
          "a key that was read signs for its public key");
}

}  // namespace
}  // namespace votum::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::crypto::FuzzPublicKey(votum::crypto::Text(data, size));
  votum::crypto::FuzzPrivateKey(votum::crypto::Text(data, size));
  return 0;
}
