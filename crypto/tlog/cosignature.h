// Cosignatures (https://c2sp.org/tlog-cosignature, cosignature/v1 by Ed25519): a witness states
// that, at a given time, this checkpoint was the largest that it had seen of the log, and
// consistent with all earlier ones.
//
// In a note's signature line: time, 8 bytes big-endian, seconds since 1970; then 64 bytes of
// Ed25519 over
//
//   cosignature/v1
//   time <decimal>
//   <the checkpoint's text, to its final newline>
//
// The key is a note key (crypto/note.h) of type 0x04, and should be used for nothing else.
#ifndef VOTUM_CRYPTO_TLOG_COSIGNATURE_H_
#define VOTUM_CRYPTO_TLOG_COSIGNATURE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/keys.h"
#include "crypto/note.h"

namespace votum::crypto {

inline constexpr uint8_t kNoteCosignatureV1 = 0x04;
inline constexpr uint64_t kMaxCosignatureTime = (uint64_t{1} << 63) - 1;

// Verifies the cosignatures of one witness key. Immutable, copyable.
class CosignatureVerifier {
 public:
  // INVALID_ARGUMENT/BAD_VKEY if `vkey` is malformed, of another type, or its ID does not fit its
  // key.
  static absl::StatusOr<CosignatureVerifier> FromVkey(absl::string_view vkey);
  // BAD_NOTE for a name that no key may have; WRONG_KEY_TYPE unless `key` is Ed25519.
  static absl::StatusOr<CosignatureVerifier> Create(absl::string_view name, const PublicKey& key);

  const std::string& name() const { return name_; }
  uint32_t key_id() const { return key_id_; }
  const PublicKey& key() const { return key_; }
  std::string vkey() const;

  // Whether `signature` claims to be made with this key.
  bool Knows(const NoteSignature& signature) const {
    return signature.name == name_ && signature.key_id == key_id_;
  }

  // The time of this cosignature of `text` (seconds since 1970, at most kMaxCosignatureTime).
  // INVALID_ARGUMENT/WRONG_SIGNATURE unless this key made it.
  absl::StatusOr<uint64_t> Verify(absl::string_view text, absl::string_view signature) const;

 private:
  CosignatureVerifier(absl::string_view name, const PublicKey& key, absl::string_view bytes);

  std::string name_;
  uint32_t key_id_;
  PublicKey key_;
};

// Makes cosignatures. Move-only, immutable.
class CosignatureSigner {
 public:
  // Errors as CosignatureVerifier::Create.
  static absl::StatusOr<CosignatureSigner> Create(absl::string_view name, PrivateKey key);

  const CosignatureVerifier& verifier() const { return verifier_; }

  // The caller must ensure that the cosignature's statement (above) is true.
  // INVALID_ARGUMENT/BAD_COSIGNATURE for a time of 0 or beyond kMaxCosignatureTime.
  absl::StatusOr<NoteSignature> Sign(absl::string_view text, uint64_t time) const;

 private:
  CosignatureSigner(CosignatureVerifier verifier, PrivateKey key);

  CosignatureVerifier verifier_;
  PrivateKey key_;
};

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_TLOG_COSIGNATURE_H_
