// Signed notes (https://c2sp.org/signed-note): a text with signatures, as logs and witnesses
// publish them.
//
//   <text, ending in a newline>
//   <empty line>
//   — <key name> <Base64 of 4-byte key ID || signature>     one line or more
//
// A key is known by its name and ID, as its "vkey": <name>+<ID, 8 hexadecimal digits>+<Base64 of
// type || public key>.
#ifndef VOTUM_CRYPTO_NOTE_H_
#define VOTUM_CRYPTO_NOTE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/keys.h"

namespace votum::crypto {

inline constexpr size_t kMaxNoteBytes = 1000000;
inline constexpr size_t kMaxNoteSignatures = 100;

// The signature type identifier bytes of the specification that this project uses. One table in
// note.cc lists the types and the way to verify each.
inline constexpr uint8_t kNoteEd25519 = 0x01;

// One signature line.
struct NoteSignature {
  std::string name;
  uint32_t key_id;
  std::string signature;  // without the key ID
};

// A note in its parts. Nothing about it is verified.
struct Note {
  std::string text;  // with its final newline
  std::vector<NoteSignature> signatures;
};

// INVALID_ARGUMENT/BAD_NOTE unless `note` follows the specification and the limits above.
absl::StatusOr<Note> ParseNote(absl::string_view note);

// The note's bytes; BAD_NOTE as above.
absl::StatusOr<std::string> FormatNote(const Note& note);

// The signature line of `signature`, with its newline. Cosigners send such lines, and they may be
// appended to a note.
std::string FormatSignatureLine(const NoteSignature& signature);

// BAD_NOTE unless `name` is valid UTF-8, not empty, without Unicode spaces, control characters and
// '+'.
absl::Status CheckKeyName(absl::string_view name);

// SHA-256(name || 0x0A || type || public key), its first four bytes.
uint32_t NoteKeyId(absl::string_view name, uint8_t type, absl::string_view public_key);

// Verifies the signatures of one key. Immutable, copyable.
class NoteVerifier {
 public:
  // INVALID_ARGUMENT/BAD_VKEY if `vkey` is malformed, of an unknown type, or its ID does not fit
  // its key.
  static absl::StatusOr<NoteVerifier> FromVkey(absl::string_view vkey);
  // For `type` see above; the key must be Ed25519.
  static absl::StatusOr<NoteVerifier> Create(absl::string_view name, const PublicKey& key,
                                             uint8_t type = kNoteEd25519);

  const std::string& name() const { return name_; }
  uint32_t key_id() const { return key_id_; }
  const PublicKey& key() const { return key_; }
  std::string vkey() const;

  // Whether `signature` claims to be made with this key.
  bool Knows(const NoteSignature& signature) const {
    return signature.name == name_ && signature.key_id == key_id_;
  }
  // INVALID_ARGUMENT/WRONG_SIGNATURE unless `signature` is this key's over `text`.
  absl::Status Verify(absl::string_view text, absl::string_view signature) const;

 private:
  NoteVerifier(absl::string_view name, uint8_t type, const PublicKey& key, absl::string_view bytes);

  std::string name_;
  uint8_t type_;
  uint32_t key_id_;
  PublicKey key_;
};

// Makes Ed25519 signatures (type 0x01) with a named key. Move-only, immutable.
class NoteSigner {
 public:
  // BAD_NOTE for a name that no key may have; WRONG_KEY_TYPE unless `key` is Ed25519.
  static absl::StatusOr<NoteSigner> Create(absl::string_view name, PrivateKey key);

  const NoteVerifier& verifier() const { return verifier_; }
  const std::string& name() const { return verifier_.name(); }

  absl::StatusOr<NoteSignature> Sign(absl::string_view text) const;

 private:
  NoteSigner(NoteVerifier verifier, PrivateKey key);

  NoteVerifier verifier_;
  PrivateKey key_;
};

// The note of `text`, signed by each of `signers` (at least one).
absl::StatusOr<std::string> SignNote(absl::string_view text,
                                     absl::Span<const NoteSigner* const> signers);

// A note with at least one verified signature.
struct OpenedNote {
  std::string text;
  std::vector<NoteSignature> verified;    // each known key once, in the order of the lines
  std::vector<NoteSignature> unverified;  // by unknown keys; without meaning
};

// BAD_NOTE if malformed; INVALID_ARGUMENT/WRONG_SIGNATURE if a signature of a known key does not
// verify; INVALID_ARGUMENT/NO_KNOWN_SIGNATURE if no known key signed;
// INVALID_ARGUMENT/AMBIGUOUS_VERIFIERS if two of `verifiers` have the same name and ID.
absl::StatusOr<OpenedNote> OpenNote(absl::string_view note,
                                    absl::Span<const NoteVerifier> verifiers);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_NOTE_H_
